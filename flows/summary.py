"""The summary of a build as Markdown and its scorecard as a table, for the Prefect UI."""

from typing import Final

from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.places import place_of
from schemas.judgement import JudgedTask
from schemas.release import Manifest, StageCount, Took, Usage
from tasks.report.rendering import decimal, dollars, percent
from tasks.report.scores import COLUMNS, markdown_scores, said, score_lines
from tasks.report.wholes import Wholes, wholes
from tasks.storage.store import Store

NOTHING: Final = Wholes()


def show_summary(root: str, manifest: Manifest) -> str:
    """Publish what the build of ``manifest`` did, and its scorecard; return the former as Markdown."""
    found = wholes(Store(root), manifest.version, manifest.parts)
    text = markdown_summary(root, manifest, found)
    create_markdown_artifact(key="build-dataset", markdown=text, description=manifest.version)
    if manifest.scorecard and manifest.gate:
        lines = score_lines(manifest.scorecard)
        create_table_artifact(
            key="scorecard",
            table=[dict(zip(COLUMNS, line.cells, strict=True)) for line in lines],
            description=f"Release {manifest.version}. {said(manifest.gate)}",
        )
    return text


def markdown_summary(root: str, manifest: Manifest, found: Wholes = NOTHING) -> str:
    """Return what the build of ``manifest`` did, with the places of its files.

    ``found`` is what is said of the release as a whole: leaks, agreement, local facts, symmetry,
    blind baseline, judge.
    """
    parts = (
        _head(root, manifest), markdown_scores(manifest), _stages(manifest),
        _usage(manifest.usage), _tasks(manifest), _sameness(found), _agreement(found),
        _coverage(found), _symmetry(found), _blind(found), _judged(found),
    )  # fmt: skip
    return "\n".join(line for part in parts if part for line in (*part, ""))


def _head(root: str, manifest: Manifest) -> list[str]:
    lost = manifest.candidates - manifest.samples
    lines = [
        f"# Release {manifest.version}",
        "",
        f"**{manifest.samples:,} samples** of {manifest.candidates:,} candidates, "
        f"{lost:,} rejected, {manifest.usage.calls:,} teacher calls in this run. "
        f"Cost of all its answers: {dollars(manifest.usage.cost)}.",
        "",
        *(
            f"- {place_of(root, manifest.version, name)}"
            for name in ("report.html", "data_docs/index.html", "README.md", "manifest.json")
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


def _sameness(found: Wholes) -> list[str]:
    if not found.pairs:
        return []
    lines = [
        f"{found.pairs:,} pairs of scenes show the same ground; splits of {found.leaks:,} disagree."
    ]
    leaks = (link for link in found.links if link.leak)
    lines += [
        f"- {link.first_source} {link.first_name} ({link.first_split}) – {link.second_source} "
        f"{link.second_name} ({link.second_split}): {link.detail}"
        for link in leaks
    ]
    return lines


def _agreement(found: Wholes) -> list[str]:
    """Return how far sources agree on the same images, and the first contradictions."""
    if not found.agreements:
        return []
    lines = ["| sources | what | images | agree | disagree | unsure |", "|---|---|--:|--:|--:|--:|"]
    lines += [
        f"| {row.first_source} – {row.second_source} | {row.kind} | {row.images:,} "
        f"| {row.agree:,} | {row.disagree:,} | {row.unsure:,} |"
        for row in found.agreements
    ]
    return [*lines, "", *(f"- {finding.detail}" for finding in found.contradictions)]


def _coverage(found: Wholes) -> list[str]:
    """Return what descriptions make of the local facts; nothing where there are none."""
    tally = found.coverage
    return [str(tally)] if tally is not None and tally.facts else []


def _symmetry(found: Wholes) -> list[str]:
    """Return how many samples agree with themselves when they are turned."""
    if not found.symmetry:
        return []
    lines = ["| turned | samples | agree | differ | not turned | agreement |"]
    lines += ["|---|--:|--:|--:|--:|--:|"]
    return lines + [
        f"| {row.symmetry} | {row.agree + row.differ + row.unturned:,} | {row.agree:,} "
        f"| {row.differ:,} | {row.unturned:,} | {percent(row.agreement)} |"
        for row in found.symmetry
    ]


def _blind(found: Wholes) -> list[str]:
    """Return what a model that sees no picture gets right; nothing where nothing was measured."""
    measured = [row for row in found.blind if row.after is not None]
    if not measured:
        return []
    lines = ["| source | questions | test | blind before | blind after | verdict |"]
    lines += ["|---|---|--:|--:|--:|---|"]
    return lines + [
        f"| {row.source} | {row.kind} | {row.test:,} | {percent(row.before)} "
        f"| {percent(row.after)} | {row.verdict} |"
        for row in measured
    ]


def _judged(found: Wholes) -> list[str]:
    """Return the grades by task type, and how far judge and rules agree; nothing without a judge."""
    if not found.judged:
        return []
    lines = [
        "| judged | samples | grounded | complete | fluent | useful | called false | twins noticed "
        "| kappa | precision | recall |",
        "|---|" + "--:|" * 10,
        *map(_judged_task, found.judged),
    ]
    failed = found.judged[-1].failed
    if failed:
        shards = "one shard" if failed == 1 else f"{failed:,} shards"
        lines += ["", f"About {shards} the judge could not be asked: see the log."]
    return lines


def _judged_task(row: JudgedTask) -> str:
    marks = (row.groundedness, row.completeness, row.fluency, row.usefulness)
    cells = (
        row.task, f"{row.judged:,}", *map(decimal, marks), f"{row.blamed:,}",
        f"{row.noticed:,} of {row.twins:,}", decimal(row.kappa), percent(row.precision),
        percent(row.recall),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"
