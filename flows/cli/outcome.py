"""What a build did: its stages, where its files are, and one sample to read."""

import json
import sys
from dataclasses import dataclass
from typing import Final

from pydantic import JsonValue
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.diff import markdown_diff
from schemas.diff import ReleaseDiff
from schemas.record import Record
from schemas.release import Manifest, Usage
from schemas.sample import Sample
from schemas.vocabulary import TaskType
from tasks.canary import compare_canary
from tasks.report.rendering import dollars, percent
from tasks.report.scores import said
from tasks.report.wholes import wholes
from tasks.storage.parts import read_rows
from tasks.storage.releases import read_manifest, release_path
from tasks.storage.store import Store

SHOWN_FIRST: Final = (TaskType.DETAILED_DESCRIPTION, TaskType.DIALOGUE, TaskType.VQA)


@dataclass(frozen=True)
class Outcome:
    """A release that was built just now."""

    store: Store
    manifest: Manifest
    seconds: float
    wrong: str | None
    canary: ReleaseDiff | None = None  # beside the same shards of the latest release

    def url(self, path: str) -> str:
        """Return the address of a file of the release."""
        return self.store.url(release_path(self.manifest.version, path))


def read_outcome(root: str, version: str, seconds: float, wrong: str | None) -> Outcome:
    """Return the outcome of the build of ``version``, from what it wrote."""
    store = Store(root)
    manifest = read_manifest(store, version)
    tried = manifest.parameters.canary.share is not None
    canary = compare_canary.fn(root, version) if tried else None
    return Outcome(store, manifest, seconds, wrong, canary)


def show_outcome(outcome: Outcome, *, as_json: bool, sample: bool) -> None:
    """Print the outcome for a person, or as one JSON document; what is wrong goes to stderr."""
    if outcome.wrong:
        sys.stderr.write(f"Error: {outcome.wrong}\n")
    if as_json:
        print(json.dumps(_document(outcome), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    console.print(_stages(outcome.manifest))
    if sample:
        _show_sample(console, outcome)
    _show_places(console, outcome)
    if outcome.canary is not None:
        console.print(f"\n{markdown_diff(outcome.canary)}", end="", markup=False)


def _document(outcome: Outcome) -> dict[str, JsonValue]:
    manifest = outcome.manifest
    return {
        "version": manifest.version,
        "report": outcome.url("report.html"),
        "samples": manifest.samples,
        "candidates": manifest.candidates,
        "seconds": round(outcome.seconds, 1),
        "stages": [stage.model_dump(mode="json") for stage in manifest.stages],
        "tasks": [count.model_dump(mode="json") for count in manifest.tasks],
        "rejections": {str(reason): count for reason, count in manifest.rejections.items()},
        "usage": manifest.usage.model_dump(mode="json"),
        "findings": {str(kind): count for kind, count in manifest.findings.items()},
        "failed": [failed.model_dump(mode="json") for failed in manifest.failed],
        "scorecard": _dumped(manifest.scorecard),
        "gate": _dumped(manifest.gate),
        "canary": _dumped(outcome.canary),
    }


def _dumped(record: Record | None) -> JsonValue:
    dump: JsonValue = record.model_dump(mode="json") if record else None
    return dump


def _stages(manifest: Manifest) -> Table:
    table = Table("stage", "unit", header_style="bold", box=None, pad_edge=False)
    for name in ("candidates", "kept", "rejected", "made", "found", "calls"):
        table.add_column(name, justify="right")
    for stage in manifest.stages:
        figures = (
            stage.candidates, stage.kept, stage.rejected, stage.parts_made, stage.parts_found,
            stage.calls,
        )  # fmt: skip
        table.add_row(stage.stage, stage.unit, *(f"{figure:,}" for figure in figures))
    return table


def _show_places(console: Console, outcome: Outcome) -> None:
    manifest = outcome.manifest
    lost, findings = manifest.candidates - manifest.samples, sum(manifest.findings.values())
    console.print(
        f"\n{manifest.samples:,} samples of {manifest.candidates:,} candidates, {lost:,} rejected, "
        f"{findings:,} finding{'' if findings == 1 else 's'}, in {outcome.seconds:.0f} s."
    )
    for line in (*_covered(outcome), *_turned(outcome), *_blind(outcome), *_scored(manifest)):
        console.print(line)
    if manifest.usage.requests:
        console.print(_spent(manifest.usage))
    console.print(f"Release   {outcome.url('').rstrip('/')}", soft_wrap=True)
    console.print(f"Report    {outcome.url('report.html')}", soft_wrap=True)


def _blind(outcome: Outcome) -> list[str]:
    """Say for each source whose presence questions were measured what can be guessed of them."""
    found = wholes(outcome.store, outcome.manifest.version, outcome.manifest.parts)
    return [
        f"Without the picture {percent(row.after)} of the presence questions of {row.source} are "
        f"guessed right ({percent(row.before)} before balancing, limit {percent(row.limit)}): "
        f"{row.verdict.replace('_', ' ')}."
        for row in found.blind
        if row.kind == "presence" and row.after is not None and row.verdict != "too_few"
    ]


def _covered(outcome: Outcome) -> list[str]:
    """Say how many local facts descriptions say again."""
    found = wholes(outcome.store, outcome.manifest.version, outcome.manifest.parts).coverage
    return [str(found)] if found is not None and found.facts else []


def _turned(outcome: Outcome) -> list[str]:
    """Say how many of the samples that were turned verification tells the same of."""
    found = wholes(outcome.store, outcome.manifest.version, outcome.manifest.parts).symmetry
    agree, differ = sum(row.agree for row in found), sum(row.differ for row in found)
    if not agree + differ:
        return []
    return [
        f"Of {agree + differ:,} samples turned with their pictures, "
        f"{percent(agree / (agree + differ))} are verified as they were."
    ]


def _scored(manifest: Manifest) -> list[str]:
    """Say what the gate found, and which numbers are worse than in the release before."""
    card, gate = manifest.scorecard, manifest.gate
    if card is None or gate is None:
        return []
    worse = [score.title for score in card.scores if score.regressed]
    lines = [said(gate)]
    if worse:
        lines.append(f"Worse than in release {card.previous}: {', '.join(worse)}.")
    return lines


def _spent(usage: Usage) -> str:
    pictures = f" (about {usage.image_tokens:,} for pictures)" if usage.image_tokens else ""
    return (
        f"{usage.requests:,} answers, {usage.calls:,} calls in this run: {usage.prompt_tokens:,} "
        f"tokens in{pictures}, {usage.completion_tokens:,} out, cost {dollars(usage.cost)}."
    )


def _show_sample(console: Console, outcome: Outcome) -> None:
    sample = _first_sample(outcome)
    if sample is None:
        return
    console.print(f"\n[bold]One sample[/bold] {sample.id}, {sample.task}, tile {sample.tile_id}")
    for turn in sample.turns:
        console.print(f"  [bold]{turn.role}[/bold]: {escape(turn.content)}")


def _first_sample(outcome: Outcome) -> Sample | None:
    """Return the sample with the lowest id of the task type that is best to read."""
    parts = [part for part in outcome.manifest.parts if part.table == "samples"]
    for task in SHOWN_FIRST:
        chosen = [part.path for part in parts if f"/task={task}/" in f"/{part.path}"]
        paths = [release_path(outcome.manifest.version, path) for path in chosen]
        rows = [row for path in paths for row in read_rows(outcome.store, path, Sample)]
        if rows:
            return min(rows, key=lambda row: row.id)
    return None
