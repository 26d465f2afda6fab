"""RSICD, UCM-Captions, Sydney-Captions and RSITMD: one layout, four data sets, every trap."""

import json

import pytest

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import recognise, source_named
from tests.fixtures.formats import formats
from tests.fixtures.karpathy import SENTENCES, entry, write_karpathy
from tests.fixtures.scenes import write_image

OWN = ("rsicd", "rsitmd", "sydney_captions", "ucm_captions")


def read(path, name="rsicd"):
    spec = SourceSpec(name=name, path=str(path))
    return list(source_named(name).read(SourceFolder(str(path)), spec))


def kinds(rows):
    return [row.kind for row in rows]


@pytest.fixture
def one(tmp_path):
    """Return the one scene that is read of an entry with these sentences."""

    def scene(*sentences, **more):
        entries = [entry("church_56.jpg", sentences=sentences, **more)]
        write_karpathy(tmp_path, entries, dataset="rsicd")
        (row,) = read(tmp_path)
        return row

    return scene


@pytest.mark.parametrize("name", OWN)
def test_each_data_set_is_read_with_all_its_sentences(tmp_path, name):
    formats()[name].make(tmp_path)
    scenes = read(tmp_path, name)
    assert [[a.text for a in scene.annotations] for scene in scenes] == [list(SENTENCES)] * 3
    assert all(scene.present and not scene.findings and not scene.aliases for scene in scenes)


@pytest.mark.parametrize("name", OWN)
def test_official_splits_are_kept(tmp_path, name):
    formats()[name].make(tmp_path)
    middle = Split.TRAIN if name == "rsitmd" else Split.VAL
    splits = {scene.name.split("/")[-1]: scene.split for scene in read(tmp_path, name)}
    assert sorted(splits.values()) == sorted([Split.TRAIN, middle, Split.TEST])


def test_a_sentence_knows_its_file_and_element(one):
    row = one("a church .", "two roads .")
    origins = [(a.origin.file, a.origin.element) for a in row.annotations]
    assert origins == [
        ("dataset.json", "images[0].sentences[0]"),
        ("dataset.json", "images[0].sentences[1]"),
    ]


def test_sentences_are_kept_as_they_are_written(one):
    row = one("a church  which has a  coner .")
    assert row.annotations[0].text == "a church  which has a  coner ."


def test_a_sentence_five_times_is_five_captions_and_one_finding(one):
    row = one("many trees .", "many trees .", "Many trees.", "many  trees .", "many trees")
    assert len(row.annotations) == 5
    (finding,) = row.findings
    assert (finding.kind, finding.severity) == (FindingKind.REPEATED_TEXT, Severity.NOTE)
    assert finding.element == "images[0].sentences[1]"
    assert finding.detail.startswith("4 of 5 sentences repeat")


@pytest.mark.parametrize("blank", ["", "   ", " . "])
def test_a_blank_sentence_is_a_finding_and_no_caption(one, blank):
    row = one("a church .", blank)
    assert len(row.annotations) == 1
    assert [(f.kind, f.element) for f in row.findings] == [
        (FindingKind.BLANK_TEXT, "images[0].sentences[1]")
    ]


def test_an_image_with_only_blanks_stays_with_a_finding_for_each(one):
    row = one("", "")
    assert (row.annotations, kinds(row.findings)) == ((), [FindingKind.BLANK_TEXT] * 2)


def test_a_sentence_without_raw_is_put_together_from_its_words(tmp_path):
    write_karpathy(
        tmp_path, [entry("a.jpg", sentences=[]) | {"sentences": [{"tokens": ["a", "river"]}]}]
    )
    (row,) = read(tmp_path)
    assert [a.text for a in row.annotations] == ["a river"]


@pytest.mark.parametrize("given", [None, 7, {}, {"raw": None}, {"raw": 3}, {"tokens": [1]}, []])
def test_a_sentence_that_is_no_text_costs_only_itself(tmp_path, given):
    listed = entry("a.jpg", sentences=["a river ."])
    listed["sentences"].append(given)
    write_karpathy(tmp_path, [listed])
    (row,) = read(tmp_path)
    assert (len(row.annotations), kinds(row.findings)) == (1, [FindingKind.MALFORMED_LINE])


