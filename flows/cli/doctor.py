"""Command doctor: looks at all that a build rests on, and says what to do."""

import argparse
import json
from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from flows.cli.console import console
from flows.cli.environment import prepare_environment
from flows.cli.main import DONE, REFUSED
from flows.cli.options import add_parameter_options, build_params
from schemas.checkup import Checked, State, wrong
from schemas.errors import MissingSecret, UsageError
from schemas.params import BuildParams
from schemas.settings import settings

ROOM: Final = 2.0  # GB
MARKS: Final[dict[State, tuple[str, str]]] = {
    "well": ("✓", "green"), "doubtful": ("?", "yellow"), "wrong": ("✗", "bold red"),
}  # fmt: skip


def configure_doctor(parser: argparse.ArgumentParser) -> None:
    """Add the options of doctor: those of build, and how much room is to be there."""
    parser.epilog = (
        "With --teacher.kind openai it asks every endpoint one question about a small picture, which "
        "takes\nabout a thousand tokens. Ends with 1 where something is wrong (✗)."
    )
    parser.add_argument(
        "--root", metavar="URI", help="folder or URL that holds stages and releases [RS_GPT4V_ROOT]"
    )
    parser.add_argument("--params", metavar="FILE", help="parameters of the build as YAML or JSON")
    parser.add_argument(
        "--room", type=float, default=ROOM, metavar="GB",
        help="that every disk must have free [default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(source=[])
    add_parameter_options(parser)


def run_doctor(options: argparse.Namespace) -> int:
    """Look at everything and list what was found."""
    params = build_params(options)
    prepare_environment(verbose=False)
    found = []
    for checked in _all(params, options.root, options.room):
        found.append(checked)
        if not options.json:
            _show(checked)
    if options.json:
        dump = [checked.model_dump() for checked in found]
        print(json.dumps(dump, indent=2, ensure_ascii=False))
    else:
        console().print(f"\n{_sum(found)}")
    return REFUSED if any(checked.state == "wrong" for checked in found) else DONE


def _all(params: BuildParams, root: str | None, room: float) -> Iterator[Checked]:
    from flows.doctor import check_prefect  # noqa: PLC0415  # 4 s of imports
    from flows.key import key_from  # noqa: PLC0415  # as above
    from tasks import doctor  # noqa: PLC0415  # as above

    extras = {"s3"} if str(root or "").startswith("s3") else set()
    extras |= {params.runner.kind} & {"dask", "ray"}
    yield from doctor.check_environment(frozenset(extras))
    try:
        where = settings()
    except UsageError:
        return  # it was said already, and nothing else can be looked at
    root = root or where.root
    yield from doctor.check_disk(root, where, room)
    yield from doctor.check_root(root, where)
    try:
        with key_from(params.service):
            yield from doctor.check_model(params.teacher, params.service, settings())
    except MissingSecret as error:
        yield wrong("model", "key", str(error))
    yield from check_prefect(params, where)


def _show(checked: Checked) -> None:
    mark, style = MARKS[checked.state]
    line = Text.assemble(
        (f"{mark} ", style), (f"{checked.area}, {checked.subject}: ", "bold"), checked.found
    )
    out = console()
    out.print(line, soft_wrap=True)
    if checked.remedy:
        out.print(Text(f"  → {checked.remedy}"), soft_wrap=True)


def _sum(found: Sequence[Checked]) -> str:
    bad = sum(checked.state == "wrong" for checked in found)
    odd = sum(checked.state == "doubtful" for checked in found)
    if not bad and not odd:
        return f"All is well: {len(found)} things were looked at."
    return f"{len(found)} things were looked at: {bad} wrong, {odd} doubtful."
