"""The scorecard in words, one line a number: what the page, the card, summaries and tables show."""

from collections.abc import Iterator
from typing import Final

from pydantic import Field

from schemas.record import Record
from schemas.release import Manifest
from schemas.scorecard import GateVerdict, Judged, Principle, Score, Scorecard, Shortfall

NONE: Final = "–"
JUDGED: Final[dict[Judged, str]] = {
    "passed": "met",
    "failed": "not met",
    "too_few": "too few",
    "not_measured": "not measured",
    "no_threshold": "",
}
COLUMNS: Final = (
    "principle",
    "number",
    "value",
    "rests on",
    "before",
    "change",
    "threshold",
    "verdict",
)


class ScoreLine(Record):
    """One row per number, every cell as it is shown."""

    principle: Principle
    title: str
    value: str
    rests_on: str = Field(description="such as 2,532 claims")
    before: str
    change: str = Field(description="better, worse, regression, or nothing")
    threshold: str
    judged: Judged
    verdict: str
    definition: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The line in the order of COLUMNS."""
        return (
            self.principle, self.title, self.value, self.rests_on, self.before, self.change,
            self.threshold, self.verdict,
        )  # fmt: skip


def score_lines(card: Scorecard) -> tuple[ScoreLine, ...]:
    """Return the numbers of ``card`` in words."""
    return tuple(map(_line, card.scores))


def markdown_scores(manifest: Manifest) -> list[str]:
    """Return the scorecard as lines of Markdown, the verdict of the gate first; none without one."""
    card, gate = manifest.scorecard, manifest.gate
    if card is None or gate is None:
        return []
    beside = f", beside release {card.previous}" if card.previous else ""
    reasons = [f"- {shortfall_text(one)}" for one in gate.shortfalls]
    return [
        said(gate),
        "",
        *(reasons and [*reasons, ""]),
        f"The six principles of RS-GPT4V in numbers{beside}:",
        "",
        "| " + " | ".join(COLUMNS) + " |",
        "|---|---|--:|--:|--:|---|--:|---|",
        *("| " + " | ".join(line.cells) + " |" for line in score_lines(card)),
    ]


def said(gate: GateVerdict) -> str:
    """Return the verdict of the gate in one sentence."""
    if gate.passed:
        return f"The gate passed: all {gate.expectations} expectations are met."
    short = len(gate.shortfalls)
    return f"The gate failed: {short} of {gate.expectations} expectations are not met."


def shortfall_text(one: Shortfall) -> str:
    """Return one expectation that is not met, in words."""
    where = f" in {one.where}" if one.where else ""
    return f"{one.table}: {one.expected} is expected, {one.found} was found{where}"


def shortfall_table(gate: GateVerdict) -> Iterator[str]:
    """Yield the expectations that are not met as lines of a table."""
    rows = [("table", "expected", "found", "where")]
    rows += [(one.table, one.expected, one.found, one.where) for one in gate.shortfalls]
    widths = [max(len(row[place]) for row in rows) for place in range(3)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
        yield f"  {'  '.join(cells)}  {row[3]}".rstrip()


def figure(value: float | None, unit: str) -> str:
    """Return a value with its unit: shares in per cent, others with three figures at least."""
    if value is None:
        return NONE
    if unit == "share":
        return f"{100 * value:.1f} %"
    return f"{number(value)} {unit}"


def number(value: float) -> str:
    """Return ``value`` for people: whole where it is, else with three figures."""
    if value == round(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _line(score: Score) -> ScoreLine:
    sign = "≥" if score.better == "higher" else "≤"
    limit = score.threshold
    return ScoreLine(
        principle=score.principle,
        title=score.title,
        value=figure(score.value, score.unit),
        rests_on=f"{score.count:,} {score.counts}",
        before=figure(score.before, score.unit),
        change=_change(score),
        threshold=NONE if limit is None else f"{sign} {_bare(limit, score.unit)}",
        judged=score.judged,
        verdict=JUDGED[score.judged],
        definition=score.definition,
    )


def _bare(limit: float, unit: str) -> str:
    return f"{100 * limit:g} %" if unit == "share" else number(limit)


def _change(score: Score) -> str:
    if score.regressed:
        return "regression"
    if score.value is None or score.before is None:
        return ""
    if figure(score.value, score.unit) == figure(score.before, score.unit):
        return ""
    return "better" if (score.value > score.before) == (score.better == "higher") else "worse"
