"""Command nightly: one night by hand, or from a scheduler that is not Prefect's."""

import argparse

from flows.cli.environment import prefect_server, prepare_environment
from flows.cli.main import DONE
from flows.cli.options import add_build_options, add_parameter_options, build_params, checked
from flows.cli.progress import shown_progress
from schemas.night import PRUNED, Night, NightParams
from schemas.prune import PruneParams


def configure_nightly(parser: argparse.ArgumentParser) -> None:
    """Add the options of nightly: those of build, and what a night may do besides."""
    parser.epilog = (
        "Ends with 0 where nothing is new, too. Every parameter below may also stand in the --params "
        "file,\nas nested mappings."
    )
    add_build_options(parser)
    parser.add_argument("--version", metavar="NAME", help="of the release [default: the time, UTC]")
    fields = NightParams.model_fields
    parser.add_argument("--most", type=float, metavar="US$", help=fields["budget"].description)
    parser.add_argument(
        "--keep", type=int, metavar="N", default=PRUNED.keep,
        help="releases that a prune keeps, besides the latest and those with a tag "
        "[default %(default)s]",
    )  # fmt: skip
    parser.add_argument(
        "--grace", type=float, metavar="HOURS", default=PRUNED.grace,
        help="what is younger stays [default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--no-prune", action="store_true", help="remove nothing")
    parser.add_argument(
        "--notify", action="append", default=[], metavar="BLOCK", help=fields["notify"].description
    )
    parser.add_argument("--json", action="store_true", help="one JSON document, no progress")
    parser.add_argument("--verbose", action="store_true", help="show Prefect's own log")
    add_parameter_options(parser)


def run_nightly(options: argparse.Namespace) -> int:
    """Make a release of what is new, and say what became of it."""
    params, night = build_params(options), _night(options)
    prepare_environment(verbose=options.verbose)
    with shown_progress(silent=options.json) as view:
        view.say("Starting Prefect …")
        server = prefect_server()
        from flows.nightly import nightly  # noqa: PLC0415  # 5 s of imports

        server.ready()
        view.say(f"Looking for what is new for {options.root}")
        done: Night = nightly(options.root, params, night, options.version)
    print(done.model_dump_json(indent=2) if options.json else done.said)
    return DONE


def _night(options: argparse.Namespace) -> NightParams:
    kept = PRUNED.model_dump() | {"keep": options.keep, "grace": options.grace}
    prune = None if options.no_prune else checked(PruneParams, kept)
    found = checked(NightParams, {"budget": options.most, "notify": options.notify})
    return found.model_copy(update={"prune": prune})
