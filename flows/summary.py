"""The summary of a build as Markdown, for the Prefect UI."""

from schemas.release import Manifest, StageCount
from tasks.report.rendering import dollars
from tasks.storage.releases import release_path


def markdown_summary(root: str, manifest: Manifest) -> str:
    """Return what the build of ``manifest`` did, with the places of its files."""
    return "\n".join([*_head(root, manifest), "", *_stages(manifest), "", *_tasks(manifest)])


def _head(root: str, manifest: Manifest) -> list[str]:
    base = f"{root.rstrip('/')}/{release_path(manifest.version, '')}"
    lost = manifest.candidates - manifest.samples
    lines = [
        f"# Release {manifest.version}",
        "",
        f"**{manifest.samples:,} samples** of {manifest.candidates:,} candidates, "
        f"{lost:,} rejected, {manifest.usage.calls:,} teacher calls in this run.",
        f"Its {manifest.usage.requests:,} answers took {manifest.usage.prompt_tokens:,} tokens in, "
        f"{manifest.usage.completion_tokens:,} out; cost: {dollars(manifest.usage.cost)}.",
        "",
        *(
            f"- [{name}]({base}{name})" if "://" in base else f"- `{base}{name}`"
            for name in ("report.html", "README.md", "manifest.json")
        ),
    ]
    if manifest.failed:
        lines += [
            "",
            f"## Shards that failed and are not in this release: {len(manifest.failed)}",
            "",
        ]
        lines += [
            f"- shard {failed.shard}, {failed.stage}: {failed.error}: {failed.message}"
            for failed in manifest.failed
        ]
    return lines


def _stages(manifest: Manifest) -> list[str]:
    return [
        "| stage | unit | candidates | kept | rejected | parts made | parts found | calls |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
        *map(_stage, manifest.stages),
    ]


def _stage(count: StageCount) -> str:
    figures = (
        count.candidates, count.kept, count.rejected, count.parts_made, count.parts_found,
        count.calls,
    )  # fmt: skip
    return f"| {count.stage} | {count.unit} | " + " | ".join(f"{f:,}" for f in figures) + " |"


def _tasks(manifest: Manifest) -> list[str]:
    lines = ["| task type | split | source | samples |", "|---|---|---|--:|"]
    lines += [
        f"| {count.task} | {count.split} | {count.source} | {count.samples:,} |"
        for count in manifest.tasks
    ]
    return lines
