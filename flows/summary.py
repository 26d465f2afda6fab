"""The summary of a build as Markdown, for the Prefect UI."""

from schemas.release import Manifest, StageCount, Took, Usage
from tasks.report.rendering import dollars
from tasks.storage.releases import release_path


def markdown_summary(root: str, manifest: Manifest) -> str:
    """Return what the build of ``manifest`` did, with the places of its files."""
    parts = (_head(root, manifest), _stages(manifest), _usage(manifest.usage), _tasks(manifest))
    return "\n".join(line for part in parts if part for line in (*part, ""))


def _head(root: str, manifest: Manifest) -> list[str]:
    base = f"{root.rstrip('/')}/{release_path(manifest.version, '')}"
    lost = manifest.candidates - manifest.samples
    lines = [
        f"# Release {manifest.version}",
        "",
        f"**{manifest.samples:,} samples** of {manifest.candidates:,} candidates, "
        f"{lost:,} rejected, {manifest.usage.calls:,} teacher calls in this run. "
        f"Cost of all its answers: {dollars(manifest.usage.cost)}.",
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


def _usage(usage: Usage) -> list[str]:
    """Return what the answers took, stage by stage; nothing where no teacher was asked."""
    if not usage.stages:
        return []
    return [
        "| teacher | answers | calls | tries | tokens in | pictures | cached | tokens out "
        "| reasoning | cost | median s | 95 % s |",
        "|---|" + "--:|" * 11,
        *(
            f"{_took(stage.stage, stage)} {stage.latency_median:.1f} | {stage.latency_p95:.1f} |"
            for stage in usage.stages
        ),
        f"{_took('all', usage)} | |",
    ]


def _took(name: str, took: Took) -> str:
    figures = (
        took.requests, took.calls, took.tries, took.prompt_tokens, took.image_tokens,
        took.cached_tokens, took.completion_tokens, took.reasoning_tokens,
    )  # fmt: skip
    return f"| {name} | " + " | ".join(f"{f:,}" for f in figures) + f" | {dollars(took.cost)} |"


def _tasks(manifest: Manifest) -> list[str]:
    lines = ["| task type | split | source | samples |", "|---|---|---|--:|"]
    lines += [
        f"| {count.task} | {count.split} | {count.source} | {count.samples:,} |"
        for count in manifest.tasks
    ]
    return lines
