"""Compares what sources hold and how they are built with what a release rests on; no pixel is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from pydantic import JsonValue

from schemas.changes import Cause, Changes, RedoneStage, SceneChange, SettingChange
from schemas.params import BuildParams
from schemas.record import Record
from schemas.release import Manifest, Part
from tasks.reuse.parts import find_part, part_at
from tasks.reuse.scenes import read_scenes
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

SCAN: Final = "scan"
READS: Final[Mapping[str, tuple[str, ...]]] = {
    "look": (),
    "ingest": ("look",),
    "identify": ("ingest",),
    "tile": ("ingest", "identify"),
    "adapt": ("tile",),
    "describe": ("tile",),
    "synthesize": ("tile", "describe"),
    "converse": ("tile", "describe", "synthesize"),
    "mend": ("tile", "describe", "synthesize", "converse"),
    "verify": ("tile", "adapt", "describe", "synthesize", "converse", "mend"),
    "augment": ("tile", "verify"),
    "turned": ("tile", "augment"),
    "symmetry": ("tile", "verify"),
    "validate": ("verify", "augment"),
    "mix": ("validate",),
    "judge": ("tile", "validate", "mix"),
}
"""The stages in their order, and what each of them reads."""

ASKING: Final = ("describe", "synthesize", "converse", "mend", "judge")
FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "ingest": ("ingest",),
    "split": ("identify",),
    "tile": ("tile",),
    "adapt": ("adapt",),
    "verify": ("verify",),
    "teacher": ("describe", "synthesize", "converse", "mend"),
    "dialogue": ("converse", "mend"),
    "symmetry": ("symmetry",),
    "augment": ("augment",),
    "mixture": ("mix",),
    "judge": ("judge",),
}
"""The stages that a group of parameters is given to."""

_NEW: Final = frozenset({Cause.IMAGE_ADDED, Cause.IMAGE_REPLACED})


class _Scene(NamedTuple):
    source: str
    name: str
    content: str


class _Named(Record):
    """The columns of a candidate that name it."""

    id: str
    source: str
    name: str


def scene_changes(
    store: Store, before: Sequence[Part], now: Sequence[Part]
) -> Iterator[SceneChange]:
    """Yield the scenes that the scan parts ``now`` have otherwise than those of ``before``.

    Parts that are in both are not opened. Raises MissingFile where one of ``before`` is gone.
    """
    same = {part.path for part in before} & {part.path for part in now}
    old = _scenes(store, (part for part in before if part.path not in same))
    new = _scenes(store, (part for part in now if part.path not in same))
    left = {(one.source, one.name): name for name, one in old.items() if name not in new}
    for name, one in sorted(new.items(), key=lambda pair: pair[1]):
        was, replaced = old.get(name), left.pop((one.source, one.name), None)
        if was is None:
            cause = Cause.IMAGE_REPLACED if replaced else Cause.IMAGE_ADDED
            yield _change(cause, name, one, replaced)
        elif was.name != one.name:
            yield _change(Cause.IMAGE_RENAMED, name, one, was.name)
        elif was.content != one.content:
            yield _change(Cause.LABEL, name, one, None)
    for (_, _), name in sorted(left.items()):
        yield _change(Cause.IMAGE_REMOVED, name, old[name], None)


def scanned_by(store: Store, inputs: Iterable[str]) -> list[Part]:
    """Return the scan parts among the paths of stage parts ``inputs``. MissingFile as above."""
    found = [part for part in map(part_at, inputs) if part.stage == SCAN]
    return [find_part(store, SCAN, part.shard, part.key) or part for part in found]


def parameter_changes(before: BuildParams, now: BuildParams) -> Iterator[SettingChange]:
    """Yield the parameters that shape data and are not what they were, by their dotted names.

    Where folders lie has no part in it.
    """
    for group in BuildParams.model_fields:
        old, new = getattr(before, group), getattr(now, group)
        if group == "sources":
            yield from _source_changes(before, now)
        elif not isinstance(new, Record):
            yield from _setting(group, old, new, tuple(READS))
        elif new.shapes_data:
            redoes = redone_after(FIRST.get(group, ()))
            yield from _differing(group, _json(old), _json(new), redoes)


def prompt_changes(
    manifest: Manifest, now: Mapping[str, str], used_by: Mapping[str, Sequence[str]]
) -> Iterator[SettingChange]:
    """Yield the prompts of the release that say something else ``now``, by name → fingerprint."""
    known: dict[str, list[str]] = {}
    for use in manifest.prompts:
        known.setdefault(use.name, []).append(use.fingerprint)
    for name, fingerprints in known.items():
        found = now.get(name, "none")
        if found not in fingerprints:
            redoes = redone_after(used_by.get(name, ()))
            yield SettingChange(
                cause=Cause.PROMPT, name=name, before=fingerprints[-1], after=found, redoes=redoes
            )


def code_changes(
    manifest: Manifest, software: Mapping[str, str], code: Mapping[str, str]
) -> Iterator[SettingChange]:
    """Yield the packages that have another version, and the stages whose code is another."""
    for name in sorted({*manifest.software} | {*software}):
        old, new = manifest.software.get(name, "none"), software.get(name, "none")
        if old != new:
            yield SettingChange(cause=Cause.CODE, name=name, before=old, after=new, redoes=())
    for stage, new in code.items():
        old = manifest.code.get(stage, new)
        if old != new:
            yield SettingChange(
                cause=Cause.CODE, name=stage, before=old, after=new, redoes=redone_after((stage,))
            )


def redone_after(stages: Iterable[str]) -> tuple[str, ...]:
    """Return ``stages`` and all that read of them, in order."""
    redone = {*stages}
    for stage, read in READS.items():
        if redone.intersection(read):
            redone.add(stage)
    return tuple(stage for stage in READS if stage in redone)


def with_redone(changes: Changes, manifest: Manifest | None) -> Changes:
    """Return ``changes`` with what is done again, requests as many a scene as the release took."""
    everywhere = {stage for change in changes.settings for stage in change.redoes}
    new = sum(change.cause in _NEW for change in changes.scenes)
    labelled = sum(change.cause is Cause.LABEL for change in changes.scenes)
    renamed = sum(change.cause is Cause.IMAGE_RENAMED for change in changes.scenes)
    if changes.release is None:
        everywhere = {*READS}
    redone = []
    for stage in READS:
        asked = changes.scenes_now if stage in everywhere else new + labelled
        of_labels = 0 if stage == "look" else labelled + renamed
        touched = changes.scenes_now if stage in everywhere else new + of_labels
        if touched:
            requests, cost = _asked(manifest, stage, asked)
            redone.append(RedoneStage(stage=stage, scenes=touched, requests=requests, cost=cost))
    return changes.model_copy(update={"redone": tuple(redone)})


def _asked(manifest: Manifest | None, stage: str, scenes: int) -> tuple[float, float | None]:
    """Return the requests about ``scenes`` and their cost in US dollars."""
    if stage not in ASKING or not scenes:
        return 0.0, 0.0
    if manifest is None:
        return 0.0, None
    scanned = next((one.kept for one in manifest.stages if one.stage == SCAN), 0)
    took = next((one for one in manifest.usage.stages if one.stage == stage), None)
    if took is None or not scanned:
        return 0.0, 0.0
    share = scenes / scanned
    return took.requests * share, None if took.cost is None else took.cost * share


def _source_changes(before: BuildParams, now: BuildParams) -> Iterator[SettingChange]:
    old, new = ({spec.name: _json(spec) for spec in params.sources} for params in (before, now))
    for name in sorted({*old} & {*new}):
        told = [{k: v for k, v in one[name].items() if k not in _PLACES} for one in (old, new)]
        yield from _differing(f"sources.{name}", told[0], told[1], tuple(READS))


_PLACES: Final = ("path", "images")


def _differing(
    name: str, old: JsonValue, new: JsonValue, redoes: tuple[str, ...]
) -> Iterator[SettingChange]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old} | {*new}):
            yield from _differing(f"{name}.{key}", old.get(key), new.get(key), redoes)
    else:
        yield from _setting(name, old, new, redoes)


def _setting(
    name: str, old: object, new: object, redoes: tuple[str, ...]
) -> Iterator[SettingChange]:
    if old != new:
        cause = Cause.MODEL if name == "teacher.model" else Cause.PARAMETER
        yield SettingChange(cause=cause, name=name, before=str(old), after=str(new), redoes=redoes)


def _json(record: Record) -> dict[str, JsonValue]:
    return record.model_dump(mode="json")


def _change(cause: Cause, scene_id: str, scene: _Scene, before: str | None) -> SceneChange:
    return SceneChange(
        cause=cause, source=scene.source, scene_id=scene_id, name=scene.name, before=before
    )


def _scenes(store: Store, parts: Iterable[Part]) -> dict[str, _Scene]:
    found: dict[str, _Scene] = {}
    for part in parts:
        scenes = read_scenes(store, part)
        contents = dict(zip(scenes.ids, scenes.made_of, strict=True)) if scenes else {}
        for row in read_rows(store, part.path, _Named):
            found.setdefault(row.id, _Scene(row.source, row.name, contents.get(row.id, "")))
    return found
