"""The census: how many answers there are by prompt and model, and what they took."""

from collections.abc import Iterable
from datetime import UTC, datetime

from pydantic import Field

from schemas.record import Record
from schemas.teacher import StoredAnswer
from tasks.model.answers.frames import Frame
from tasks.model.answers.store import AnswerStore, read_answer


class AnswersCount(Record):
    """One row per prompt and model: its answers and what they took."""

    prompt: str
    model: str = Field(description="that was asked")
    answers: int = 0
    prompt_tokens: int = 0
    image_tokens: int = Field(0, description="of the prompt tokens")
    cached_tokens: int = Field(0, description="of the prompt tokens")
    completion_tokens: int = 0
    reasoning_tokens: int = Field(0, description="of the completion tokens")
    cost: float = Field(0, description="US dollars, of the answers whose price was known")
    unpriced: int = Field(0, description="answers whose price was not known")
    bytes: int = Field(0, description="compressed")
    oldest: datetime
    newest: datetime


class Census(Record):
    """Everything under one root that was ever answered."""

    root: str
    counts: tuple[AnswersCount, ...]
    segments: int
    bytes: int = Field(description="of the segments")
    altered: tuple[str, ...] = Field(description="segments in which damage was seen")
    set_aside: tuple[str, ...] = Field(description="damaged files that were moved away")


def take_census(answers: AnswerStore) -> Census:
    """Read every answer under the root of ``answers`` and count; raises StorageError."""
    counts = count_answers(answers.frames())
    catalogue = answers.catalogue
    sizes = catalogue.segments()
    return Census(
        root=answers.root,
        counts=counts,
        segments=len(sizes),
        bytes=sum(sizes.values()),
        altered=tuple(sorted(catalogue.altered())),
        set_aside=tuple(catalogue.folder.damaged()),
    )


def count_answers(frames: Iterable[Frame]) -> tuple[AnswersCount, ...]:
    """Return the sums over ``frames`` by prompt and model, in that order."""
    sums: dict[tuple[str, str], _Sum] = {}
    for frame in frames:
        if (stored := read_answer(frame)) is not None:
            key = (stored.prompt, stored.model)
            sums.setdefault(key, _Sum(frame.time)).add(frame, stored)
    return tuple(sums[key].row(*key) for key in sorted(sums))


class _Sum:
    """The sums over the answers to one prompt by one model."""

    def __init__(self, time: int) -> None:
        self._answers = self._unpriced = self._bytes = 0
        self._tokens = [0, 0, 0, 0, 0]
        self._cost = 0.0
        self._oldest = self._newest = time

    def add(self, frame: Frame, stored: StoredAnswer) -> None:
        answer = stored.answer
        taken = (
            answer.prompt_tokens, answer.image_tokens, answer.cached_tokens,
            answer.completion_tokens, answer.reasoning_tokens,
        )  # fmt: skip
        self._answers += 1
        self._bytes += len(frame.content)
        self._tokens = [total + more for total, more in zip(self._tokens, taken, strict=True)]
        self._cost += answer.cost or 0
        self._unpriced += answer.cost is None
        self._oldest, self._newest = min(self._oldest, frame.time), max(self._newest, frame.time)

    def row(self, prompt: str, model: str) -> AnswersCount:
        prompt_tokens, image, cached, completion, reasoning = self._tokens
        return AnswersCount(
            prompt=prompt, model=model, answers=self._answers, prompt_tokens=prompt_tokens,
            image_tokens=image, cached_tokens=cached, completion_tokens=completion,
            reasoning_tokens=reasoning, cost=self._cost, unpriced=self._unpriced,
            bytes=self._bytes, oldest=put_at(self._oldest), newest=put_at(self._newest),
        )  # fmt: skip


def put_at(time: int) -> datetime:
    """Return ``time`` (ms since 1970) as a date, UTC."""
    return datetime.fromtimestamp(time / 1000, UTC)
