"""Scan and ingest over whole folders: shards, keys, broken inputs, and what is kept."""

import hashlib
import shutil

import pytest

from schemas.errors import SourceError, StorageError, UnknownName
from schemas.params import IngestParams, SourceSpec
from schemas.record import content_id
from schemas.sample import Rejection
from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import Reason
from tasks.scan import scan_source
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.fixtures.ingesting import ingest_folder, ingested_parts
from tests.fixtures.scenes import (
    coco_box,
    coco_image,
    cut_short,
    quad,
    write_coco,
    write_dota,
    write_header_bomb,
    write_image,
)

PLANE = quad(10, 10, 40, 30)


@pytest.fixture
def folder(tmp_path):
    """Return the folder of a source."""
    path = tmp_path / "source"
    path.mkdir()
    return path


@pytest.fixture
def root(tmp_path):
    """Return an empty root."""
    return tmp_path / "root"


def dota(folder, count, first=0):
    for number in range(first, first + count):
        write_dota(folder, f"s{number:03d}", lines=[PLANE], seed=number)
    return folder


def names(outcome):
    return sorted(outcome.scenes)


def test_a_scene_has_all_that_is_known_of_its_image(root, folder):
    header = ("imagesource:GoogleEarth", "gsd:0.25")
    image = write_dota(folder, "P0001__1__0___0", (120, 80), [PLANE], header=header)
    outcome = ingest_folder(root, "dota", folder, licence="CC0")
    (row,) = outcome.scenes.values()
    digest = hashlib.sha256(image.read_bytes()).hexdigest()
    assert row.scene.id == content_id("scene", "dota", digest)
    assert row.scene.sha256 == digest
    assert (row.scene.width, row.scene.height, row.scene.bands) == (120, 80, 3)
    assert (row.scene.gsd, row.scene.parent, row.scene.licence) == (0.25, "P0001", "CC0")
    assert (row.scene.attribution, len(row.scene.perceptual_hash)) == ("GoogleEarth", 16)
    assert [a.category for a in row.annotations] == ["plane"]
    assert outcome.findings == []


def test_annotation_ids_are_stable_and_unique(root, tmp_path, folder):
    write_dota(folder, "a", lines=[PLANE, PLANE.replace("10", "12"), quad(50, 50, 60, 60)])
    one = ingest_folder(root, "dota", folder).scenes["images/a.png"]
    two = ingest_folder(tmp_path / "other", "dota", folder).scenes["images/a.png"]
    ids = [annotation.id for annotation in one.annotations]
    assert len(set(ids)) == 3
    assert ids == [annotation.id for annotation in two.annotations]


def test_candidates_are_rows_and_rejections_in_every_part(root, folder):
    dota(folder, 9)
    (folder / "images" / "s003.png").write_bytes(b"")
    cut_short(folder / "images" / "s004.png")
    shutil.copy(folder / "images" / "s005.png", folder / "images" / "t.png")
    outcome = ingest_folder(root, "dota", folder)
    for part in (*outcome.scanned, *outcome.ingested):
        assert part.candidates == part.rows + part.rejections
    assert sum(part.rows for part in outcome.scanned) == 9
    assert sum(part.candidates for part in outcome.ingested) == 9
    assert len(outcome.scenes) == 7


def test_a_scene_goes_to_the_shard_of_its_id(root, folder):
    scanned = scan_source.fn(str(root), SourceSpec(name="dota", path=str(dota(folder, 9))), 4)
    store = Store(str(root))
    for part in scanned:
        rows = list(read_rows(store, part.path, SceneCandidate))
        assert {int(row.id, 16) % 4 for row in rows} <= {part.shard}
        assert [row.name for row in rows] == sorted(row.name for row in rows)
    assert [part.shard for part in scanned] == sorted(part.shard for part in scanned)


def test_a_second_scan_writes_nothing_and_finds_the_same_parts(root, folder):
    dota(folder, 5)
    first = ingest_folder(root, "dota", folder)
    second = ingest_folder(root, "dota", folder)
    assert [part.path for part in second.scanned] == [part.path for part in first.scanned]
    assert all(part.made for part in (*first.scanned, *first.ingested))
    assert not any(part.made for part in (*second.scanned, *second.ingested))


def test_one_new_image_changes_one_shard(root, folder):
    dota(folder, 20)
    before = ingest_folder(root, "dota", folder, shards=8)
    dota(folder, 1, first=10_000)
    after = ingest_folder(root, "dota", folder, shards=8)
    assert sum(part.made for part in after.scanned) == 1
    assert sum(part.made for part in after.ingested) == 1
    assert len(after.scenes) == len(before.scenes) + 1


