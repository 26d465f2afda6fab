"""How the test endpoint behaves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tasks.model.serve.bill import Prices
from tasks.model.serve.faults import Faults, Latency
from tasks.model.serve.limits import Rates

Write = Callable[[Sequence[str], bytes | None, str, int], str]
"""(message texts, JPEG, reply record, seed) → JSON text of the reply record."""


@dataclass(frozen=True)
class Checks:
    """What is refused."""

    key: str | None = field(default=None, repr=False)  # that callers must have
    models: tuple[str, ...] = ()  # the only ones there are; empty: any name is answered
    vision: bool = True
    structured: bool = True  # response_format is understood
    context: int | None = None  # tokens of prompt and answer together
    quota: int | None = None  # answers until insufficient_quota
    banned: str | None = None  # a word that the content filter stops


@dataclass(frozen=True)
class Batching:
    """What batches are like."""

    seconds: float = 0.5  # that one takes
    lines: int = 50_000
    most_bytes: int = 200 * 10**6


@dataclass(frozen=True)
class Options:
    """How the test endpoint behaves; by default an honest, unlimited server.

    ``canned`` answers with one fixed record of each kind, at almost no CPU; ``echo`` puts the first
    16 digits of the request's key into it. ``reasoning_tokens`` are added to each answer's
    completion tokens; ``image_tokens`` counts those of pictures in usage.
    """

    checks: Checks = field(default_factory=Checks)
    rates: Rates = field(default_factory=Rates)
    latency: Latency = field(default_factory=Latency)
    faults: Faults = field(default_factory=Faults)
    prices: Prices = field(default_factory=Prices)
    batching: Batching = field(default_factory=Batching)
    canned: bool = False
    echo: bool = False
    image_tokens: bool = True
    reasoning_tokens: int = 0
