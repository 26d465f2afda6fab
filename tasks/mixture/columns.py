"""The valid samples as numbers, some 40 bytes a row: texts become codes, ids become hashes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.mixture import BlindKind
from schemas.vocabulary import Split, TaskType
from tasks.mixture.questions import answered, read_answer, read_question

NAMES: Final = (
    "id",
    "task",
    "source",
    "split",
    "tile_id",
    "turns",
    "lineage.form",
    "lineage.licence",
)
"""The columns of the samples that are read."""

TASKS: Final = tuple(TaskType)
SPLITS: Final = tuple(Split)
KINDS: Final[tuple[BlindKind, ...]] = ("presence", "count", "comparison", "other", "scene")
ASKING: Final = (TaskType.VQA, TaskType.SCENE_CLASSIFICATION)
NO_KIND: Final = -1

Codes: TypeAlias = NDArray[np.int32]
Hashes: TypeAlias = NDArray[np.uint64]
Mask: TypeAlias = NDArray[np.bool_]

Number = TypeVar("Number", bound=np.integer[Any])
Word = TypeVar("Word", str, str | None)


@dataclass(frozen=True)
class Columns:
    """One entry per valid sample, in the order of the parts; codes are places in the tuples."""

    draw: Hashes  # the sample's place in the draw
    image: Hashes
    template: Hashes  # of the question, where there is a kind
    task: NDArray[np.int8]
    split: NDArray[np.int8]
    kind: NDArray[np.int8]  # of short answer; NO_KIND for other samples
    source: Codes
    licence: Codes
    answer: Codes
    sources: tuple[str, ...]
    licences: tuple[str | None, ...]
    answers: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.draw)

    @property
    def group(self) -> Codes:
        """The source and task type of each sample, as one number."""
        return self.source * np.int32(len(TASKS)) + self.task


class Gathering:
    """Collects the columns batch by batch."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._arrays: list[tuple[NDArray[np.generic], ...]] = []
        self._sources: dict[str, int] = {}
        self._licences: dict[str | None, int] = {}
        self._answers: dict[str, int] = {"": 0}

    def add(self, batch: pa.RecordBatch) -> None:
        """Append the rows of ``batch``, which has the columns NAMES."""
        if not batch.num_rows:
            return
        lineage, task = batch.column("lineage"), _coded(batch.column("task"), TASKS)
        asked = self._asked(batch, task, lineage)
        self._arrays.append(
            (
                draws(self._seed, batch.column("id").to_pylist()),
                _each(batch.column("tile_id"), _hashed, np.uint64),
                asked[0],
                task,
                _coded(batch.column("split"), SPLITS),
                asked[1],
                _each(batch.column("source"), lambda one: _code(self._sources, one), np.int32),
                _each(lineage.field("licence"), lambda one: _code(self._licences, one), np.int32),
                asked[2],
            )
        )

    def finish(self) -> Columns:
        """Return all that was collected; codes are in the order of the words."""
        kinds = (np.uint64,) * 3 + (np.int8,) * 3 + (np.int32,) * 3
        columns = [
            np.concatenate([np.empty(0, kind), *(arrays[place] for arrays in self._arrays)])
            for place, kind in enumerate(kinds)
        ]
        self._arrays.clear()
        sources, licences = _ordered(self._sources), _ordered(self._licences)
        answers = _ordered(self._answers)
        draw, image, template, task, split, kind, source, licence, answer = columns
        return Columns(
            draw, image, template, task, split, kind, sources[1][source], licences[1][licence],
            answers[1][answer], sources[0], licences[0], answers[0],
        )  # fmt: skip

    def _asked(
        self, batch: pa.RecordBatch, task: NDArray[np.int8], lineage: pa.StructArray
    ) -> tuple[Hashes, NDArray[np.int8], Codes]:
        """Return template, kind and answer of each row."""
        count = batch.num_rows
        template, answer = np.zeros(count, np.uint64), np.zeros(count, np.int32)
        kind = np.full(count, NO_KIND, np.int8)
        rows = np.flatnonzero(np.isin(task, [TASKS.index(one) for one in ASKING]))
        at = pa.array(rows)
        questions, answers = first_pair(batch.column("turns").take(at))
        forms = lineage.field("form").take(at).to_pylist()
        for row, question, said, form in zip(rows, questions, answers, forms, strict=True):
            read = read_question(question, form)
            found = answered(read, read_answer(said), form)
            if found is None:
                continue
            is_scene = TASKS[task[row]] is TaskType.SCENE_CLASSIFICATION
            kind[row] = KINDS.index("scene" if is_scene else found[0])
            template[row] = _hashed(form if is_scene else read.template)
            answer[row] = _code(self._answers, found[1])
        return template, kind, answer


def first_pair(turns: pa.ListArray) -> tuple[list[str], list[str]]:
    """Return the first question and the first answer of each of ``turns``."""
    starts = turns.offsets[:-1]
    texts = turns.values.field("content")
    return texts.take(starts).to_pylist(), texts.take(pc.add(starts, 1)).to_pylist()


def draws(seed: int, ids: Sequence[str]) -> Hashes:
    """Return the place of each sample in the draw: 64 bits of its id and ``seed`` alone."""
    digests = (blake2b(f"{seed}/{one}".encode(), digest_size=8).digest() for one in ids)
    return np.frombuffer(b"".join(digests), ">u8").astype(np.uint64)


def template_hash(template: str) -> int:
    """Return the number that stands for ``template``."""
    return _hashed(template)


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())


def _coded(column: pa.Array, members: Sequence[str]) -> NDArray[np.int8]:
    return _each(column, list(members).index, np.int8)


def _each(column: pa.Array, of: Callable[[str], int], kind: type[Number]) -> NDArray[Number]:
    """Return ``of`` every value, asked once for each distinct one."""
    encoded = column.dictionary_encode(null_encoding="encode")
    values = np.array([of(value) for value in encoded.dictionary.to_pylist()], kind)
    places: NDArray[np.int32] = encoded.indices.to_numpy(zero_copy_only=False)
    return values[places]


def _code(codes: dict[Word, int], word: Word) -> int:
    return codes.setdefault(word, len(codes))


def _ordered(codes: Iterable[Word]) -> tuple[tuple[Word, ...], Codes]:
    """Return the words in their order, and the new code of each old one."""
    words = list(codes)
    order = sorted(range(len(words)), key=lambda code: (words[code] is not None, words[code] or ""))
    new = np.empty(len(words), np.int32)
    new[order] = np.arange(len(words), dtype=np.int32)
    return tuple(words[code] for code in order), new