def test_one_new_coco_image_changes_one_shard(root, folder):
    images = [coco_image(number) for number in range(13)]
    boxes = [coco_box(number) for number in range(13)]
    write_coco(folder, images[:12], boxes[:12])
    ingest_folder(root, "coco", folder, shards=8)
    write_coco(folder, images, boxes)
    after = ingest_folder(root, "coco", folder, shards=8)
    assert sum(part.made for part in after.scanned) == 1


def test_a_changed_label_changes_its_shard(root, folder):
    dota(folder, 12)
    ingest_folder(root, "dota", folder, shards=8)
    (folder / "labelTxt" / "s003.txt").write_text(quad(1, 1, 20, 20))
    after = ingest_folder(root, "dota", folder, shards=8)
    assert sum(part.made for part in after.scanned) == 1


def test_of_equal_images_the_first_by_name_is_kept(root, folder):
    write_dota(folder, "b", lines=[PLANE])
    shutil.copy(folder / "images" / "b.png", folder / "images" / "a.png")
    outcome = ingest_folder(root, "dota", folder)
    assert names(outcome) == ["images/a.png"]
    rejection = outcome.rejections["images/b.png"]
    assert rejection.reason == Reason.DUPLICATE_IMAGE
    assert "“images/a.png”" in rejection.detail


def broken_folder(folder):
    """Write a good scene and one of every kind of broken image."""
    good = write_dota(folder, "good", lines=[PLANE])
    images = good.parent
    for suffix in ("png", "jpg", "tif"):
        cut_short(write_image(images / f"cut_{suffix}.{suffix}", (200, 150)))
    (images / "empty.png").write_bytes(b"")
    (images / "page.jpg").write_bytes(b"<html>404</html>")
    write_image(images / "wrong.png", seed=5).rename(images / "wrong.jpg")
    write_header_bomb(images / "bomb.png")
    outside = write_image(folder.parent / "secret.png", seed=6)
    (images / "link.png").symlink_to(outside)
    return folder


def test_every_broken_image_is_a_rejection_and_the_rest_goes_on(root, folder):
    outcome = ingest_folder(root, "dota", broken_folder(folder))
    assert names(outcome) == ["images/good.png"]
    assert {name: row.reason for name, row in outcome.rejections.items()} == {
        "images/cut_png.png": Reason.UNREADABLE_IMAGE,
        "images/cut_jpg.jpg": Reason.UNREADABLE_IMAGE,
        "images/cut_tif.tif": Reason.UNREADABLE_IMAGE,
        "images/empty.png": Reason.EMPTY_FILE,
        "images/page.jpg": Reason.UNREADABLE_IMAGE,
        "images/wrong.jpg": Reason.WRONG_EXTENSION,
        "images/bomb.png": Reason.TOO_LARGE,
        "images/link.png": Reason.UNSAFE_PATH,
    }


def test_every_rejection_names_its_file_and_what_to_do(root, folder):
    outcome = ingest_folder(root, "dota", broken_folder(folder))
    remedies = ("Replace it", "Rename it", "Cut it", "Copy what")
    for name, rejection in outcome.rejections.items():
        assert f"“{name}”" in rejection.detail
        assert any(remedy in rejection.detail for remedy in remedies)
        assert str(folder) not in rejection.detail
    assert "is PNG. Rename it to end in .png" in outcome.rejections["images/wrong.jpg"].detail
    assert "50000×50000 px" in outcome.rejections["images/bomb.png"].detail


def test_labels_that_are_not_utf8_reject_their_scene_only(root, folder):
    dota(folder, 2)
    (folder / "labelTxt" / "s001.txt").write_bytes(b"\xff\xfe1 2 3")
    outcome = ingest_folder(root, "dota", folder)
    assert names(outcome) == ["images/s000.png"]
    rejection = outcome.rejections["labelTxt/s001.txt"]
    assert (rejection.reason, rejection.line) == (Reason.UNREADABLE_LABEL, 1)


def test_a_coco_name_that_climbs_is_a_rejection_and_the_rest_goes_on(root, folder):
    write_image(folder.parent / "x.png", seed=9)
    write_coco(folder, [coco_image(1)])
    listed = [coco_image(1), coco_image(2, "../x.png")]
    write_coco(folder, listed, [coco_box(1), coco_box(2)], make_images=False)
    outcome = ingest_folder(root, "coco", folder)
    assert names(outcome) == ["1.png"]
    assert outcome.rejections["annotations.json"].reason == Reason.UNSAFE_PATH


