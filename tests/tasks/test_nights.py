"""Night after night only what changed is made again, and all is as a build from scratch has it."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from schemas.changes import Cause, Changes
from schemas.params import BuildParams
from schemas.release import Manifest
from schemas.symmetry import SymmetryParams
from tasks.changes import changes_since
from tests.fixtures.nights import LONG_AGO, night, params_for, write_labels, write_scenes

SCENES = range(4)
CORRECTED = ("20 20 60 20 60 40 20 40 ship 0", "80 80 120 80 120 96 80 96 plane 0")
TABLES = ("samples", "images", "rejections", "findings")


@dataclass
class Nights:
    """Nights over one folder that changes by day: what was foreseen of each, and what came."""

    place: Path
    changes: dict[str, Changes] = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        return self.place / "scenes"

    @property
    def params(self) -> BuildParams:
        params = params_for(self.folder, shards=1)
        return params.model_copy(update={"symmetry": SymmetryParams(samples=0)})

    def foresee(self, params: BuildParams) -> Changes:
        return changes_since(str(self.place / "root"), params)

    def build(self, name: str, root: str = "root") -> None:
        if root == "root":
            start = time.process_time()
            self.changes[name] = self.foresee(self.params)
            self.seconds[name] = time.process_time() - start
        self.manifests[name] = night(str(self.place / root), self.params, name)

    def build_blindly(self, name: str) -> None:
        """Build while every image is unreadable, which no listing shows."""
        whole = {path: path.read_bytes() for path in (self.folder / "images").iterdir()}
        for path, content in whole.items():
            overwrite(path, bytes(len(content)))
        self.build(name)
        for path, content in whole.items():
            overwrite(path, content)

    def made(self, name: str) -> set[str]:
        return {stage.stage for stage in self.manifests[name].stages if stage.parts_made}

    def published(self, name: str, root: str = "root") -> dict[str, bytes]:
        release = self.place / root / "releases" / name
        return {
            str(path.relative_to(release)): path.read_bytes()
            for table in TABLES
            for path in sorted((release / table).rglob("*.parquet"))
        }


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> Nights:
    found = Nights(tmp_path_factory.mktemp("nights"))
    write_scenes(found.folder, SCENES)
    found.build("first")
    found.build_blindly("unchanged")
    write_labels(found.folder, 2, CORRECTED, LONG_AGO + 60)
    found.build("label")
    for file in files_of(found.folder, "000001"):
        file.rename(file.with_stem("renamed"))
    found.build_blindly("renamed")
    for file in files_of(found.folder, "000003"):
        file.unlink()
    found.build("removed")
    night(str(found.place / "fresh"), found.params, "removed")
    return found


def files_of(folder: Path, stem: str) -> tuple[Path, Path]:
    return folder / "images" / f"{stem}.png", folder / "labelTxt" / f"{stem}.txt"


def overwrite(path: Path, content: bytes) -> None:
    status = path.stat()
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_an_unchanged_night_reads_no_image_asks_nobody_and_makes_no_part(nights):
    assert nights.made("unchanged") == set()
    assert nights.manifests["unchanged"].usage.calls == 0
    assert nights.published("unchanged") == nights.published("first")


def test_that_nothing_changed_is_told_within_a_second_from_listings_alone(nights):
    assert nights.changes["unchanged"].nothing
    assert nights.changes["unchanged"].redone == ()
    assert nights.seconds["unchanged"] < 1


def test_a_corrected_label_asks_about_its_scene_alone(nights):
    first, label = nights.manifests["first"].usage, nights.manifests["label"].usage
    assert 0 < label.calls < first.calls / 2
    assert "look" not in nights.made("label")


def test_the_release_after_all_nights_has_the_bytes_of_a_build_from_scratch(nights):
    assert nights.published("removed") == nights.published("removed", "fresh")


def test_neither_a_renamed_nor_a_removed_image_asks_anybody(nights):
    label, renamed = nights.manifests["label"], nights.manifests["renamed"]
    removed = nights.manifests["removed"]
    assert (renamed.usage.calls, removed.usage.calls) == (0, 0)
    assert renamed.samples == label.samples > removed.samples


def test_every_cause_is_foreseen(nights):
    assert nights.changes["first"].release is None
    assert not nights.changes["first"].nothing
    causes = {name: dict(changes.causes) for name, changes in nights.changes.items()}
    assert causes == {
        "first": {Cause.IMAGE_ADDED: 4},
        "unchanged": {},
        "label": {Cause.LABEL: 1},
        "renamed": {Cause.IMAGE_RENAMED: 1},
        "removed": {Cause.IMAGE_REMOVED: 1},
    }
    [renamed] = nights.changes["renamed"].scenes
    assert (renamed.before, renamed.name) == ("images/000001.png", "images/renamed.png")
    [gone] = nights.changes["removed"].scenes
    assert gone.name == "images/000003.png"


def test_a_label_redoes_from_ingest_on_and_is_estimated_by_what_the_release_took(nights):
    redone = {one.stage: one for one in nights.changes["label"].redone}
    assert "look" not in redone
    assert redone["verify"].scenes == redone["describe"].scenes == 1
    took = {one.stage: one.requests for one in nights.manifests["first"].usage.stages}
    assert redone["describe"].requests == took["describe"] / len(SCENES)
    assert nights.changes["removed"].redone == ()
    assert all(one.requests == 0 for one in nights.changes["renamed"].redone)


def test_a_changed_parameter_or_model_says_what_it_redoes(nights):
    params = nights.params
    dialogue = params.dialogue.model_copy(update={"turns": 3})
    [change] = nights.foresee(params.model_copy(update={"dialogue": dialogue})).settings
    assert (change.cause, change.name) == (Cause.PARAMETER, "dialogue.turns")
    assert change.redoes[:3] == ("converse", "mend", "verify")
    assert "describe" not in change.redoes
    teacher = params.teacher.model_copy(update={"model": "another"})
    found = nights.foresee(params.model_copy(update={"teacher": teacher}))
    assert found.causes == {Cause.MODEL: 1}
    assert next(one for one in found.redone if one.stage == "describe").scenes == 3


def test_where_a_folder_lies_and_how_it_is_listed_is_no_change(nights, tmp_path):
    moved = tmp_path / "moved"
    nights.folder.rename(moved)
    try:
        params = nights.params
        [spec] = params.sources
        spec = spec.model_copy(update={"path": str(moved)})
        assert nights.foresee(params.model_copy(update={"sources": (spec,)})).nothing
    finally:
        moved.rename(nights.folder)
