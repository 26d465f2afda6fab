"""report.html: one file that shows a release, with nothing fetched from anywhere."""

import json
from importlib.resources import files
from itertools import groupby
from typing import Final

from pydantic import JsonValue

from prompts import prompt_fingerprint
from schemas.errors import PipelineError
from schemas.params import BuildParams
from schemas.record import Record
from schemas.release import Manifest, PromptUse
from tasks.report.figures import Count, Summary
from tasks.report.gallery import gallery
from tasks.report.rendering import environment
from tasks.report.scores import ScoreLine, score_lines
from tasks.report.wholes import wholes
from tasks.storage.store import Store

MOST_CATEGORIES: Final = 18


class NamedValue(Record):
    """One line of a list: a parameter, a package."""

    name: str
    value: str


class ShownPrompt(Record):
    """A prompt with its text, where the installed file is still the one that was used."""

    use: PromptUse
    text: str | None


def report_page(store: Store, manifest: Manifest, summary: Summary) -> str:
    """Return the page of the release that ``manifest`` tells of."""
    template = environment().get_template("report.html.jinja")
    plates = gallery(store, manifest.version, manifest.parts, manifest.parameters.publish.gallery)
    return template.render(
        manifest=manifest,
        summary=summary,
        plates=plates,
        wholes=wholes(store, manifest.version, manifest.parts),
        scores=scores_by_principle(manifest),
        by_task=totals(manifest, "task"),
        by_split=totals(manifest, "split"),
        by_source=totals(manifest, "source"),
        categories=with_rest(summary.categories, MOST_CATEGORIES),
        prompts=[ShownPrompt(use=use, text=prompt_text(use)) for use in manifest.prompts],
        parameters=flat_parameters(manifest.parameters),
    )


def scores_by_principle(manifest: Manifest) -> list[tuple[str, list[ScoreLine]]]:
    """Return the numbers of each principle in words; none where none were measured."""
    lines = score_lines(manifest.scorecard) if manifest.scorecard else ()
    return [(name, list(own)) for name, own in groupby(lines, key=lambda line: line.principle)]


def totals(manifest: Manifest, key: str) -> tuple[Count, ...]:
    """Return the samples by ``key`` (task, split or source), most first."""
    found: dict[str, int] = {}
    for count in manifest.tasks:
        name = getattr(count, key)
        found[name] = found.get(name, 0) + count.samples
    order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(name=name, count=count) for name, count in order)


def with_rest(counts: tuple[Count, ...], most: int) -> tuple[Count, ...]:
    """Return the first ``most`` counts, the others summed up in one line."""
    if len(counts) <= most:
        return counts
    rest = counts[most - 1 :]
    total = sum(count.count for count in rest)
    return (*counts[: most - 1], Count(name=f"{len(rest)} other classes", count=total))


def prompt_text(use: PromptUse) -> str | None:
    """Return the file of a prompt, or None where it has changed since it was used."""
    suffix = "yaml" if use.name.startswith("phrasings/") else "jinja"
    file = files("prompts") / f"{use.name}.{suffix}"
    try:
        unchanged = prompt_fingerprint(use.name) == use.fingerprint
    except PipelineError:
        return None
    return file.read_text(encoding="utf-8") if unchanged else None


def flat_parameters(params: BuildParams) -> tuple[NamedValue, ...]:
    """Return every parameter by its dotted name."""
    return tuple(_flat("", params.model_dump(mode="json")))


def _flat(name: str, value: JsonValue) -> list[NamedValue]:
    children: list[tuple[str, JsonValue]] = []
    if isinstance(value, dict):
        children = list(value.items())
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        children = [(str(place), item) for place, item in enumerate(value)]
    if not children:
        return [NamedValue(name=name, value=json.dumps(value, ensure_ascii=False))]
    return [row for key, item in children for row in _flat(f"{name}.{key}".strip("."), item)]
