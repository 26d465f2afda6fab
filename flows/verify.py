"""The flow that reads releases anew and says what is wrong with them."""

from typing import Final

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from schemas.errors import DamagedRelease
from tasks._stage import retried
from tasks.audit import audit
from tasks.storage.problem import Problem
from tasks.storage.releases import versions
from tasks.storage.store import Store

SHOWN: Final = 200


@flow(name="verify")
def verify_releases(root: str, version: str | None = None, deep: bool = False) -> int:
    """Read every byte of the releases anew and list what is wrong; return how many were read.

    Raises DamagedRelease where anything is.

    Args:
        root: Folder or URL that holds the releases.
        version: Name of one release. By default all, and the stage parts beside them.
        deep: Look also for the stage parts and answers that releases rest on.
    """
    problems = find_problems(root, version, deep=deep)
    read = 1 if version else len(versions(Store(root)))
    create_markdown_artifact(
        key="verify", markdown=markdown_problems(root, read, problems), description=root
    )
    if problems:
        create_table_artifact(
            key="problems",
            table=[problem.model_dump() for problem in problems[:SHOWN]],
            description=f"The first {min(SHOWN, len(problems)):,} of {len(problems):,}.",
        )
        raise DamagedRelease(
            f"{len(problems):,} problems in {root}. The first: {problems[0].path}: "
            f"{problems[0].found}. {problems[0].remedy}"
        )
    return read


@retried("audit", "audit")
def find_problems(root: str, version: str | None, *, deep: bool) -> tuple[Problem, ...]:
    """Return what is wrong below ``root``."""
    return audit(Store(root), version, deep=deep)


def markdown_problems(root: str, read: int, problems: tuple[Problem, ...]) -> str:
    """Return what was found as Markdown."""
    verdict = (
        f"**{len(problems):,} problems**, see the table."
        if problems
        else "Every file and every count is as it was made."
    )
    return f"# Verified {read:,} of the releases in `{root}`\n\n{verdict}"
