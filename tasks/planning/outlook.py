"""The plan itself: what all tiles take, how long that is under the limits, and what it rests on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from schemas.params import BATCH_HOURS, BuildParams, ServiceParams
from schemas.plan import Estimate, Plan, PlannedRequests
from tasks.planning.figures import (
    ALL,
    COUNTED,
    IMAGE,
    JUDGE,
    MEND,
    OUTPUT,
    PROMPTS,
    REQUESTS,
    SECONDS,
    STORED,
    TEXT,
    WRITING,
    PromptRates,
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
    judge: Money,
) -> Plan:
    """Return the plan of a build under ``params``; ``money`` is for the teacher and for the judge."""
    rates = paid(money, judge)
    mode: Literal["sync", "batch"] = "batch" if params.service.by_batch else "sync"
    row = _asked_remotely(params)
    seconds, bound_by = (
        (None, _OFFLINE) if row is None else _time(totals, params.service, mode, row)
    )
    shown = COUNTED if params.judge.is_asked else WRITING
    rows = [
        totals.row(place, known[name].answers, priced=rates[name] is not None)
        for place, name in enumerate(PROMPTS)
    ]
    answers = sum(known[name].answers for name in shown)
    priced = all(rates[name] is not None for name in shown)
    mend = rows[PROMPTS.index(MEND)]
    return Plan(
        model=params.teacher.model,
        mode=mode,
        tiles=looked.tiles,
        empty=looked.empty,
        sampled=looked.sampled,
        rows=tuple(rows[: len(shown)]),
        all=totals.row(ALL, answers, priced=priced),
        mend=mend,
        seconds=seconds,
        bound_by=bound_by,
        price=money.price,
        budget_left=judge.left if money.left is None else money.left,
        remarks=tuple(_remarks(params, looked, known, mend, money, judge)),
    )


def paid(money: Money, judge: Money) -> PromptRates:
    """Return what is paid for the tokens of each prompt."""
    return {**dict.fromkeys(PROMPTS, money.rates), JUDGE: judge.rates}


_OFFLINE: Final = "nothing is waited for: the offline teacher works in this process"


def _asked_remotely(params: BuildParams) -> int | None:
    """Return the row of what a server is asked: all, the judge's, or None where it is nothing."""
    if params.teacher.kind == "openai":
        return ALL
    return PROMPTS.index(JUDGE) if params.judge.is_asked else None


def _time(
    totals: Totals, service: ServiceParams, mode: Literal["sync", "batch"], row: int
) -> tuple[Estimate | None, str]:
    """Return how long the asking of ``row`` takes in seconds, and which limit that rests on."""
    if mode == "batch":
        return None, f"a batch a stage, each answered within {BATCH_HOURS} h"
    requests, stored = totals.of(row, REQUESTS), totals.of(row, STORED)
    asked = Estimate(total=max(0.0, requests.total - stored.total), plus_minus=requests.plus_minus)
    tokens = _sum(*(totals.of(row, c) for c in (TEXT, IMAGE, OUTPUT)))
    waited = totals.of(row, SECONDS).times(1 / service.concurrency)
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
    params: BuildParams,
    looked: Looked,
    known: Mapping[str, Lengths],
    mend: PlannedRequests,
    money: Money,
    judge: Money,
) -> Iterator[str]:
    yield (
        f"{looked.sampled} of {looked.tiles - looked.empty} tiles with objects were looked at; ± is "
        "the 95 % interval of having looked at these only. Requests that are tried or asked again "
        "come on top."
    )
    if mend.requests.total:
        cost = f", US$ {mend.cost.total:,.2f}" if mend.cost and mend.cost.total else ""
        yield (
            f"Texts that prove false are asked for once more (mend): {mend.requests.total:,.0f} "
            f"requests{cost} at most, on top of all; none where nothing is false."
        )
    if params.teacher.kind == "offline":
        yield "The offline teacher costs nothing."
    else:
        yield from _guessed(params.teacher.model, WRITING, known, money)
    if params.judge.is_asked:
        model = params.judge.model
        price = f" Price: {judge.price}." if judge.price else ""
        yield (
            f"The judge, {model}, grades {100 * params.judge.share:g} % of the samples of these tiles, "
            "before the mixture leaves any out; those that restate labels in words come on top."
            + price
        )
        yield from _guessed(model, (JUDGE,), known, judge)


def _guessed(
    model: str, prompts: Sequence[str], known: Mapping[str, Lengths], money: Money
) -> Iterator[str]:
    """Yield what of the figures of ``prompts`` rests on no answer of ``model``, and no price."""
    guessed = [prompt for prompt in prompts if not known[prompt].answers]
    if guessed:
        length = "short" if guessed == [JUDGE] else "as long as the offline teacher's"
        yield (
            f"Tokens of {', '.join(guessed)} are estimated, four characters each, and answers are "
            f"taken to be {length}: too few answers of {model} are stored to tell. After a pilot build of some "
            "tiles, plan again."
        )
    if any(known[prompt].seconds is None for prompt in prompts):
        yield "How long an answer takes is a usual figure: 2 s and 0.02 s a token."
    if money.rates is None:
        yield (
            f"No price of {model} is known, so there is no cost: give it in a YAML file and name "
            "that in RS_GPT4V_PRICES."
        )
