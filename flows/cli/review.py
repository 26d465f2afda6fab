"""Command review: a sheet of samples for people, their answers, and the error rate that follows."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final
from uuid import uuid4

from rich.markup import escape
from rich.table import Table

from flows.cli.console import console
from flows.cli.main import DONE
from schemas.errors import StorageError, UnknownName, UsageError
from schemas.review import LONG_SIDE, Rate, ReviewOutcome, ReviewParams, StratumRate
from schemas.settings import settings
from tasks.storage.store import Store

ACTIONS: Final = """actions:
  make            draw samples of a release and write a sheet: one HTML file to be answered in a
                  browser, without network
  import FILE …   take in the answers that reviewers downloaded from sheets, and show what they say
  show            show what all answers so far say: error rates with 95 % bounds, agreement, and
                  what is wrong; and who approved the release

Strata are task type × source × what verification said. Sheets and answers are kept below
reviews/ of the root; the release itself is never changed."""
_DEFAULTS: Final = ReviewParams()
_OF_MAKE: Final = ("samples", "floor", "each", "seed", "long_side", "output")
_OWN: Final = {"make": _OF_MAKE, "import": ("replace",), "show": ()}
_MOST_COMPLAINTS: Final = 20


def configure_review(parser: argparse.ArgumentParser) -> None:
    """Add the options of review."""
    parser.epilog = ACTIONS
    parser.add_argument("action", metavar="ACTION", help="make, import or show")
    parser.add_argument("files", metavar="FILE", nargs="*", help="answers, for import")
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds the releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument(
        "--version", metavar="NAME", help="of the release [default: the latest; import: the files']"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    _configure_make(parser.add_argument_group("make"))
    parser.add_argument_group("import").add_argument(
        "--replace", action="store_true", default=None,
        help="take back all that the same reviewers said of the release before",
    )  # fmt: skip


def run_review(options: argparse.Namespace) -> int:
    """Make a sheet, take in answers, or show what they say."""
    action = _RUN.get(options.action)
    if action is None:
        raise UnknownName("action", options.action, _RUN)
    _check(options)
    return action(Store(options.root), options)


def _configure_make(group: argparse._ArgumentGroup) -> None:
    for name, metavar, what in (
        ("samples", "N", f"how many in all, by the sizes of strata [{_DEFAULTS.samples}]"),
        ("floor", "N", f"of each stratum at least, if that is half of all at most [{_DEFAULTS.floor}]"),
        ("each", "N", "of each stratum, whatever its size; instead of --samples and --floor"),
        ("seed", "N", f"draws the samples and their order [{_DEFAULTS.seed}]"),
        ("long-side", "PX", f"of the pictures, at most [{LONG_SIDE}]"),
    ):  # fmt: skip
        group.add_argument(f"--{name}", type=int, metavar=metavar, help=what)
    group.add_argument("--output", metavar="FILE", help="the sheet [review-VERSION.html]")


def _check(options: argparse.Namespace) -> None:
    """Raise UsageError for words and options that do not belong to the action."""
    if options.action == "import" and not options.files:
        raise UsageError("“review import” needs the FILE that a reviewer downloaded, or several.")
    if options.action != "import" and options.files:
        raise UsageError(
            f"“{options.files[0]}” follows “review {options.action}”, which takes no file."
        )
    for action, names in _OWN.items():
        given = [name for name in names if getattr(options, name) is not None]
        if given and action != options.action:
            option = given[0].replace("_", "-")
            raise UsageError(f"--{option} belongs to “review {action}”, not to {options.action}.")


def _make(store: Store, options: argparse.Namespace) -> int:
    from tasks.review.drawing import draw_sheet  # noqa: PLC0415  # 2 s that --help can do without
    from tasks.review.kept import keep_sheet  # noqa: PLC0415
    from tasks.review.sheet import sheet_page  # noqa: PLC0415
    from tasks.storage.releases import read_manifest, resolve  # noqa: PLC0415

    params, long_side = _params(options), options.long_side or LONG_SIDE
    manifest = read_manifest(store, resolve(store, options.version))
    sheet = draw_sheet(store, manifest, params)
    page = sheet_page(store, sheet, long_side)
    file = Path(options.output or f"review-{manifest.version}.html")
    keep_sheet(store, sheet)
    _write(file, page)
    if options.json:
        print(sheet.model_dump_json(indent=2))
        return DONE
    table = _table("stratum", "samples", "on the sheet")
    for stratum in sheet.strata:
        table.add_row(stratum.name, f"{stratum.members:,}", f"{stratum.drawn:,}")
    console().print(table)
    print(
        f"\nSheet {sheet.id}: {len(sheet.samples):,} of {manifest.samples:,} samples of release "
        f"{manifest.version}, {file} ({len(page) / 1e6:,.1f} MB).\nOpen it in a browser, answer, "
        f"download, then: rs-gpt4v review import FILE --root {store.uri}"
    )
    return DONE


def _import(store: Store, options: argparse.Namespace) -> int:
    from tasks.review.importing import import_answers  # noqa: PLC0415  # as above

    files = [Path(name) for name in options.files]
    done = import_answers(store, options.version, files, replace=bool(options.replace))
    if not options.json:
        withdrawn = f", {done.withdrawn:,} earlier ones taken back" if done.withdrawn else ""
        print(
            f"Took in {done.taken:,} answers of {', '.join(done.reviewers)}, {done.known:,} were "
            f"there already{withdrawn}.\n"
        )
    return _told(store, done.version, options)


def _show(store: Store, options: argparse.Namespace) -> int:
    from tasks.review.kept import kept_answers, kept_approvals  # noqa: PLC0415  # as above
    from tasks.storage.releases import resolve  # noqa: PLC0415

    version = resolve(store, options.version)
    approvals = () if options.json else kept_approvals(store, version)
    for approval in approvals:
        print(f"Release {version}, {approval.decided}: {approval.said}.")
    if approvals and not kept_answers(store, version):
        return DONE
    return _told(store, version, options)


def _told(store: Store, version: str | None, options: argparse.Namespace) -> int:
    """Show and keep what all answers say."""
    from tasks.review.kept import keep_outcome  # noqa: PLC0415  # as above
    from tasks.review.outcome import review_outcome  # noqa: PLC0415

    outcome = review_outcome(store, version)
    place = keep_outcome(store, outcome)
    if options.json:
        print(outcome.model_dump_json(indent=2))
        return DONE
    console().print(outcome_table(outcome))
    for line in sentences(outcome):
        console().print(line, soft_wrap=True)
    print(f"Kept in {store.url(place)}.")
    return DONE


_RUN: Final[Mapping[str, Callable[[Store, argparse.Namespace], int]]] = {
    "make": _make,
    "import": _import,
    "show": _show,
}


def outcome_table(outcome: ReviewOutcome) -> Table:
    """Return one row for each stratum, then each task type, then the release."""
    table = _table("", "samples", "drawn", "right", "wrong", "unsure", "wrong %", "95 % bounds")
    for number, rows in enumerate((outcome.strata, outcome.tasks, (outcome.release,))):
        if number:
            table.add_row()
        for row in rows:
            table.add_row(*_cells(row), style="bold" if number == 2 else None)
    return table


def sentences(outcome: ReviewOutcome) -> Iterator[str]:
    """Yield what is to be said beside the table."""
    release = outcome.release
    low, high = (
        round(share * release.members) for share in (release.error.low, release.error.high)
    )
    yield (
        f"\nOf the {release.members:,} samples of release {escape(outcome.version)}, "
        f"{low:,} to {high:,} are wrong ({_bounds(release.error)} %, 95 % confidence)."
    )
    if release.tally.unsure:
        doubted = outcome.if_unsure_is_wrong
        yield f"Were all that nobody could tell wrong, it would be {_rate(doubted)} % ({_bounds(doubted)} %)."
    if outcome.unseen:
        yield f"Of {100 * outcome.unseen:.1f} % of the samples nothing is known yet: their strata have no answer."
    for one in outcome.reviewers:
        yield (
            f"{escape(one.name)}: {one.tally.right} right, {one.tally.wrong} wrong, "
            f"{one.tally.unsure} unsure, {one.seconds:.0f} s a sample."
        )
    for pair in outcome.pairs:
        kappa = "not defined" if pair.kappa is None else f"{pair.kappa:.2f}"
        yield (
            f"{escape(pair.first)} and {escape(pair.second)} agree on {100 * pair.same:.0f} % of "
            f"{pair.samples} samples (Cohen's kappa {kappa})."
        )
    yield from _complaints(outcome)


def _complaints(outcome: ReviewOutcome) -> Iterator[str]:
    if not outcome.complaints:
        return
    yield "\nWrong (“rs-gpt4v explain ID” says why it was published):"
    for one in outcome.complaints[:_MOST_COMPLAINTS]:
        about = ": ".join(filter(None, (one.kind, one.comment)))
        yield f"  {one.sample}  {escape(one.stratum)}  {escape(one.reviewer)}  {escape(about)}".rstrip()
    if len(outcome.complaints) > _MOST_COMPLAINTS:
        yield f"  … and {len(outcome.complaints) - _MOST_COMPLAINTS:,} more, with --json."


def _params(options: argparse.Namespace) -> ReviewParams:
    from pydantic import ValidationError  # noqa: PLC0415  # what --help can do without

    given = {name: getattr(options, name) for name in ("samples", "floor", "each", "seed")}
    try:
        params = ReviewParams(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"--{first['loc'][0]} {first['input']}: {first['msg']}.") from error
    if options.long_side is not None and not 64 <= options.long_side <= 8192:
        raise UsageError(f"--long-side {options.long_side} is not allowed; expected 64 to 8,192.")
    return params


def _write(file: Path, page: str) -> None:
    """Write ``page`` to ``file``, which appears when it is whole."""
    draft = file.with_name(f".{uuid4().hex}-{file.name}")
    try:
        draft.write_text(page, encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        raise StorageError(
            f"Cannot write {file}: {error.strerror or error}. Name another file by --output."
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def _table(first: str, *figures: str) -> Table:
    table = Table(first, header_style="bold", box=None, pad_edge=False)
    for name in figures:
        table.add_column(name, justify="right")
    return table


def _cells(row: StratumRate) -> tuple[str, ...]:
    counts = (row.members, row.drawn, row.tally.right, row.tally.wrong, row.tally.unsure)
    return (row.name, *(f"{count:,}" for count in counts), _rate(row.error), _bounds(row.error))


def _rate(rate: Rate) -> str:
    return "–" if rate.rate is None else f"{100 * rate.rate:.1f}"


def _bounds(rate: Rate) -> str:
    return f"{100 * rate.low:.1f} – {100 * rate.high:.1f}"
