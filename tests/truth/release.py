"""What a release says, judged claim by claim without the verifier, and what became of lies."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pydantic import ValidationError

from schemas.record import Record
from schemas.release import Manifest
from schemas.sample import Draft, Rejection, Sample
from schemas.tile import Tile
from schemas.turn import Turn
from schemas.vocabulary import Origin
from tasks.grounding.references import BrokenReference, Parsed, TextSpan, parse
from tasks.storage.parts import read_rows
from tasks.storage.releases import release_path
from tasks.storage.store import Store
from tests.truth.fact import Kind
from tests.truth.judging import judge
from tests.truth.lying import Lie
from tests.truth.reading import Slot, sentences_of, slots_in
from tests.truth.world import World, world_of

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Found:
    """One claim of a published sample that is clearly true or clearly false."""

    kind: Kind
    true: bool
    sentence: str
    words: str


@dataclass(frozen=True, eq=False)
class Release:
    """A release below a local root; its rows are read once."""

    root: str
    manifest: Manifest

    @cached_property
    def samples(self) -> list[Sample]:
        """Published samples that a teacher wrote."""
        rows = self._rows("samples", Sample)
        return [row for row in rows if row.lineage.origin is Origin.GENERATED]

    @cached_property
    def rejections(self) -> list[Rejection]:
        """What a teacher wrote and was not published."""
        rows = self._rows("rejections", Rejection)
        return [row for row in rows if (draft := draft_of(row)) and _is_generated(draft)]

    @cached_property
    def worlds(self) -> dict[str, World]:
        """What stands in each tile, by id."""
        return {tile.id: world_of(tile, tile.image) for tile in self.tiles}

    @cached_property
    def tiles(self) -> list[Tile]:
        """The tiles that the release rests on."""
        paths = [path for path in self.manifest.inputs if path.startswith("stages/tile/")]
        return [row for path in paths for row in read_rows(Store(self.root), path, Tile)]

    def claims(self) -> Iterator[Found]:
        """Yield every claim of the teacher's samples whose truth is clear."""
        for sample in self.samples:
            for text in answers(sample):
                for (start, end), slot in _slots(text):
                    true = judge(slot, self.worlds[sample.tile_id])
                    if true is not None:
                        yield Found(slot.kind, true, text.plain[start:end], slot.words)

    def fates(self, lies: Iterable[Lie]) -> Iterator[tuple[Lie, str]]:
        """Yield what became of each lie: published, rejected with a reason, repaired, or left out."""
        pictures = {tile.image_sha256: tile.id for tile in self.tiles}
        published, rejected, repaired = self._published(), self._rejected(), self._repaired()
        for lie in lies:
            tile = pictures.get(lie.picture, "")
            if lie.false in published[tile]:
                yield lie, "published"
                continue
            reason = next((why for said, why in rejected[tile] if lie.false in said), None)
            how = next((how for before, how in repaired[tile] if before in lie.false), "left out")
            yield lie, f"rejected: {reason}" if reason else how

    def _published(self) -> defaultdict[str, str]:
        """Return all that is published about each tile, in one text."""
        texts: defaultdict[str, str] = defaultdict(str)
        for sample in self.samples:
            texts[sample.tile_id] += "\n".join(text.plain for text in answers(sample)) + "\n"
        return texts

    def _rejected(self) -> defaultdict[str, list[tuple[str, str]]]:
        texts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for row in self.rejections:
            draft = draft_of(row)
            if draft is not None:
                said = "\n".join(_plain(turn) for turn in draft.turns)
                texts[draft.tile_id].append((said, row.reason.value))
        return texts

    def _repaired(self) -> defaultdict[str, list[tuple[str, str]]]:
        texts: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for sample in self.samples:
            texts[sample.tile_id] += [
                (repair.before, f"repaired: {repair.how}") for repair in sample.lineage.repairs
            ]
        return texts

    def _rows(self, table: str, model: type[R]) -> list[R]:
        paths = [part.path for part in self.manifest.parts if part.table == table and part.rows]
        version = self.manifest.version
        return [
            row
            for path in paths
            for row in read_rows(Store(self.root), release_path(version, path), model)
        ]


def answers(sample: Sample) -> Iterator[Parsed]:
    """Yield what the assistant says, with the phrases that are tied to objects."""
    for number, turn in enumerate(sample.turns):
        if turn.role == "assistant":
            spans = [
                TextSpan(span.start, span.end, span.refs)
                for span in sample.lineage.spans
                if span.turn == number and span.kind == "phrase"
            ]
            yield Parsed(turn.content, tuple(spans))


def draft_of(row: Rejection) -> Draft | None:
    """Return the draft that was rejected, None where it is something else."""
    try:
        return Draft.model_validate_json(row.payload)
    except ValidationError:
        return None


def _slots(text: Parsed) -> Iterator[tuple[tuple[int, int], Slot]]:
    for start, end in sentences_of(text):
        for slot in slots_in(text, start, end):
            yield (start, end), slot


def _is_generated(draft: Draft) -> bool:
    return draft.lineage.origin is Origin.GENERATED


def _plain(turn: Turn) -> str:
    try:
        return parse(turn.content).plain
    except BrokenReference:
        return turn.content
