"""What the answers behind a release took, and the prompts they were asked with."""

from collections import Counter
from collections.abc import Iterator
from math import ceil, fsum
from statistics import median
from typing import Final

from schemas.release import Part, PromptUse, StageUsage, Usage
from schemas.teacher import Exchange
from tasks.storage.published import read_table
from tasks.storage.store import Store

TEACHER_STAGES: Final = ("describe", "synthesize", "converse", "mend", "judge")
COUNTED: Final = (
    "prompt_tokens", "image_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens",
    "tries",
)  # fmt: skip
DIGITS: Final = 9  # of a dollar


def usage_of(store: Store, parts: tuple[Part, ...]) -> Usage:
    """Return the sums over the distinct answers that were kept, in all and by stage.

    What rejected answers took is in no row, so it is not counted; it stands in the store of answers.
    """
    found = (_stage_usage(store, parts, stage) for stage in TEACHER_STAGES)
    stages = tuple(stage for stage in found if stage.requests or stage.calls)
    summed = ("requests", "calls", *COUNTED)
    return Usage(
        **{name: sum(getattr(stage, name) for stage in stages) for name in summed},
        cost=_sum([stage.cost for stage in stages]),
        stages=stages,
    )


def _stage_usage(store: Store, parts: tuple[Part, ...], stage: str) -> StageUsage:
    own = tuple(part for part in parts if part.stage == stage)
    keys: set[str] = set()
    counts: Counter[str] = Counter()
    costs: list[float | None] = []
    times: list[float] = []
    for exchange in _exchanges(store, own):
        if exchange.request_key not in keys:
            keys.add(exchange.request_key)
            counts.update({name: getattr(exchange, name) for name in COUNTED})
            costs.append(exchange.cost)
            times.append(exchange.latency)
    times = sorted(times) or [0.0]
    return StageUsage(
        stage=stage,
        requests=len(keys),
        calls=sum(part.calls for part in own),
        cost=_sum(costs),
        latency_median=median(times),
        latency_p95=times[ceil(0.95 * len(times)) - 1],
        **{name: counts[name] for name in COUNTED},
    )


def _sum(costs: list[float | None]) -> float | None:
    """Return the sum of ``costs`` in US dollars; None where one is not known."""
    known = [cost for cost in costs if cost is not None]
    return round(fsum(known), DIGITS) if len(known) == len(costs) else None


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
