"""Stage identify over ingested parts: places by shard, links, and what is found again."""

import shutil

import pytest
from PIL import Image

from schemas.errors import DamagedPart
from schemas.identity import Link, Placement
from schemas.params import SourceSpec, SplitParams
from schemas.release import Located
from schemas.sample import Rejection
from schemas.scene import Finding, IngestedScene
from schemas.vocabulary import Split
from tasks.identify import identify_scenes
from tasks.scan import scan_source
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.fixtures.ground import ground
from tests.fixtures.ingesting import ingested_parts

SHARDS = 3


class Builder:
    """A root, and folders of bare images that are ingested into it."""

    def __init__(self, folder):
        self.folder, self.root = folder, folder / "root"
        self.store = Store(str(self.root))

    def add(self, name, seed=1, size=(200, 160), **options):
        path = self.folder / "sources" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(ground(*size, seed)).save(path, **options)

    def ingested(self):
        """Ingest every folder below “sources” as a source of its own."""
        folders = sorted((self.folder / "sources").iterdir())
        specs = [
            SourceSpec(name="image_folder", path=str(folder), licence="CC0") for folder in folders
        ]
        scanned = [part for spec in specs for part in scan_source.fn(str(self.root), spec, SHARDS)]
        self.located = Located(parts=tuple(scanned))
        return list(ingested_parts(self.root, scanned))

    def identify(self, params=None, *more):
        scenes = [*self.ingested(), *more]
        return identify_scenes.fn(str(self.root), scenes, params or SplitParams(), self.located)

    def rows(self, part, model):
        return list(read_rows(self.store, part.path, model))

    def splits(self, identified):
        """Return the split of every placed scene by the name of its image."""
        scenes = {
            row.scene.id: row.scene.name
            for part in self.ingested()
            for row in self.rows(part, IngestedScene)
        }
        places = [row for part in identified.placed for row in self.rows(part, Placement)]
        return {scenes[row.scene_id]: row.split for row in places}

    def rejections(self, identified):
        parts = [part for part in identified.placed if part.rejections]
        return [
            row
            for part in parts
            for row in read_rows(self.store, part.beside("rejections"), Rejection)
        ]


@pytest.fixture
def builder(tmp_path):
    return Builder(tmp_path)


def test_every_scene_is_placed_or_rejected_in_the_shard_and_order_of_its_part(builder):
    for seed in range(8):
        builder.add(f"one/{seed}.png", seed)
    ingested, identified = builder.ingested(), builder.identify()
    assert [part.shard for part in identified.placed] == [part.shard for part in ingested]
    for scenes, placed in zip(ingested, identified.placed, strict=True):
        assert placed.candidates == scenes.rows == placed.rows + placed.rejections
        ids = [row.scene.id for row in builder.rows(scenes, IngestedScene)]
        assert [row.scene_id for row in builder.rows(placed, Placement)] == ids


def test_what_one_source_tests_on_leaves_the_training_of_another(builder):
    builder.add("one/test/a.png")
    builder.add("two/train/other.jpg", quality=50)
    builder.add("two/train/fine.png", 2)
    identified = builder.identify()
    assert builder.splits(identified) == {"test/a.png": Split.TEST, "train/fine.png": Split.TRAIN}
    (row,) = builder.rejections(identified)
    assert "in the test set of image_folder as “test/a.png”" in row.detail


def test_the_links_name_the_pair_and_the_finding_names_the_overlap(builder):
    builder.add("one/test/a.png")
    builder.add("two/train/other.bmp")
    links = builder.identify().links
    (row,) = builder.rows(links, Link)
    assert (row.first_name, row.second_name) == ("test/a.png", "train/other.bmp")
    assert (row.first_split, row.second_split, row.evidence, row.leak) == (
        Split.TEST, Split.TRAIN, "pixels", True,
    )  # fmt: skip
    (finding,) = read_rows(builder.store, links.beside("findings"), Finding)
    assert (finding.kind, finding.file) == ("split_overlap", "train/other.bmp")


def test_a_second_run_finds_everything_and_opens_no_picture(builder):
    builder.add("one/P0001.png", size=(600, 500))
    builder.add("one/P0001_0_300_0_300.png", size=(300, 300))
    builder.identify()
    scenes = builder.ingested()
    shutil.rmtree(builder.folder / "sources")
    again = identify_scenes.fn(str(builder.root), scenes, SplitParams(), builder.located)
    assert not any(part.made for part in (*again.placed, again.links))


def test_a_new_scene_changes_the_places_of_its_own_shard_alone(builder):
    for seed in range(12):
        builder.add(f"one/{seed}.png", seed)
    builder.identify()
    builder.add("one/new.png", 99)
    assert sum(part.made for part in builder.identify().placed) == 1


def test_other_shares_change_places_and_no_links(builder):
    for seed in range(6):
        builder.add(f"one/{seed}.png", seed)
    builder.identify()
    other = builder.identify(SplitParams(val=0, test=1))
    assert not other.links.made
    assert set(builder.splits(other).values()) == {Split.TEST}


def test_what_is_no_part_is_passed_over(builder):
    builder.add("one/a.png")
    assert len(builder.identify(None, ValueError("a failed shard"), None).placed) == 1


def test_without_scenes_there_are_no_places_and_no_links(builder):
    identified = identify_scenes.fn(str(builder.root), [], SplitParams())
    assert (identified.placed, identified.links.rows) == ((), 0)


def test_a_torn_part_is_named(builder):
    builder.add("one/a.png")
    (part,) = builder.ingested()
    path = builder.root / part.path
    content = bytearray(path.read_bytes())
    content[4:1000] = bytes(996)
    path.write_bytes(content)
    with pytest.raises(DamagedPart, match="is not a whole part"):
        identify_scenes.fn(str(builder.root), [part], SplitParams())