@pytest.mark.parametrize("given", [None, 7, "a", [], {}, {"filename": 3}, {"filename": " "}])
def test_an_entry_without_image_costs_only_itself(tmp_path, given):
    write_karpathy(tmp_path, [entry("a.jpg")])
    write_karpathy(tmp_path, [entry("a.jpg"), given], images=None, dataset="rsicd")
    scene, finding = read(tmp_path)
    assert isinstance(scene, SceneLabels)
    assert (finding.kind, finding.element) == (FindingKind.MALFORMED_LINE, "images[1]")


@pytest.mark.parametrize("listed", [None, 5, {}, []])
def test_an_image_without_a_list_of_sentences_is_a_finding(tmp_path, listed):
    more = entry("b.jpg") | {"sentences": listed}
    write_karpathy(tmp_path, [entry("a.jpg"), more])
    _, row = read(tmp_path)
    assert (row.annotations, kinds(row.findings)) == ((), [FindingKind.MALFORMED_LINE])


def test_an_unknown_split_is_a_finding_and_no_split(one):
    row = one("a river .", split="tset")
    assert (row.split, kinds(row.findings)) == (None, [FindingKind.MALFORMED_LINE])


def test_restval_is_train(one):
    assert one("a river .", split="restval").split == Split.TRAIN


def test_an_absent_image_is_read_with_one_finding_after_those_that_are_there(tmp_path):
    write_karpathy(tmp_path, [entry("b.jpg")])
    write_karpathy(tmp_path, [entry("a.jpg"), entry("b.jpg")], images=None)
    there, absent = read(tmp_path)
    assert (there.name, there.present) == ("images/b.jpg", True)
    assert (absent.name, absent.present, len(absent.annotations)) == ("a.jpg", False, 5)
    (finding,) = absent.findings
    assert (finding.kind, finding.element) == (FindingKind.LABEL_WITHOUT_IMAGE, "images[0]")


def test_without_any_image_everything_is_still_read(tmp_path):
    write_karpathy(tmp_path, [entry("a.jpg"), entry("b.jpg")], images=None)
    rows = read(tmp_path)
    assert [(row.name, row.present) for row in rows] == [("a.jpg", False), ("b.jpg", False)]


def test_an_image_without_sentences_is_a_finding(tmp_path):
    write_karpathy(tmp_path, [entry("b.jpg")])
    write_image(tmp_path / "images" / "c.jpg", (32, 32))
    _, row = read(tmp_path)
    assert (row.name, kinds(row.findings)) == ("images/c.jpg", [FindingKind.IMAGE_WITHOUT_LABEL])


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/passwd", "C:\\a.jpg", "x\0.jpg"])
def test_a_name_that_leads_outside_is_rejected(tmp_path, name):
    write_karpathy(tmp_path, [entry("b.jpg")])
    write_karpathy(tmp_path, [entry("b.jpg"), entry(name)], images=None)
    _, row = read(tmp_path)
    assert isinstance(row, Rejection)
    assert (row.reason, row.file) == (Reason.UNSAFE_PATH, "dataset.json")


def test_an_image_that_is_listed_twice_is_read_once(tmp_path):
    write_karpathy(tmp_path, [entry("b.jpg"), entry("b.jpg", "test")])
    row, finding = read(tmp_path)
    assert (row.split, len(row.annotations)) == (Split.TRAIN, 5)
    assert (finding.kind, finding.element) == (FindingKind.DUPLICATE_LABEL, "images[1]")


def test_a_hundred_thousand_entries_of_one_image_are_one_finding(tmp_path):
    listed = json.dumps(entry("b.jpg", sentences=["a road ."]))
    path = write_karpathy(tmp_path, [entry("b.jpg")])
    path.write_text(f'{{"images": [{",".join([listed] * 100_000)}]}}')
    row, finding = read(tmp_path)
    assert len(row.annotations) == 1
    assert "images[1] and 99998 more are not read" in finding.detail


def test_of_very_many_sentences_of_one_image_the_first_thousand_are_read(one):
    row = one(*(f"road {number} ." for number in range(1200)))
    assert len(row.annotations) == 1000
    (finding,) = row.findings
    assert (finding.kind, finding.element) == (
        FindingKind.MALFORMED_LINE,
        "images[0].sentences[1000]",
    )


