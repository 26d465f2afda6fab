"""Scan reads what changed, and nothing that is listed as it was."""

import os
from pathlib import Path

import pytest

from schemas.params import DetectionParams, SourceSpec
from schemas.scene import SceneCandidate
from tasks.scan import scan_source
from tasks.sources.folder import IMAGE_SUFFIXES
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.fixtures.formats import formats
from tests.fixtures.nights import LONG_AGO, params_for, scanned, write_labels, write_scenes

CORRECTED = ("20 20 60 20 60 40 20 40 ship 0",)


def labels_in(root: Path, folder: Path) -> dict[str, int]:
    """Return how many labels each image has by a scan."""
    parts = scanned(str(root), params_for(folder, shards=1))
    rows = (row for part in parts for row in read_rows(Store(str(root)), part.path, SceneCandidate))
    return {Path(row.name).stem: len(row.annotations) for row in rows}


def garble(path: Path) -> None:
    """Overwrite a file without a trace in the listing."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"\0" * status.st_size)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_a_corrected_label_is_the_only_file_that_is_read(tmp_path):
    folder, root = tmp_path / "scenes", tmp_path / "root"
    write_scenes(folder, range(5), side=96, labels=2)
    assert set(labels_in(root, folder).values()) == {2}
    for path in (*(folder / "images").iterdir(), *(folder / "labelTxt").iterdir()):
        garble(path)
    write_labels(folder, 3, CORRECTED, LONG_AGO + 60)
    found = labels_in(root, folder)
    assert found.pop("000003") == 1
    assert len(found) == 4
    assert set(found.values()) == {2}


def test_all_is_read_again_on_demand(tmp_path):
    folder, root = tmp_path / "scenes", str(tmp_path / "root")
    write_scenes(folder, range(2), side=96, labels=2)
    [spec] = params_for(folder).sources
    [part] = scan_source.fn(root, spec, 1)
    for path in (folder / "labelTxt").iterdir():
        garble(path)
    assert [one.key for one in scan_source.fn(root, spec, 1)] == [part.key]
    assert [one.key for one in scan_source.fn(root, spec, 1, DetectionParams(recheck=True))] != [
        part.key
    ]


@pytest.mark.parametrize("name", sorted(set(formats()) - {"image_folder"}))
def test_labels_whose_images_are_absent_are_read_once_too(name, tmp_path):
    folder, root = tmp_path / name, str(tmp_path / "root")
    formats()[name].make(folder)
    for path in [*folder.rglob("*")]:
        if path.suffix in IMAGE_SUFFIXES:
            path.unlink()
        elif path.is_file():
            os.utime(path, (LONG_AGO, LONG_AGO))
    spec = SourceSpec(name=name, path=str(folder))
    first, second = (scan_source.fn(root, spec, 2) for _ in range(2))
    assert [part.key for part in first] == [part.key for part in second]
    assert any(part.candidates for part in first)
