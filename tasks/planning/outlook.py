"""The plan itself: what all tiles take, how long that is under the limits, and what it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from schemas.params import BATCH_HOURS, BuildParams, ServiceParams
from schemas.plan import Estimate, Plan
from tasks.planning.figures import (
    IMAGE,
    OUTPUT,
    PROMPTS,
    REQUESTS,
    SECONDS,
    STORED,
    TEXT,
    Totals,
)
from tasks.planning.lengths import Lengths
from tasks.planning.money import Money


@dataclass(frozen=True)
class Looked:
    """How many tiles there are, how many have nothing to describe, how many were looked at."""

    tiles: int
    empty: int
    sampled: int


def outlook(
    params: BuildParams,
    looked: Looked,
    totals: Totals,
    known: Mapping[str, Lengths],
    money: Money,
) -> Plan:
    """Return the plan of a build under ``params``."""
    remote, priced = params.teacher.kind == "openai", money.rates is not None
    mode: Literal["sync", "batch"] = "batch" if params.service.by_batch else "sync"
    seconds, bound_by = _time(totals, params.service, mode) if remote else (None, _OFFLINE)
    answers = [known[prompt].answers for prompt in PROMPTS]
    return Plan(
        model=params.teacher.model,
        mode=mode,
        tiles=looked.tiles,
        empty=looked.empty,
        sampled=looked.sampled,
        rows=tuple(totals.row(n, count, priced=priced) for n, count in enumerate(answers)),
        all=totals.row(len(PROMPTS), sum(answers), priced=priced),
        seconds=seconds,
        bound_by=bound_by,
        price=money.price,
        budget_left=money.left,
        remarks=tuple(_remarks(params, looked, known, priced=priced)),
    )


_OFFLINE: Final = "nothing is waited for: the offline teacher works in this process"


def _time(
    totals: Totals, service: ServiceParams, mode: Literal["sync", "batch"]
) -> tuple[Estimate | None, str]:
    """Return how long the asking takes in seconds, and which limit that rests on."""
    if mode == "batch":
        return None, f"a batch a stage, each answered within {BATCH_HOURS} h"
    every = len(PROMPTS)
    requests, stored = totals.of(every, REQUESTS), totals.of(every, STORED)
    asked = Estimate(total=max(0.0, requests.total - stored.total), plus_minus=requests.plus_minus)
    tokens = _sum(totals.of(every, TEXT), totals.of(every, IMAGE), totals.of(every, OUTPUT))
    waited = totals.of(every, SECONDS).times(1 / service.concurrency)
    ways = [(waited, f"{service.concurrency} requests in flight")]
    if service.requests_per_minute:
        rate = service.requests_per_minute
        ways.append((asked.times(60 / rate), f"{rate:,.0f} requests a minute"))
    if service.tokens_per_minute:
        rate = service.tokens_per_minute
        ways.append((tokens.times(60 / rate), f"{rate:,.0f} tokens a minute"))
    return max(ways, key=lambda way: way[0].total)


def _sum(*estimates: Estimate) -> Estimate:
    """Return the sum, its error at its largest: what makes one tile long makes all of it long."""
    return Estimate(
        total=sum(one.total for one in estimates),
        plus_minus=sum(one.plus_minus for one in estimates),
    )


def _remarks(
    params: BuildParams, looked: Looked, known: Mapping[str, Lengths], *, priced: bool
) -> list[str]:
    said = [
        f"{looked.sampled} of {looked.tiles - looked.empty} tiles with objects were looked at; ± is "
        "the 95 % interval of having looked at these only. Requests that are tried or asked again "
        "come on top."
    ]
    if params.teacher.kind == "offline":
        return [*said, "The offline teacher costs nothing."]
    guessed = [prompt for prompt in PROMPTS if not known[prompt].answers]
    if guessed:
        said.append(
            f"Tokens of {', '.join(guessed)} are estimated, four characters each, and answers as "
            f"long as the offline teacher's: too few answers of {params.teacher.model} are stored "
            "to tell. After a pilot build of some tiles, plan again."
        )
    if any(one.seconds is None for one in known.values()):
        said.append("How long an answer takes is a usual figure: 2 s and 0.02 s a token.")
    if not priced:
        said.append(
            f"No price of {params.teacher.model} is known, so there is no cost: give it in a YAML "
            "file and name that in RS_GPT4V_PRICES."
        )
    return said
