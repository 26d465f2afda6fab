"""Commands demo and build."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Final

from flows.cli.environment import prefect_server, prepare_environment
from flows.cli.main import DONE, REFUSED
from flows.cli.options import add_build_options, add_parameter_options, build_params
from flows.cli.progress import shown_progress
from flows.clock import stamp
from schemas.errors import HeldBack, IncompleteError, NotApproved, UsageError
from schemas.params import BuildParams, SourceSpec

DEMO_ROOT: Final = "demo"


@dataclass(frozen=True)
class Order:
    """What is to be built, and where."""

    root: str
    version: str
    params: BuildParams


def configure_build(parser: argparse.ArgumentParser) -> None:
    """Add the options of build."""
    parser.epilog = (
        "Every parameter below may also stand in the --params file, as nested mappings. A word on "
        "the\ncommand line wins over the file. “none” stands for no value."
    )
    add_build_options(parser)
    _configure_both(parser)
    add_parameter_options(parser)


def configure_demo(parser: argparse.ArgumentParser) -> None:
    """Add the options of demo."""
    parser.add_argument(
        "--root", default=DEMO_ROOT, metavar="DIR",
        help="local folder for scenes, stages and releases [default %(default)s]",
    )  # fmt: skip
    _configure_both(parser)


def run_build(options: argparse.Namespace) -> int:
    """Build a release from annotated folders."""
    order = Order(options.root, options.version or stamp(), build_params(options))
    prepare_environment(verbose=options.verbose)
    from tasks.check import check_build  # noqa: PLC0415  # only after the environment is set

    if order.params.service.secret is None:  # else the flow has the key first
        check_build(order.root, order.version, order.params)
    return _built(order, _nothing, as_json=options.json)


def run_demo(options: argparse.Namespace) -> int:
    """Paint the scenes and build a release of them."""
    if "://" in options.root:
        raise UsageError(f"--root {options.root}: the demo paints into a local folder; name one.")
    prepare_environment(verbose=options.verbose)
    from tasks.check import check_target  # noqa: PLC0415  # as above
    from tasks.demo.paint import ATTRIBUTION, LICENCE, paint_scenes  # noqa: PLC0415
    from tasks.sources.dota import V1_0  # noqa: PLC0415

    folder = Path(options.root) / "scenes"
    source = SourceSpec(
        name="dota", path=str(folder), licence=LICENCE, attribution=ATTRIBUTION, classes=V1_0
    )
    order = Order(options.root, options.version or stamp(), BuildParams(sources=(source,)))
    check_target(order.root, order.version)
    return _built(order, lambda: paint_scenes(folder), as_json=options.json, sample=True)


def _configure_both(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--version", metavar="NAME", help="of the release [default: the time, UTC]")
    parser.add_argument("--json", action="store_true", help="one JSON document, no progress")
    parser.add_argument("--verbose", action="store_true", help="show Prefect's own log")


def _built(
    order: Order, meanwhile: Callable[[], object], *, as_json: bool, sample: bool = False
) -> int:
    """Build, show the outcome and return the exit code."""
    from flows.cli.outcome import read_outcome, show_outcome  # noqa: PLC0415  # half a second

    start = monotonic()
    wrong = _build(order, meanwhile, silent=as_json)
    outcome = read_outcome(order.root, order.version, monotonic() - start, wrong)
    show_outcome(outcome, as_json=as_json, sample=sample)
    return REFUSED if wrong else DONE


def _build(order: Order, meanwhile: Callable[[], object], *, silent: bool) -> str | None:
    """Run the flow; Prefect's server starts while ``meanwhile`` runs.

    Returns what is wrong with the release that was made nevertheless.
    """
    with shown_progress(silent=silent) as view:
        view.say("Starting Prefect …")
        server = prefect_server()
        meanwhile()
        from flows.build_dataset import build_dataset  # noqa: PLC0415  # 5 s of imports

        server.ready()
        view.say(f"Building release {order.version} in {order.root}")
        try:
            build_dataset(order.root, order.version, order.params)
        except (HeldBack, IncompleteError, NotApproved) as error:
            return str(error)
    return None


def _nothing() -> None:
    """Do nothing while the server starts."""
