"""Command plan: what a build would ask of the teacher and cost, before anybody is asked."""

import argparse
import json
from typing import Final

from rich.table import Table

from flows.cli.console import console
from flows.cli.environment import prepare_environment
from flows.cli.main import DONE, REFUSED
from flows.cli.options import add_build_options, add_parameter_options, build_params
from flows.cli.progress import shown_progress
from flows.clock import stamp
from schemas.changes import Changes
from schemas.errors import UsageError
from schemas.judge_params import JudgeParams
from schemas.params import TeacherParams
from schemas.plan import Plan

SAMPLE: Final = 20


def configure_plan(parser: argparse.ArgumentParser) -> None:
    """Add the options of plan: those of build, and how many tiles are looked at."""
    parser.epilog = (
        "Nobody is asked and nothing is paid. The tiles are cut and kept below the root, where the "
        "build\nfinds them. Ends with 1 where even the lower end of the cost is more than the "
        "budget leaves."
    )
    add_build_options(parser)
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, metavar="N",
        help="tiles whose requests are made and measured; more tell more [at least 2; default "
        "%(default)s]",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document, no progress")
    parser.add_argument("--verbose", action="store_true", help="show Prefect's own log")
    add_parameter_options(parser)


def run_plan(options: argparse.Namespace) -> int:
    """Show what a build with the same options would ask of the teacher."""
    if options.sample < 2:
        raise UsageError(f"--sample: “{options.sample}” is not allowed; expected at least 2.")
    params = build_params(options)
    prepare_environment(verbose=options.verbose)
    from tasks.changes import changes_since  # noqa: PLC0415  # only after the environment is set
    from tasks.check import check_build  # noqa: PLC0415  # as above
    from tasks.plan import plan_build  # noqa: PLC0415  # as above

    # Of teacher and judge nothing is checked: a plan needs no key.
    nobody = {"teacher": TeacherParams(), "judge": JudgeParams()}
    check_build(options.root, stamp(), params.model_copy(update=nobody))
    with shown_progress(silent=options.json):
        changes = changes_since(options.root, params)
        plan = plan_build(options.root, params, options.sample)
    _show(plan, changes, as_json=options.json)
    return REFUSED if plan.over_budget else DONE


def change_lines(changes: Changes) -> list[str]:
    """Return what changed since the release before, by cause, and what is done again."""
    if changes.release is None:
        return []
    if changes.nothing:
        return [f"Nothing changed since release {changes.release}."]
    causes = ", ".join(f"{count:,} × {cause.value}" for cause, count in changes.causes.items())
    lines = [f"Since release {changes.release}: {causes}."]
    for one in changes.settings:
        redoes = ", ".join(one.redoes) or "no stage"
        lines.append(f"{one.name} was {one.before} and is {one.after}: redoes {redoes}.")
    for stage in changes.redone:
        cost = "" if not stage.cost else f", US$ {stage.cost:,.2f}"
        asked = f", {stage.requests:,.0f} requests{cost} at most" if stage.requests else ""
        lines.append(f"{stage.stage}: {stage.scenes:,} of {changes.scenes_now:,} scenes{asked}.")
    return lines


def _show(plan: Plan, changes: Changes, *, as_json: bool) -> None:
    from flows.plan import COLUMNS, cells, sentences  # noqa: PLC0415  # imports Prefect

    if as_json:
        told = plan.model_dump(mode="json") | {"changes": changes.model_dump(mode="json")}
        print(json.dumps(told, indent=2, ensure_ascii=False))
        return
    out = console()
    table = Table(COLUMNS[0], header_style="bold", box=None, pad_edge=False)
    for name in COLUMNS[1:]:
        table.add_column(name, justify="right")
    for row in plan.rows:
        table.add_row(*cells(row))
    table.add_row(*cells(plan.all), style="bold")
    table.add_row(*cells(plan.mend), style="dim")
    out.print(f"What {plan.model} will be asked about {plan.tiles:,} tiles\n")
    out.print(table)
    out.print()
    for line in (*sentences(plan), *change_lines(changes)):
        out.print(line)