def test_images_larger_than_allowed_are_rejected_undecoded(root, folder):
    dota(folder, 1)
    outcome = ingest_folder(root, "dota", folder, params=IngestParams(max_pixels=120 * 80 - 1))
    assert outcome.rejections["images/s000.png"].reason == Reason.TOO_LARGE
    whole = ingest_folder(root, "dota", folder, params=IngestParams(max_pixels=120 * 80))
    assert names(whole) == ["images/s000.png"]


def test_odd_labels_are_findings(root, folder):
    write_dota(folder, "a", (50, 50), [
        quad(60, 60, 70, 70), quad(40, 40, 60, 60), quad(5, 5, 5, 9), "1 1 9 9 9 1 1 9 plane 0",
        PLANE.replace("40", "30"), PLANE.replace("40", "30"), "broken", quad(1, 1, 5, 5, "igloo-x"),
    ])  # fmt: skip
    write_image(folder / "images" / "b.png", seed=3)
    (folder / "labelTxt" / "c.txt").write_text("")
    outcome = ingest_folder(root, "dota", folder)
    assert outcome.kinds() == [
        "duplicate_label", "empty_label", "image_without_label", "label_without_image",
        "malformed_line",
        "outside_image", "partly_outside_image", "self_crossing", "unknown_class", "zero_area",
    ]  # fmt: skip
    assert len(outcome.scenes["images/a.png"].annotations) == 5


def test_a_coco_size_that_disagrees_with_the_image_is_a_finding(root, folder):
    write_coco(folder, [coco_image(1)])
    write_coco(folder, [coco_image(1, size=(240, 160))], [coco_box(1)], make_images=False)
    assert ingest_folder(root, "coco", folder).kinds() == ["wrong_size"]


def exhaustive(outcome, name):
    return outcome.scenes[name].scene.exhaustive


def test_labels_are_complete_for_the_classes_that_are_named(root, folder):
    write_dota(folder, "a", lines=[PLANE])
    write_dota(folder, "b", lines=[quad(1, 1, 9, 9, "small-vehicle")], seed=1)
    write_dota(folder, "c", lines=[quad(5, 5, 5, 9)], seed=2)
    write_image(folder / "images" / "d.png", seed=3)
    outcome = ingest_folder(root, "dota", folder, classes=("plane", "small-vehicle"))
    assert exhaustive(outcome, "images/a.png") == ("plane", "small vehicle")
    assert exhaustive(outcome, "images/c.png") == ("small vehicle",)
    assert exhaustive(outcome, "images/d.png") == ()


def test_a_new_image_with_a_new_class_changes_no_other_scene(root, folder):
    write_dota(folder, "a", lines=[PLANE])
    before = ingest_folder(root, "dota", folder).scenes["images/a.png"]
    write_dota(folder, "b", lines=[quad(1, 1, 9, 9, "small-vehicle")], seed=1)
    assert ingest_folder(root, "dota", folder).scenes["images/a.png"] == before


def test_labels_are_complete_for_no_class_where_the_source_says_so(root, folder):
    outcome = ingest_folder(root, "dota", dota(folder, 1), exhaustive=False)
    assert exhaustive(outcome, "images/s000.png") == ()


def test_a_stated_gsd_fills_in_where_labels_say_none(root, folder):
    write_dota(folder, "a", lines=[PLANE], header=("gsd:0.2",))
    write_dota(folder, "b", lines=[PLANE], header=("gsd:null",), seed=1)
    outcome = ingest_folder(root, "dota", folder, gsd=0.5)
    assert [outcome.scenes[f"images/{n}.png"].scene.gsd for n in "ab"] == [0.2, 0.5]


def test_a_stated_licence_fills_in_and_a_missing_one_is_found_once(root, folder):
    licences = [{"id": 1, "name": "CC-BY-4.0"}]
    images = [coco_image(1, license=1), coco_image(2), coco_image(3)]
    write_coco(folder, images, licenses=licences)
    stated = ingest_folder(root, "coco", folder, licence="ODbL", attribution="A Survey")
    found = {name: row.scene.licence for name, row in stated.scenes.items()}
    assert found == {"1.png": "CC-BY-4.0", "2.png": "ODbL", "3.png": "ODbL"}
    assert {row.scene.attribution for row in stated.scenes.values()} == {"A Survey"}
    assert stated.findings == []
    silent = ingest_folder(root, "coco", folder)
    assert [finding.kind for finding in silent.findings] == ["licence_unknown"]


