"""What a run of batches is given, and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import openai
from pydantic import JsonValue

from schemas.teacher import Answer, ModelRequest, StoredAnswer

Step = Literal["uploading", "uploaded", "created", "polled", "collected", "closed"]


@dataclass(frozen=True)
class Connection:
    """One model at one server.

    ``encode`` makes the body of a chat completion. ``read`` makes the answer of the body that came
    back; it raises Failure by its kind, or ValueError where the body is no completion. ``scrub``
    takes secrets out of what the server says.
    """

    client: openai.AsyncOpenAI
    model: str
    host: str
    encode: Callable[[ModelRequest], bytes]
    read: Callable[[ModelRequest, Mapping[str, JsonValue]], Answer]
    scrub: Callable[[str], str] = lambda text: text


class Answers(Protocol):
    """The store of answers, as far as it is needed here. Its calls block; threads may use it."""

    def __contains__(self, key: str) -> bool:
        """Say whether the request ``key`` is answered."""
        ...

    def get(self, key: str) -> StoredAnswer | None:
        """Return what was answered to ``key``."""
        ...

    def put(self, request: ModelRequest, answer: Answer) -> None:
        """Keep ``answer``; it survives this process when this returns."""
        ...

    def flush(self) -> None:
        """Make everything put so far survive this machine."""
        ...

    def refresh(self) -> None:
        """See what others have put."""
        ...


@dataclass(frozen=True)
class Purse:
    """The budget: what a request costs at most, and the ledger. A batch is one entry, by its id.

    ``reserve`` raises OverBudget; it replaces what is reserved under the id already, by whatever
    run: nothing of that was billed. ``settle`` puts what was spent in the place of it.
    """

    worst: Callable[[ModelRequest], float]
    cost: Callable[[Answer], float | None]
    reserve: Callable[[str, float], object]
    settle: Callable[[str, float], object]


@dataclass(frozen=True)
class BatchLimits:
    """How large batches are and how long is waited; sizes in bytes, times in seconds."""

    count: int = 50_000
    size: int = 200_000_000
    rounds: int = 3  # batches that a request may be in before it is given up
    first_look: float = 5.0
    longest: float = 300.0  # between two looks
    growth: float = 1.5  # of the time between looks
    transfers: int = 2  # uploads and downloads at once
    lease: float = 120.0  # without a sign of life, until another machine takes a batch over
    patience: float = 3600.0  # for a server that does not answer


@dataclass(frozen=True)
class Progress:
    """How far one batch is: in bytes while it is uploaded, else in requests."""

    stage: Step
    id: str
    done: int
    total: int


@dataclass(frozen=True)
class BatchOutcome:
    """What became of the requests; the answers themselves are in the store."""

    answered: int
    failed: Mapping[str, str] = field(repr=False)  # key → why it will not be answered
    waiting: int  # neither: only where it was not waited for
    batches: tuple[str, ...]  # the provider's ids, those taken over included
    cost: float | None  # US dollars, of the batches that ended; none where no price is known
