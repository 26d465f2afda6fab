"""The numbers of a release beside those of the release before it."""

from collections.abc import Mapping
from typing import Final

from schemas.gate import GateParams
from schemas.scorecard import Better, Score, Scorecard
from tasks.scorecard.diversity import Measured
from tasks.scorecard.measures import measures

SLACK: Final = 1e-9  # what rounding may add


def scorecard(
    found: Mapping[str, Measured],
    params: GateParams,
    previous: str | None = None,
    before: Scorecard | None = None,
) -> Scorecard:
    """Return the numbers ``found`` with their thresholds, beside those of ``before``.

    ``before`` is the scorecard of release ``previous``, None where it has none. A number is compared
    only with one of the same definition and unit. Nothing is judged yet.
    """
    earlier = {score.name: score for score in before.scores} if before else {}
    scores = []
    for measure in measures():
        one, old = found[measure.name], earlier.get(measure.name)
        same = old is not None and (old.definition, old.unit) == (measure.definition, measure.unit)
        then = old.value if old is not None and same else None
        worse = one.count >= params.fewest and regressed(
            one.value, then, measure.better, params.tolerance
        )
        score = Score(
            **measure.model_dump(), value=one.value, count=one.count, before=then,
            regressed=worse, threshold=threshold(params, measure.name),
        )  # fmt: skip
        scores.append(score)
    return Scorecard(
        previous=previous, tolerance=params.tolerance, fewest=params.fewest, scores=tuple(scores)
    )


def regressed(value: float | None, before: float | None, better: Better, tolerance: float) -> bool:
    """Say whether ``value`` is worse than ``before`` by more than ``tolerance`` of it."""
    if value is None or before is None:
        return False
    loss = before - value if better == "higher" else value - before
    return loss > tolerance * abs(before) + SLACK


def threshold(params: GateParams, name: str) -> float | None:
    """Return the threshold of the number ``name``."""
    limit: float | None = getattr(params, name)
    return limit