def test_one_broken_file_costs_only_itself(tmp_path):
    write_karpathy(tmp_path, [entry("b.jpg")])
    broken = write_karpathy(tmp_path, [entry("b.jpg")], name="more/dataset.json", images=None)
    broken.write_text(broken.read_text()[:-4])
    row, finding = read(tmp_path)
    assert isinstance(row, SceneLabels)
    assert isinstance(finding, Finding)
    assert (finding.kind, finding.severity) == (FindingKind.MALFORMED_LINE, Severity.ERROR)
    assert (finding.file, finding.line) == ("more/dataset.json", 1)


def test_when_no_file_can_be_read_the_source_cannot(tmp_path):
    broken = write_karpathy(tmp_path, [entry("b.jpg")])
    broken.write_text(broken.read_text()[:-4])
    with pytest.raises(SourceError, match=r"dataset\.json, line 1"):
        read(tmp_path)


def test_a_file_whose_images_are_no_list_is_an_error(tmp_path):
    path = write_karpathy(tmp_path, [entry("b.jpg")])
    path.write_text('{"images": {"filename": 1, "sentences": 2}}')
    *_, finding = read(tmp_path)
    assert (finding.kind, finding.severity) == (FindingKind.MALFORMED_LINE, Severity.ERROR)


def test_a_byte_order_mark_does_no_harm(tmp_path):
    path = write_karpathy(tmp_path, [entry("b.jpg")])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert recognise(SourceFolder(str(tmp_path))) == ["rsicd"]
    assert len(read(tmp_path)) == 1


def found(path):
    return recognise(SourceFolder(str(path)))


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ("RSICD", "rsicd"), ("rsicd", "rsicd"), ("UCM", "ucm_captions"), ("UCMerced", "ucm_captions"),
        ("Sydney", "sydney_captions"), ("sydney", "sydney_captions"), ("RSITMD", "rsitmd"),
    ],
)  # fmt: skip
def test_what_the_file_says_that_it_is_counts_most(tmp_path, stated, name):
    write_karpathy(tmp_path / "rsicd_or_not", [entry("1.tif")], dataset=stated)
    assert found(tmp_path / "rsicd_or_not") == [name]


@pytest.mark.parametrize(
    ("folder", "file", "name"),
    [
        ("x", "dataset_rsicd.json", "rsicd"),
        ("x", "dataset_RSITMD.json", "rsitmd"),
        ("UCM_captions", "dataset.json", "ucm_captions"),
        ("Sydney_captions", "dataset.json", "sydney_captions"),
    ],
)
def test_else_what_file_and_folder_are_called(tmp_path, folder, file, name):
    write_karpathy(tmp_path / folder, [entry("a.jpg")], name=file)
    assert found(tmp_path / folder) == [name]


@pytest.mark.parametrize(
    ("images", "size", "name"),
    [
        (["church_56.jpg"], (32, 32), "rsicd"),
        (["church_56.tif"], (32, 32), "rsitmd"),
        (["1.tif", "2100.tif"], (32, 32), "ucm_captions"),
        (["1.tif"], (256, 256), "ucm_captions"),
        (["1.tif"], (500, 500), "sydney_captions"),
    ],
)
def test_else_how_images_are_called_and_how_large_they_are(tmp_path, images, size, name):
    write_karpathy(tmp_path / "x", [entry(image) for image in images], size=size, dataset="mine")
    assert found(tmp_path / "x") == [name]


@pytest.mark.parametrize(("last", "name"), [(613, "sydney_captions"), (612, "ucm_captions")])
def test_without_images_the_last_number_decides(tmp_path, last, name):
    write_karpathy(tmp_path / "x", [entry("1.tif"), entry(f"{last}.tif")], images=None)
    assert found(tmp_path / "x") == [name]


def test_the_key_may_stand_far_behind_the_first_entries(tmp_path):
    entries = [entry(f"{number}.jpg") for number in range(400)]
    path = write_karpathy(tmp_path / "x", entries, images=None, dataset="Sydney")
    assert path.stat().st_size > 100_000
    assert found(tmp_path / "x") == ["sydney_captions"]


def test_two_data_sets_in_one_folder_are_two(tmp_path):
    for name in ("rsicd", "ucm_captions"):
        formats()[name].make(tmp_path / name)
    assert found(tmp_path) == ["rsicd", "ucm_captions"]
    names = [row.name for row in read(tmp_path, "ucm_captions") if row.annotations]
    assert names == [f"ucm_captions/imgs/{n}.tif" for n in (1, 2, 2100)]
