"""What the answers behind a release took, and the prompts they were asked with."""

import math
from collections import Counter
from collections.abc import Iterator
from math import fsum
from statistics import median
from typing import Final

from schemas.release import Part, PromptUse, StageUsage, Took, Usage
from schemas.teacher import Exchange
from tasks.storage.published import read_table
from tasks.storage.store import Store

TEACHER_STAGES: Final = ("describe", "synthesize", "converse")
COUNTED: Final = (
    "prompt_tokens", "image_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens",
    "tries",
)  # fmt: skip


class _Sums:
    """What the distinct answers of one stage took."""

    def __init__(self) -> None:
        self.keys: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.costs: list[float] = []
        self.latencies: list[float] = []

    def add(self, exchange: Exchange) -> None:
        """Count ``exchange``, once for each request."""
        if exchange.request_key in self.keys:
            return
        self.keys.add(exchange.request_key)
        self.counts.update({name: getattr(exchange, name) for name in COUNTED})
        self.latencies.append(exchange.latency)
        if exchange.cost is not None:
            self.costs.append(exchange.cost)

    def took(self, calls: int) -> Took:
        """Return the sums; the cost only where every answer's is known."""
        known = len(self.costs) == len(self.keys)
        return Took(
            requests=len(self.keys),
            calls=calls,
            cost=fsum(self.costs) if known else None,
            **{name: self.counts[name] for name in COUNTED},
        )


def usage_of(store: Store, parts: tuple[Part, ...]) -> Usage:
    """Return the sums over the distinct answers that were kept, in all and by stage.

    Answers that were rejected are not in the rows, so they are not counted.
    """
    stages = tuple(_stage_usage(store, parts, stage) for stage in TEACHER_STAGES)
    costs = [stage.cost for stage in stages]
    summed = ("requests", "calls", *COUNTED)
    return Usage(
        **{name: sum(getattr(stage, name) for stage in stages) for name in summed},
        cost=None if None in costs else fsum(cost for cost in costs if cost is not None),
        stages=tuple(stage for stage in stages if stage.requests or stage.calls),
    )


def _stage_usage(store: Store, parts: tuple[Part, ...], stage: str) -> StageUsage:
    own = tuple(part for part in parts if part.stage == stage)
    sums = _Sums()
    for exchange in _exchanges(store, own):
        sums.add(exchange)
    times = sorted(sums.latencies) or [0.0]
    return StageUsage(
        **sums.took(sum(part.calls for part in own)).model_dump(),
        stage=stage,
        latency_median=median(times),
        latency_p95=times[math.ceil(0.95 * len(times)) - 1],
    )


def prompts_used(
    store: Store, parts: tuple[Part, ...], phrasings: Counter[tuple[str, str]]
) -> tuple[PromptUse, ...]:
    """Return every prompt by name with how it was asked, then the ``phrasings``."""
    asked: Counter[tuple[str, str, str, float, int]] = Counter(
        (x.prompt, x.prompt_fingerprint, x.model, x.temperature, x.max_tokens)
        for x in _exchanges(store, parts)
    )
    prompts = [
        PromptUse(
            name=name, fingerprint=fingerprint, model=model, temperature=temperature,
            max_tokens=max_tokens, uses=uses,
        )
        for (name, fingerprint, model, temperature, max_tokens), uses in sorted(asked.items())
    ]  # fmt: skip
    drawn = [
        PromptUse(name=name, fingerprint=fingerprint, uses=uses)
        for (name, fingerprint), uses in sorted(phrasings.items())
    ]
    return (*prompts, *drawn)


def _exchanges(store: Store, parts: tuple[Part, ...]) -> Iterator[Exchange]:
    for part in sorted(parts, key=lambda part: part.path):
        if part.stage not in TEACHER_STAGES or part.rows == 0:
            continue
        column = read_table(store, part.path, ["exchange"])["exchange"]
        for chunk in column.chunks:
            yield from (Exchange.model_validate(row) for row in chunk.to_pylist())
