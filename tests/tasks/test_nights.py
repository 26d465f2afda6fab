"""Night after night only what changed is made again, and all is as a build from scratch has it."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.release import Manifest
from tests.fixtures.nights import LONG_AGO, night, params_for, write_labels, write_scenes

SCENES = range(4)
CORRECTED = ("20 20 60 20 60 40 20 40 ship 0", "80 80 120 80 120 96 80 96 plane 0")
TABLES = ("samples", "images", "rejections", "findings")


class Night(NamedTuple):
    """What one night gave, and what a build from scratch of the same folder would have given."""

    manifest: Manifest
    published: dict[str, bytes]
    scratch: dict[str, bytes]

    @property
    def made(self) -> set[str]:
        return {stage.stage for stage in self.manifest.stages if stage.parts_made}


@pytest.fixture(scope="module")
def nights(tmp_path_factory) -> dict[str, Night]:
    """Five nights over one folder that changes by day."""
    place = tmp_path_factory.mktemp("nights")
    folder, root = place / "scenes", place / "root"
    write_scenes(folder, SCENES)

    def built(name: str, *, scratch: bool) -> Night:
        manifest = night(str(root), params_for(folder), name)
        fresh = place / f"fresh-{name}"
        if scratch:
            night(str(fresh), params_for(folder), name)
        return Night(manifest, published(root, name), published(fresh, name))

    found = {"first": built("first", scratch=False)}
    whole = spoilt(folder)
    found["unchanged"] = built("unchanged", scratch=False)
    for path, content in whole.items():
        overwrite(path, content)
    write_labels(folder, 2, CORRECTED, LONG_AGO + 60)
    found["label"] = built("label", scratch=True)
    whole = spoilt(folder)
    for kind, end in (("images", ".png"), ("labelTxt", ".txt")):
        (folder / kind / f"000001{end}").rename(folder / kind / f"renamed{end}")
    whole = {path if path.exists() else renamed(path): whole[path] for path in whole}
    manifest = night(str(root), params_for(folder), "renamed")
    for path, content in whole.items():
        overwrite(path, content)
    night(str(place / "fresh-renamed"), params_for(folder), "renamed")
    found["renamed"] = Night(
        manifest, published(root, "renamed"), published(place / "fresh-renamed", "renamed")
    )
    for kind, end in (("images", ".png"), ("labelTxt", ".txt")):
        (folder / kind / f"000003{end}").unlink()
    found["removed"] = built("removed", scratch=True)
    return found


def renamed(path: Path) -> Path:
    return path.with_stem("renamed")


def spoilt(folder: Path) -> dict[Path, bytes]:
    """Make every image unreadable without a trace in the listing; return what they held."""
    images = sorted((folder / "images").iterdir())
    whole = {path: path.read_bytes() for path in images}
    for path, content in whole.items():
        overwrite(path, bytes(len(content)))
    return whole


def overwrite(path: Path, content: bytes) -> None:
    status = path.stat()
    with path.open("r+b") as file:
        file.write(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_ino == status.st_ino


def published(root: Path, version: str) -> dict[str, bytes]:
    release = root / "releases" / version
    return {
        str(path.relative_to(release)): path.read_bytes()
        for table in TABLES
        for path in sorted((release / table).rglob("*.parquet"))
    }


def test_an_unchanged_night_reads_no_image_asks_nobody_and_makes_no_part(nights):
    unchanged = nights["unchanged"]
    assert unchanged.made == set()
    assert unchanged.manifest.usage.calls == 0
    assert unchanged.published == nights["first"].published


def test_a_corrected_label_asks_about_its_scene_alone(nights):
    first, label = nights["first"].manifest, nights["label"].manifest
    assert 0 < label.usage.calls <= first.usage.calls / len(SCENES) + 1
    assert "look" not in nights["label"].made


@pytest.mark.parametrize("name", ["label", "renamed", "removed"])
def test_a_night_publishes_the_bytes_of_a_build_from_scratch(nights, name):
    assert nights[name].published == nights[name].scratch


def test_a_renamed_image_is_neither_read_nor_asked_about(nights):
    renamed = nights["renamed"].manifest
    assert renamed.usage.calls == 0
    assert renamed.samples == nights["label"].manifest.samples


def test_a_removed_image_asks_nobody_and_leaves_with_all_its_samples(nights):
    removed = nights["removed"].manifest
    assert removed.usage.calls == 0
    assert removed.samples < nights["renamed"].manifest.samples
