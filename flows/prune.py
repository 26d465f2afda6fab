"""The flow that removes what no kept release rests on, for a deployment of its own."""

from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact

from schemas.errors import DamagedPart
from schemas.prune import Pruned, PruneParams
from tasks.prune import prune_root

DEFAULTS = PruneParams()


@flow(name="prune")
def prune(root: str, params: PruneParams = DEFAULTS, *, remove: bool = False) -> Pruned:
    """Show what no kept release below ``root`` rests on; with ``remove``, remove it.

    Raises DamagedPart where a kept release does not verify afterwards.

    Args:
        root: Folder or URL that holds the releases.
        params: What is kept.
        remove: Remove it; else it is only shown.
    """
    done = prune_root(root, params, remove=remove)
    create_markdown_artifact(key="prune", markdown=markdown_pruned(done), description=root)
    get_run_logger().info("%s: %d files, %d bytes not kept", root, done.files, done.bytes)
    raise_unless_proved(root, done)
    return done


def raise_unless_proved(root: str, done: Pruned) -> None:
    """Raise DamagedPart where a kept release did not verify."""
    if done.problems:
        raise DamagedPart(
            f"After a prune of {root}, kept releases do not verify: {'; '.join(done.problems[:5])}. "
            "“rs-gpt4v repair” makes again what it can."
        )


def markdown_pruned(done: Pruned) -> str:
    """Return what a prune did as Markdown."""
    return "\n".join(
        [
            f"# {'Removed' if done.removed else 'Would be removed'}: {done.files:,} files, "
            f"{done.bytes / 1e6:,.1f} MB",
            "",
            "| not kept | files | MB |",
            "|---|--:|--:|",
            *(f"| {row.kind} | {row.files:,} | {row.bytes / 1e6:,.1f} |" for row in done.garbage),
            "",
            *(f"- keeps {one.version}: {one.why}" for one in done.kept),
            *(f"- drops {version}" for version in done.dropped),
            *(f"- **{problem}**" for problem in done.problems),
        ]
    )
