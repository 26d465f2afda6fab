"""The command of the bootstrap; ``--help`` says what it takes."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from textwrap import shorten
from typing import Final, get_args

import yaml

from deployments.bootstrap.records import Change, JsonObject, ProfileName, Request
from schemas.errors import PipelineError, UsageError
from schemas.settings import settings

PREFIX: Final = "rs_gpt4v_"
LONGEST: Final = 90


def main(words: Sequence[str] | None = None) -> int:
    """Bootstrap a server and return the exit code."""
    options = _parser().parse_args(words)
    try:
        show(_changes(options), dry_run=options.dry_run)
    except PipelineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def show(changes: Iterable[Change], *, dry_run: bool) -> None:
    """Print one line for each change, then their sum."""
    sums: Counter[str] = Counter()
    for change in changes:
        sums[change.verb] += 1
        print(f"{change.verb:<8}{change.kind:<14}{change.name}", end="")
        detail = shorten(change.detail, LONGEST, placeholder=" …")
        print(f"  ({detail})" if detail else "", flush=True)
    if sums["made"] + sums["changed"]:
        lead = "This would be" if dry_run else "Done"
        print(f"{lead}: {sums['made']} made, {sums['changed']} changed, {sums['kept']} kept.")
    else:
        print(f"Nothing changed: all {sums['kept']} are as they should be.")


def _changes(options: argparse.Namespace) -> Iterable[Change]:
    from prefect.settings import PREFECT_API_URL  # noqa: PLC0415  # 2 s that --help can do without

    from deployments.bootstrap.making import bootstrap  # noqa: PLC0415  # likewise

    if not PREFECT_API_URL.value():
        raise UsageError(
            "PREFECT_API_URL names no server. Start one by “prefect server start”, then: "
            "export PREFECT_API_URL=http://127.0.0.1:4200/api"
        )
    return bootstrap(
        Request(
            profile=options.profile,
            dry_run=options.dry_run,
            variables=dict(_given(one) for one in options.set),
            secret=options.secret,
            key=settings().openai_api_key,
            notify_url=settings().notify_url,
        )
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m deployments.bootstrap",
        description="Make on the Prefect server all that the flows need; say what was changed.",
        epilog="Notifications go to the address in RS_GPT4V_NOTIFY_URL: it is posted JSON with “text”.",
    )
    parser.add_argument("--profile", choices=get_args(ProfileName), required=True)
    parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would be")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE",
        help="set a variable, as root=s3://bucket/rs or cron='0 3 * * *'; the value is YAML",
    )  # fmt: skip
    parser.add_argument(
        "--secret", metavar="NAME",
        help="keep the key in OPENAI_API_KEY on the server, as the Secret block of that name",
    )  # fmt: skip
    return parser


def _given(word: str) -> tuple[str, JsonObject]:
    name, sign, value = word.partition("=")
    if not sign:
        raise UsageError(f"--set {word}: expected NAME=VALUE, as root=s3://bucket/rs.")
    return PREFIX + name.removeprefix(PREFIX), yaml.safe_load(value)


if __name__ == "__main__":
    sys.exit(main())
