"""The differences of two releases as Markdown, and as an artifact in the Prefect UI."""

from collections.abc import Iterator
from typing import Final

from prefect import flow
from prefect.artifacts import create_markdown_artifact

from schemas.diff import MEANING, Cause, ChangedSample, ReleaseDiff
from tasks.diff import EXAMPLES, diff_releases
from tasks.report.scores import figure

NAME: Final = "diff"
CELL: Final = str.maketrans({"|": "\\|", "\n": " ", "`": "'"})


@flow(name="diff-releases")
def diff_of_releases(root: str, before: str, after: str, examples: int = EXAMPLES) -> ReleaseDiff:
    """Say which rows two releases below ``root`` differ in, and why, as an artifact."""
    found = diff_releases(root, before, after, examples)
    publish_diff(found)
    return found


def publish_diff(found: ReleaseDiff) -> None:
    """Show ``found`` in the Prefect UI."""
    create_markdown_artifact(
        key=NAME, markdown=markdown_diff(found), description=f"{found.before} → {found.after}"
    )


def markdown_diff(found: ReleaseDiff) -> str:
    """Return ``found`` as Markdown."""
    parts = (_head(found), _rows(found), _scenes(found), _parameters(found), _numbers(found))
    examples = [line for one in found.examples for line in _example(one)]
    lines = [line for part in parts if part for line in (*part, "")]
    return (
        "\n".join([*lines, *(["## Examples", "", *examples] if examples else [])]).rstrip() + "\n"
    )


def sentence(found: ReleaseDiff) -> str:
    """Return the difference in one sentence."""
    if not found.rows:
        return "No sample differs."
    why = ", ".join(f"{cause} {found.of(cause):,}" for cause in found.causes)
    return f"{found.added:,} samples added, {found.removed:,} removed, {found.changed:,} changed: {why}."


def _head(found: ReleaseDiff) -> list[str]:
    return [
        f"# From {found.before} to {found.after}",
        "",
        f"{found.samples_before:,} samples → {found.samples_after:,}. {sentence(found)}",
    ]


def _rows(found: ReleaseDiff) -> list[str]:
    if not found.rows:
        return []
    return [
        "| task type | source | cause | added | removed | changed |",
        "|---|---|---|--:|--:|--:|",
        *(
            f"| {row.task} | {row.source} | {row.cause} | {row.added:,} | {row.removed:,} "
            f"| {row.changed:,} |"
            for row in found.rows
        ),
        "",
        *(f"- **{cause}**: {MEANING[Cause(cause)]}" for cause in found.causes),
    ]


def _scenes(found: ReleaseDiff) -> list[str]:
    scenes = found.scenes
    counts = (
        ("added", scenes.added), ("removed", scenes.removed), ("replaced", scenes.replaced),
        ("renamed", scenes.renamed), ("relabelled", scenes.relabelled),
    )  # fmt: skip
    if not any(count for _, count in counts):
        return []
    said = ", ".join(f"{count:,} {what}" for what, count in counts if count)
    return ["## Scenes", "", f"{said}.", "", *(f"- {_cell(one)}" for one in scenes.examples)]


def _parameters(found: ReleaseDiff) -> list[str]:
    if not found.parameters:
        return []
    return ["## Parameters", "", *(f"- `{_cell(one)}`" for one in found.parameters)]


def _numbers(found: ReleaseDiff) -> Iterator[str] | list[str]:
    if not found.numbers:
        return []
    return [
        "## The six principles",
        "",
        f"| principle | number | {found.before} | {found.after} | better is |",
        "|---|---|--:|--:|---|",
        *(
            f"| {one.principle} | {one.title} | {figure(one.before, one.unit)} "
            f"| {figure(one.after, one.unit)} | {one.better} |"
            for one in found.numbers
        ),
    ]


def _example(one: ChangedSample) -> Iterator[str]:
    yield f"- {one.side}, {one.task} of {one.source}, {one.cause}: {one.after or one.before}"
    for what, said in (("before", one.said_before), ("after", one.said_after)):
        if said:
            yield f"    - {what}: {_cell(said)}"


def _cell(text: str) -> str:
    return text.translate(CELL)
