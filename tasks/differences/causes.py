"""Why a sample is in one release only, or another in both: the first cause that the evidence shows.

image, failure         the scene, or its shard, is in one release only
mixture                the other release rejected this very sample when it chose
label, source          what was read of its scene is something else
split                  the other release left its scene out for what shows the same ground
verifier               the other release rejected this very sample in verification
prompt, model, parameters    of the stages that wrote it
verifier               what it mends, or how it is told to
program                nothing of all this
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.diff import Cause
from schemas.release import Manifest
from tasks.differences.rows import Row
from tasks.differences.scenes import Scenes
from tasks.sources.scan import shard_of

CHAIN: Final[Mapping[str, tuple[str, ...]]] = {
    "describe": ("describe",),
    "synthesize": ("describe", "synthesize"),
    "converse": ("describe", "synthesize", "converse"),
    "mend": ("describe", "synthesize", "converse", "mend"),
}
"""The prompts that a stage's texts rest on."""
CUT: Final = ("ingest", "tile")
ADAPTED: Final = (*CUT, "adapt")
WRITTEN: Final = (*CUT, "teacher", "dialogue")
OF_MODEL: Final = {"kind", "model"}
MIX: Final = "mix"
VERIFY: Final = "verify"
IDENTIFY: Final = "identify"
EVIDENCE: Final = (MIX, VERIFY, IDENTIFY)


@dataclass(frozen=True)
class Side:
    """One of the two releases, as far as a group of scenes is concerned."""

    manifest: Manifest
    rejected: Mapping[str, frozenset[str]]  # stage → ids of samples or scenes that are asked for

    def rejects(self, stage: str, name: str) -> bool:
        """Say whether ``stage`` rejected the sample or scene ``name``."""
        return name in self.rejected.get(stage, frozenset())

    def lacks(self, scene_id: str) -> bool:
        """Say whether the shard of a scene failed."""
        shard = shard_of(scene_id, self.manifest.parameters.shards)
        return any(failed.shard == shard for failed in self.manifest.failed)


@dataclass(frozen=True)
class Causes:
    """Tells causes for the rows of two releases."""

    scenes: Scenes
    before: Side
    after: Side

    def certain(self, row: Row, other: Side) -> Cause | None:
        """Return why ``row`` is not in ``other`` where that can be seen of the row alone."""
        if self.scenes.only_in_one(row.scene_id):
            return Cause.IMAGE
        if other.lacks(row.scene_id):
            return Cause.FAILURE
        return Cause.MIXTURE if other.rejects(MIX, row.id) else None

    def of(self, row: Row, other: Side, instead: Row | None = None) -> Cause:
        """Return why ``row`` is not in ``other``, where ``instead`` may stand in its place."""
        return (
            self.certain(row, other)
            or self._of_scene(row, other)
            or (Cause.VERIFIER if other.rejects(VERIFY, row.id) else None)
            or self._of_writing(row)
            or self._of_checking(row, instead)
        )

    def of_change(self, first: Row, second: Row) -> Cause:
        """Return why a sample of the same text is not the same in both releases."""
        if self.scenes.relabelled(first.scene_id):
            return Cause.LABEL
        if first.asked != second.asked:
            return self._of_asking(first, second)
        if first.content == second.content and first.judged != second.judged:
            return Cause.VERIFIER
        if first.content == second.content and first.found != second.found:
            return Cause.RENAMED if self.scenes.renamed(first.scene_id) else Cause.LABEL
        if self.scenes.in_other_terms(first.scene_id):
            return Cause.SOURCE
        if first.split != second.split:
            return Cause.SPLIT
        return self._of_writing(first) or Cause.PROGRAM

    def _of_scene(self, row: Row, other: Side) -> Cause | None:
        if self.scenes.relabelled(row.scene_id):
            return Cause.LABEL
        if self.scenes.in_other_terms(row.scene_id):
            return Cause.SOURCE
        return Cause.SPLIT if other.rejects(IDENTIFY, row.scene_id) else None

    def _of_asking(self, first: Row, second: Row) -> Cause:
        if first.fingerprint != second.fingerprint:
            return Cause.PROMPT
        if first.model != second.model:
            return Cause.MODEL
        return self._of_writing(first) or Cause.PROGRAM

    def _of_writing(self, row: Row) -> Cause | None:
        """Return what changed of the stages that wrote a row: prompts, model, parameters."""
        if self._other_prompt((*CHAIN.get(row.stage, ()), row.prompt)):
            return Cause.PROMPT
        first, second = self.before.manifest.parameters, self.after.manifest.parameters
        if row.model is not None and any(
            getattr(first.teacher, name) != getattr(second.teacher, name) for name in OF_MODEL
        ):
            return Cause.MODEL
        names = WRITTEN if row.model is not None else ADAPTED
        if any(getattr(first, name) != getattr(second, name) for name in names):
            return Cause.PARAMETERS
        if row.turned and first.augment != second.augment:
            return Cause.PARAMETERS
        return None

    def _of_checking(self, row: Row, instead: Row | None) -> Cause:
        """Return whether it is the verifier: it mends, mended, or is told something else."""
        mended = row.repaired or (instead is not None and instead.repaired)
        first, second = self.before.manifest.parameters, self.after.manifest.parameters
        told = row.model is not None and first.verify != second.verify
        return Cause.VERIFIER if mended or told else Cause.PROGRAM

    def _other_prompt(self, names: Iterable[str]) -> bool:
        first, second = (
            {prompt.name: prompt.fingerprint for prompt in side.manifest.prompts}
            for side in (self.before, self.after)
        )
        return any(
            first[name] != second[name] for name in names if name in first and name in second
        )
