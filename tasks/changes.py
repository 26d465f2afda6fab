"""Changes: what a build would do that the release before did not, told without reading a pixel.

listing ─▶ scan parts, those of the release beside them ─▶ images and labels, scene by scene
prompts, parameters, code ─▶ those of the manifest      ─▶ stages that are done again, their cost
"""

from collections.abc import Mapping, Sequence
from typing import Final

from prompts import prompt_fingerprint
from schemas.changes import Changes, SettingChange
from schemas.errors import UnknownName
from schemas.params import BuildParams
from schemas.release import Manifest, Part
from tasks._stage import Stage
from tasks.adapt import adapt_shard
from tasks.augment import augment_shard, turn_tiles
from tasks.converse import converse_shard
from tasks.describe import describe_shard
from tasks.ingest import ingest_shard
from tasks.judge import judge_shard
from tasks.look import look_shard
from tasks.mend import mend_shard
from tasks.mix import mix_shard
from tasks.planning.changes import (
    code_changes,
    parameter_changes,
    prompt_changes,
    scanned_by,
    scene_changes,
    with_redone,
)
from tasks.publish import software_versions
from tasks.scan import scan_source
from tasks.storage.releases import latest, read_manifest
from tasks.storage.store import Store
from tasks.synthesize import synthesize_shard
from tasks.tile import tile_shard
from tasks.turn import turn_shard
from tasks.validate import validate_shard
from tasks.verify import verify_shard

_TASKS: Final = (
    look_shard, ingest_shard, tile_shard, adapt_shard, describe_shard, synthesize_shard,
    converse_shard, mend_shard, verify_shard, augment_shard, turn_tiles, turn_shard,
    validate_shard, mix_shard, judge_shard,
)  # fmt: skip
PHRASINGS: Final = "phrasings/"


def changes_since(root: str, params: BuildParams, version: str | None = None) -> Changes:
    """Return what a build with ``params`` would do that release ``version`` does not have.

    By default it is held against the latest release. Sources are listed; only files that are not
    listed as they were are read, and never as pictures. What was scanned is kept below ``root`` for
    the build to find. Raises UnknownName where there is no such release, MissingFile where what it
    rests on is gone, and what scanning raises.
    """
    store = Store(root)
    version = version or latest(store)
    manifest = read_manifest(store, version) if version else None
    scanned = [
        part
        for spec in params.sources
        for part in scan_source.fn(root, spec, params.shards, params.detection)
    ]
    return compared(store, params, manifest, scanned)


def compared(
    store: Store, params: BuildParams, manifest: Manifest | None, scanned: Sequence[Part]
) -> Changes:
    """Return what scan parts and ``params`` have otherwise than the release of ``manifest``."""
    before = scanned_by(store, manifest.inputs) if manifest else []
    changes = Changes(
        release=manifest.version if manifest else None,
        scenes_now=sum(part.rows for part in scanned),
        scenes=tuple(scene_changes(store, before, scanned)),
        settings=_settings(manifest, params) if manifest else (),
    )
    return with_redone(changes, manifest)


def stages() -> Mapping[str, Stage[...]]:
    """Return the stages that work shard by shard, by name, in order."""
    found: list[Stage[...]] = [task.fn.__dict__["stage"] for task in _TASKS]
    return {stage.name: stage for stage in found}


def _settings(manifest: Manifest, params: BuildParams) -> tuple[SettingChange, ...]:
    used_by: dict[str, list[str]] = {}
    for stage in stages().values():
        for prompt in stage.prompts:
            used_by.setdefault(prompt.removeprefix(PHRASINGS), []).append(stage.name)
    now = {use.name: fingerprint for use in manifest.prompts if (fingerprint := _said(use.name))}
    code = {name: stage.code() for name, stage in stages().items()}
    return (
        *parameter_changes(manifest.parameters, params),
        *prompt_changes(manifest, now, used_by),
        *code_changes(manifest, software_versions(), code),
    )


def _said(name: str) -> str | None:
    """Return the fingerprint of a prompt or phrasing file; None where there is none any more."""
    for file in (name, PHRASINGS + name):
        try:
            return prompt_fingerprint(file)
        except UnknownName:
            continue
    return None
