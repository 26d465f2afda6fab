"""From the requests that were measured to the figures of the whole build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.plan import Estimate, PlannedRequests
from tasks.planning.answering import Measured
from tasks.planning.lengths import Lengths
from tasks.planning.strata import totals

WRITING: Final = ("describe", "synthesize", "converse")
JUDGE, MEND = "judge", "mend"
COUNTED: Final = (*WRITING, JUDGE)  # asked for certain; mend comes on top where a text is false
PROMPTS: Final = (*COUNTED, MEND)
ALL: Final = len(PROMPTS)  # the row of all of COUNTED
NORMAL: Final = 1.96  # standard errors in half of a 95 % interval

REQUESTS, STORED, TEXT, IMAGE, OUTPUT, COST, SECONDS = range(7)  # columns of a tile's figures


@dataclass(frozen=True)
class Rates:
    """US dollars a token, as they will be paid."""

    input: float
    output: float


PromptRates = Mapping[str, Rates | None]
"""What is paid by prompt: another model is asked to judge than to write."""


def figures(measured: Sequence[Measured], rates: PromptRates) -> NDArray[np.float64]:
    """Return the figures of one tile: a row of columns REQUESTS … SECONDS for each of PROMPTS.

    Tokens, cost (US dollars) and seconds are of the requests without a stored answer.
    """
    table = np.zeros((len(PROMPTS), SECONDS + 1))
    for one in measured:
        row = table[PROMPTS.index(one.prompt)]
        row[REQUESTS] += 1
        if one.stored:
            row[STORED] += 1
            continue
        row[TEXT] += one.text_tokens
        row[IMAGE] += one.image_tokens
        row[OUTPUT] += one.output_tokens
        row[SECONDS] += one.seconds
        rate = rates[one.prompt]
        if rate is not None:
            row[COST] += (one.text_tokens + one.image_tokens) * rate.input
            row[COST] += one.output_tokens * rate.output
    return table


@dataclass(frozen=True)
class Totals:
    """The figures of the whole build: totals and half intervals.

    A row a prompt, and one for all of COUNTED.
    """

    total: NDArray[np.float64]
    plus_minus: NDArray[np.float64]

    def of(self, row: int, column: int) -> Estimate:
        """Return one figure."""
        return Estimate(
            total=float(self.total[row, column]), plus_minus=float(self.plus_minus[row, column])
        )

    def row(self, number: int, answers: int, *, priced: bool) -> PlannedRequests:
        """Return the row of a prompt, or of all where ``number`` is that of the last."""
        return PlannedRequests(
            prompt=(*PROMPTS, "all")[number],
            requests=self.of(number, REQUESTS),
            stored=self.of(number, STORED),
            text_tokens=self.of(number, TEXT),
            image_tokens=self.of(number, IMAGE),
            output_tokens=self.of(number, OUTPUT),
            cost=self.of(number, COST) if priced else None,
            answers=answers,
        )


def whole_build(
    strata: Sequence[tuple[int, Sequence[NDArray[np.float64]]]],
    known: Mapping[str, Lengths],
    rates: PromptRates,
) -> Totals:
    """Return the figures of all tiles from those of the drawn ones, stratum by stratum.

    The error of the ratios of lengths comes on top of that of the sample, in quadrature.
    """
    shape = (len(PROMPTS) + 1, SECONDS + 1)
    if not strata:
        return Totals(np.zeros(shape), np.zeros(shape))
    flat = [
        (members, np.stack([_with_all(table).ravel() for table in drawn]))
        for members, drawn in strata
    ]
    total, half = (found.reshape(shape) for found in totals(flat))
    rests_on = [known[prompt] for prompt in PROMPTS]
    ratios = {TEXT: [one.text for one in rests_on], OUTPUT: [one.output for one in rests_on]}
    for column, found in ratios.items():
        tokens = total[:-1, column] * [ratio.doubt * NORMAL for ratio in found]
        prices = np.array([_rate(rates[prompt], column) for prompt in PROMPTS])
        half[:, column] = np.hypot(half[:, column], _and_all(tokens))
        half[:, COST] = np.hypot(half[:, COST], _and_all(tokens * prices))
    return Totals(total, half)


def _rate(rates: Rates | None, column: int) -> float:
    if rates is None:
        return 0.0
    return rates.output if column == OUTPUT else rates.input


def _with_all(table: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.vstack([table, table[: len(COUNTED)].sum(axis=0)])


def _and_all(errors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return independent ``errors`` and that of the sum of COUNTED."""
    return np.append(errors, np.sqrt((errors[: len(COUNTED)] ** 2).sum()))
