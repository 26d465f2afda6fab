"""Thresholds as expectations on the tables of a release, and what becomes of them."""

from collections.abc import Iterator, Sequence
from typing import Final

import pandas as pd

from schemas.gate import GateParams
from schemas.scorecard import GateVerdict, Judged, SampleGroup, Score, Scorecard, Shortfall
from tasks.quality.bounds import Bound, Checked, Table
from tasks.scorecard.counts import Counts
from tasks.scorecard.numbers import THOUSAND, per_thousand
from tasks.scorecard.reading import Group

SCORECARD, SAMPLES = "scorecard", "samples"
SHOWN: Final = 4  # folders that a reason names


def sample_groups(groups: dict[Group, Counts]) -> tuple[SampleGroup, ...]:
    """Return one row for each task type, split and source, sorted.

    Fewer than 1,000 claims are no ground to judge a folder by: one false one would weigh too much.
    """
    return tuple(
        SampleGroup(
            task=task,
            split=split,
            source=source,
            rows=counts.rows,
            in_form=counts.in_form / counts.rows,
            contradicted=per_thousand(counts).value if counts.decidable >= THOUSAND else None,
        )
        for (task, split, source), counts in sorted(groups.items())
    )


def gate_tables(
    card: Scorecard, groups: Sequence[SampleGroup], params: GateParams
) -> tuple[Table, ...]:
    """Return the tables that are checked, with their bounds: the scorecard as one row, the folders.

    Numbers that have no threshold, were not measured or rest on too little have no bound.
    """
    judged = [score for score in card.scores if _judged(score, card) is None]
    row: dict[str, float | None] = {"samples": sum(group.rows for group in groups)}
    row |= {score.name: score.value for score in judged}
    whole = Bound("samples", params.samples, "Samples of the release.")
    folders = pd.DataFrame(
        [group.model_dump(mode="json") for group in groups], columns=list(SampleGroup.model_fields)
    )
    tables = (
        Table(SCORECARD, "Scorecard", pd.DataFrame([row]), (whole, *map(_bound, judged))),
        Table(
            SAMPLES, "Folders of the samples table", folders, tuple(_folder_bounds(groups, params))
        ),
    )
    return tuple(table for table in tables if table.bounds)


def judged_by(card: Scorecard, checked: Sequence[Checked]) -> tuple[Scorecard, GateVerdict]:
    """Return ``card`` with what became of each number, and the verdict on the release."""
    broken = {
        bound.column for each in checked if each.table.name == SCORECARD for bound in each.unmet
    }
    scores = tuple(
        score.model_copy(
            update={
                "judged": _judged(score, card) or ("failed" if score.name in broken else "passed")
            }
        )
        for score in card.scores
    )
    short = tuple(one for each in checked for one in _shortfalls(each))
    count = sum(len(each.table.bounds) for each in checked)
    verdict = GateVerdict(passed=not short, expectations=count, shortfalls=short)
    return card.model_copy(update={"scores": scores}), verdict


def _judged(score: Score, card: Scorecard) -> Judged | None:
    """Return why ``score`` is not judged, None where it is."""
    if score.threshold is None:
        return "no_threshold"
    if score.value is None:
        return "not_measured"
    return "too_few" if score.count < card.fewest else None


def _bound(score: Score) -> Bound:
    note = f"{score.title} ({score.unit}). {score.definition}"
    return Bound(score.name, score.threshold or 0, note, at_most=score.better == "lower")


def _folder_bounds(groups: Sequence[SampleGroup], params: GateParams) -> Iterator[Bound]:
    if params.in_form is not None and groups:
        yield Bound("in_form", params.in_form, "Share of rows in the one form.")
    if params.contradicted is not None and any(g.contradicted is not None for g in groups):
        note = "Contradicted claims of 1,000, in folders where so many can be decided."
        yield Bound("contradicted", params.contradicted, note, at_most=True)


def _shortfalls(checked: Checked) -> Iterator[Shortfall]:
    frame, is_folder = checked.table.frame, checked.table.name == SAMPLES
    for bound in checked.unmet:
        yield Shortfall(
            table=SAMPLES if is_folder else SCORECARD,
            expected=bound.name,
            found=f"{bound.worst(frame):.6g}",
            where=_named(frame[bound.broken(frame)]) if is_folder else "",
        )


def _named(rows: pd.DataFrame) -> str:
    names = [f"{row.task}/{row.split}/{row.source}" for row in rows.itertuples()]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