def test_a_remote_source_is_read_like_a_local_one(root, folder):
    import fsspec

    dota(folder, 2)
    cut_short(folder / "images" / "s001.png")
    fsspec.filesystem("memory").put(str(folder), "/ingest-test", recursive=True)
    outcome = ingest_folder(root, "dota", "memory://ingest-test")
    assert names(outcome) == ["images/s000.png"]
    assert outcome.rejections["images/s001.png"].detail.startswith("“images/s001.png” cannot")


def test_an_image_that_goes_away_after_the_scan_is_a_rejection(root, folder, tmp_path):
    spec = SourceSpec(name="dota", path=str(dota(folder, 1)))
    (part,) = [p for p in scan_source.fn(str(root), spec, 1) if p.rows]
    (folder / "images" / "s000.png").unlink()
    (ingested,) = ingested_parts(root, [part])
    (rejection,) = read_rows(Store(str(root)), ingested.beside("rejections"), Rejection)
    (finding,) = read_rows(Store(str(root)), ingested.beside("findings"), Finding)
    assert (rejection.reason, rejection.file) == (Reason.UNREADABLE_IMAGE, "images/s000.png")
    assert (finding.kind, finding.file) == ("unreadable_image", "images/s000.png")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [("dotta", UnknownName, "Did you mean"), ("coco", SourceError, "looks like DOTA")],
)
def test_wrong_use_is_one_paragraph(root, folder, name, error, message):
    spec = SourceSpec(name=name, path=str(dota(folder, 1)))
    with pytest.raises(error, match=message) as caught:
        scan_source.fn(str(root), spec, 2)
    assert "\n" not in str(caught.value)


def test_a_missing_folder_is_a_source_error(root, tmp_path):
    with pytest.raises(SourceError, match="no source folder"):
        scan_source.fn(str(root), SourceSpec(name="dota", path=str(tmp_path / "nowhere")), 2)


def test_a_root_that_cannot_be_written_is_a_storage_error(folder, tmp_path):
    (tmp_path / "file").write_text("in the way")
    spec = SourceSpec(name="dota", path=str(dota(folder, 1)))
    with pytest.raises(StorageError, match="Choose another --root"):
        scan_source.fn(str(tmp_path / "file"), spec, 1)


def test_an_absent_image_is_a_rejection_and_its_labels_are_looked_at(root, folder):
    write_coco(folder, [coco_image(1)])
    listed = [coco_image(1), coco_image(2)]
    boxes = [coco_box(1), coco_box(2, (500, 500, 10, 10)), coco_box(2, (9, 9, 0, 5))]
    write_coco(folder, listed, boxes, make_images=False)
    outcome = ingest_folder(root, "coco", folder)
    assert names(outcome) == ["1.png"]
    assert outcome.rejections["2.png"].reason == Reason.MISSING_IMAGE
    assert outcome.kinds() == ["label_without_image", "outside_image", "zero_area"]
    for part in outcome.ingested:
        assert part.candidates == part.rows + part.rejections


def test_what_a_picture_looks_like_comes_with_its_scene(root, folder):
    outcome = ingest_folder(root, "dota", dota(folder, 1))
    (row,) = outcome.scenes.values()
    assert row.look.contrast > 10
    assert row.scene.perceptual_hash == row.look.hashes[0]


def test_broken_images_are_findings_too(root, folder):
    dota(folder, 2)
    (folder / "images" / "s000.png").write_bytes(b"")
    cut_short(folder / "images" / "s001.png")
    outcome = ingest_folder(root, "dota", folder)
    assert outcome.kinds() == ["unreadable_image", "unreadable_image"]


def test_an_odd_spelling_is_told_once_a_source(root, folder):
    for number in range(4):
        lines = [quad(1, 1, 20, 20, "golffield"), quad(30, 30, 50, 50, "golffield")]
        write_dota(folder, f"s{number}", lines=lines, seed=number)
    outcome = ingest_folder(root, "dota", folder)
    assert [(f.kind.value, f.file, f.line) for f in outcome.findings if f.kind == "odd_spelling"] == [
        ("odd_spelling", "labelTxt/s0.txt", 1)
    ]  # fmt: skip
