"""The plan of a build in words: cells of a table, and Markdown for the Prefect UI."""

from collections.abc import Sequence
from typing import Any, Final

from prefect import allow_failure
from prefect.artifacts import create_markdown_artifact
from prefect.futures import PrefectFuture

from schemas.params import BuildParams
from schemas.plan import Estimate, Plan, PlannedRequests
from schemas.release import Part
from tasks._stage import retried
from tasks.model.engine.meter import METER
from tasks.plan import plan_teacher
from tasks.planning.figures import MEND

COLUMNS: Final = ("prompt", "requests", "stored", "text in", "images in", "out", "US$")
MILLION: Final = 1e6


@retried("plan", "plan")
def publish_plan(root: str, params: BuildParams, tiles: Sequence[object]) -> Plan:
    """Plan what the teacher is asked about those of ``tiles`` that were made, and publish it."""
    plan = plan_teacher(root, params, [part for part in tiles if isinstance(part, Part)])
    create_markdown_artifact(key="plan", markdown=markdown_plan(plan), description=plan.model)
    METER.expect(plan.all.requests.total)
    return plan


def announced(root: str, params: BuildParams, tiles: Sequence[PrefectFuture[Part]]) -> list[Any]:
    """Say what a remote model will be asked about ``tiles``; return what asking is to wait for.

    A plan that fails holds nothing up; nothing is planned for the offline teacher alone.
    """
    if not needs_plan(params):
        return []
    planned: PrefectFuture[Plan] = publish_plan.submit(root, params, allow_failure(tiles))
    return [allow_failure(planned)]


def needs_plan(params: BuildParams) -> bool:
    """Say whether a remote model is asked: what the offline teacher writes costs nothing."""
    return params.teacher.kind != "offline" or params.judge.is_asked


def markdown_plan(plan: Plan) -> str:
    """Return ``plan`` as Markdown."""
    rows = [*plan.rows, plan.all, plan.mend]
    return "\n".join(
        [
            f"# What {plan.model} will be asked",
            "",
            "| " + " | ".join(COLUMNS) + " |",
            "|---|" + "--:|" * (len(COLUMNS) - 1),
            *("| " + " | ".join(cells(row)) + " |" for row in rows),
            "",
            *(f"- {line}" for line in sentences(plan)),
        ]
    )


def cells(row: PlannedRequests) -> tuple[str, ...]:
    """Return one row of the table, in the order of COLUMNS."""
    counts = (row.requests, row.stored, row.text_tokens, row.image_tokens, row.output_tokens)
    name = f"{row.prompt}, at most" if row.prompt == MEND else row.prompt
    return (name, *map(counted, counts), money(row.cost) if row.cost else "unknown")


def sentences(plan: Plan) -> list[str]:
    """Return what is to be said beside the table, the most important first."""
    said = [f"Time: {_time(plan)}."]
    if plan.price:
        said.append(f"Price: {plan.price}.")
    if plan.budget_left is not None:
        verdict = "is too little for it" if plan.over_budget else "is left"
        said.append(f"Budget: US$ {plan.budget_left:,.2f} {verdict}.")
    return [*said, *plan.remarks]


def counted(estimate: Estimate) -> str:
    """Return a count with its error, such as “1,234 ± 56” or “12.3 ± 0.4 M”."""
    total, error = estimate.total, estimate.plus_minus
    if total >= MILLION:
        return _with_error(f"{total / MILLION:,.2f}", f"{error / MILLION:,.2f}", " M")
    return _with_error(f"{total:,.0f}", f"{error:,.0f}", "")


def money(estimate: Estimate) -> str:
    """Return US dollars with their error, small sums to a hundredth of a cent."""
    digits = 2 if estimate.total >= 1 else 4
    return _with_error(f"{estimate.total:,.{digits}f}", f"{estimate.plus_minus:,.{digits}f}", "")


def _with_error(total: str, error: str, unit: str) -> str:
    return f"{total} ± {error}{unit}" if error.strip("0.,") else f"{total}{unit}"


def _time(plan: Plan) -> str:
    if plan.seconds is None:
        return plan.bound_by
    return f"{_span(plan.seconds)}, by {plan.bound_by}"


def _span(seconds: Estimate) -> str:
    units = (("h", 3600.0), ("min", 60.0), ("s", 1.0))
    unit, length = next((one for one in units if seconds.total >= one[1]), units[-1])
    total, error = seconds.total / length, seconds.plus_minus / length
    return _with_error(f"{total:,.1f}", f"{error:,.1f}", f" {unit}")
