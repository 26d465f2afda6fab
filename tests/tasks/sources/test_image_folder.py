"""Image folders: which folder names a class, and which does not."""

import pytest

from schemas.params import SourceSpec
from schemas.vocabulary import FindingKind, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.image_folder import SOURCE
from tasks.sources.protocol import SceneLabels
from tests.fixtures.formats.image_folder import make


@pytest.fixture
def read(tmp_path):
    """Return what is read of empty files with these names: classes by name, and findings."""

    def rows(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        spec = SourceSpec(name="image_folder", path=str(tmp_path))
        found = list(SOURCE.read(SourceFolder(str(tmp_path)), spec))
        scenes = [row for row in found if isinstance(row, SceneLabels)]
        findings = [row for row in found if not isinstance(row, SceneLabels)]
        return {row.name: row for row in scenes}, findings

    return rows


def classes(scenes):
    return {name: [a.category for a in row.annotations] for name, row in scenes.items()}


def test_the_fixture_has_two_classes(tmp_path, read):
    make(tmp_path)
    scenes, _ = read()
    assert classes(scenes) == {
        "airport/airport_001.jpg": ["airport"],
        "airport/airport_002.jpg": ["airport"],
        "beach/beach_001.jpg": ["beach"],
        "beach/beach_002.jpg": ["beach"],
    }


def test_bare_images_have_no_label_and_no_finding(read):
    scenes, findings = read("a.jpg", "b.png")
    assert classes(scenes) == {"a.jpg": [], "b.png": []}
    assert not findings
    assert not any(row.findings for row in scenes.values())


@pytest.mark.parametrize(
    "folder", ["images", "JPEGImages", "RSICD_images", "Data", "imgs", "PNG", "flight_1", "2024"]
)
def test_a_folder_that_just_holds_images_is_no_class(read, folder):
    scenes, _ = read(f"{folder}/a.jpg", "masks/b.jpg")
    assert classes(scenes) == {f"{folder}/a.jpg": [], "masks/b.jpg": []}


def test_one_folder_is_a_class_if_it_is_known_or_its_files_are_called_like_it(read):
    scenes, _ = read("x/airport/1.jpg", "y/chaparral/chaparral12.tif", "z/survey/1.jpg")
    assert classes(scenes) == {
        "x/airport/1.jpg": ["airport"],
        "y/chaparral/chaparral12.tif": ["chaparral"],
        "z/survey/1.jpg": [],
    }


def test_sister_folders_are_classes_and_unknown_ones_are_noted(read):
    scenes, findings = read("xanadu/1.jpg", "airport/1.jpg")
    assert classes(scenes) == {"airport/1.jpg": ["airport"], "xanadu/1.jpg": ["xanadu"]}
    assert [(f.kind, f.file) for f in findings] == [(FindingKind.UNKNOWN_CLASS, "xanadu/1.jpg")]


def test_splits_above_the_classes_are_kept_and_are_no_classes(read):
    scenes, _ = read("train/airport/1.jpg", "val/beach/2.jpg", "test/airport/3.jpg", "val/9.jpg")
    assert {name: row.split for name, row in scenes.items()} == {
        "train/airport/1.jpg": Split.TRAIN,
        "val/beach/2.jpg": Split.VAL,
        "val/9.jpg": Split.VAL,
        "test/airport/3.jpg": Split.TEST,
    }
    assert classes(scenes)["val/beach/2.jpg"] == ["beach"]
    assert classes(scenes)["val/9.jpg"] == []


def test_an_image_beside_the_classes_is_noted(read):
    scenes, _ = read("airport/1.jpg", "beach/1.jpg", "overview.jpg")
    assert [f.kind for f in scenes["overview.jpg"].findings] == [FindingKind.IMAGE_WITHOUT_LABEL]


def test_class_names_are_read_in_any_spelling(read):
    scenes, _ = read("BareLand/1.jpg", "baseball_diamond/1.jpg", "Storage Tanks/1.jpg")
    given = {row.annotations[0].category_as_given for row in scenes.values()}
    assert given == {"BareLand", "baseball_diamond", "Storage Tanks"}
    assert classes(scenes)["BareLand/1.jpg"] == ["bare land"]
    assert classes(scenes)["baseball_diamond/1.jpg"] == ["baseball diamond"]
    assert classes(scenes)["Storage Tanks/1.jpg"] == ["storage tank"]


def test_a_crop_names_its_parent(read):
    scenes, _ = read("P0224_0_800_0_800.png")
    assert scenes["P0224_0_800_0_800.png"].parent == "P0224"
