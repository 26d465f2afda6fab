"""NWPU-Captions: keys with numbers, lists by class."""

import json

import pytest

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.vocabulary import FindingKind, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.nwpu_captions import SOURCE
from tests.fixtures.formats.nwpu_captions import listed, make, write_nwpu
from tests.fixtures.karpathy import SENTENCES


def read(path):
    return list(
        SOURCE.read(SourceFolder(str(path)), SourceSpec(name="nwpu_captions", path=str(path)))
    )


def captions(row):
    return [a for a in row.annotations if a.kind == "caption"]


def test_the_fixture_is_read_with_splits_and_sentences(tmp_path):
    make(tmp_path)
    rows = read(tmp_path)
    assert [row.name for row in rows] == [
        "NWPU_images/airport/airport_001.jpg",
        "NWPU_images/airport/airport_002.jpg",
        "NWPU_images/sea_ice/sea_ice_001.jpg",
    ]
    assert [row.split for row in rows] == [Split.TRAIN, Split.VAL, Split.TEST]
    assert [[a.text for a in captions(row)] for row in rows] == [list(SENTENCES)] * 3
    assert not any(row.findings for row in rows)


def test_the_folder_of_an_image_is_its_class(tmp_path):
    make(tmp_path)
    classes = [a for row in read(tmp_path) for a in row.annotations if a.kind == "scene_class"]
    assert [a.category_as_given for a in classes] == ["airport", "airport", "sea_ice"]
    assert [a.category for a in classes] == ["airport", "airport", "sea ice"]


def test_keys_are_taken_in_the_order_of_their_numbers(tmp_path):
    texts = [f"sentence {number} ." for number in range(12)]
    write_nwpu(tmp_path, {"airport": [listed("a.jpg", sentences=texts)]})
    (row,) = read(tmp_path)
    assert [a.text for a in captions(row)] == texts
    elements = [a.origin.element for a in captions(row)]
    assert (elements[0], elements[-1]) == ("airport[0].raw", "airport[0].raw_11")


def test_two_classes_may_have_files_of_one_name(tmp_path):
    write_nwpu(tmp_path, {name: [listed("1.jpg", sentences=[f"a {name} .", "x"])] for name in ("lake", "island")})  # fmt: skip
    texts = {row.name: captions(row)[0].text for row in read(tmp_path)}
    assert texts == {
        "NWPU_images/island/1.jpg": "a island .",
        "NWPU_images/lake/1.jpg": "a lake .",
    }


def test_odd_characters_stay_as_they_are(tmp_path):
    odd = "a “plane” near the runway\u00a0\u3002 caf\u00e9\u200b ."
    write_nwpu(tmp_path, {"airport": [listed("a.jpg", sentences=[odd, "x"])]})
    (row,) = read(tmp_path)
    assert captions(row)[0].text == odd


@pytest.mark.parametrize(
    ("text", "kind"),
    [(None, FindingKind.MALFORMED_LINE), (3, FindingKind.MALFORMED_LINE), (" ", FindingKind.BLANK_TEXT)],
)  # fmt: skip
def test_a_sentence_that_is_none_costs_only_itself(tmp_path, text, kind):
    write_nwpu(tmp_path, {"airport": [listed("a.jpg", sentences=["a plane .", text])]})
    (row,) = read(tmp_path)
    assert [a.text for a in captions(row)] == ["a plane ."]
    assert [(f.kind, f.element) for f in row.findings] == [(kind, "airport[0].raw_1")]


@pytest.mark.parametrize("entry", [None, 3, [], {"raw": "x"}, {"filename": ""}])
def test_an_entry_that_is_none_costs_only_itself(tmp_path, entry):
    write_nwpu(tmp_path, {"airport": [listed("a.jpg")]})
    path = write_nwpu(tmp_path, {"airport": [listed("a.jpg"), entry]}, make_images=False)
    assert path.exists()
    _, finding = read(tmp_path)
    assert (finding.kind, finding.element) == (FindingKind.MALFORMED_LINE, "airport[1]")


def test_a_class_that_is_no_list_costs_only_itself(tmp_path):
    path = write_nwpu(tmp_path, {"airport": [listed("a.jpg")]})
    path.write_text(json.dumps({**json.loads(path.read_text()), "beach": "x"}))
    _, finding = read(tmp_path)
    assert (finding.kind, finding.element) == (FindingKind.MALFORMED_LINE, "beach")


def test_a_split_that_is_none_is_a_finding(tmp_path):
    write_nwpu(tmp_path, {"airport": [listed("a.jpg", split=None)]})
    (row,) = read(tmp_path)
    assert (row.split, [f.kind for f in row.findings]) == (None, [FindingKind.MALFORMED_LINE])


def test_absent_images_are_read_under_their_class(tmp_path):
    write_nwpu(tmp_path, {"airport": [listed("a.jpg")]}, make_images=False)
    (row,) = read(tmp_path)
    assert (row.name, row.present) == ("airport/a.jpg", False)
    assert [f.kind for f in row.findings] == [FindingKind.LABEL_WITHOUT_IMAGE]


def test_a_file_that_is_no_object_is_an_error(tmp_path):
    path = write_nwpu(tmp_path, {"airport": [listed("a.jpg")]})
    path.write_text(f"[{path.read_text()}]")
    *_, finding = read(tmp_path)
    assert (finding.kind, finding.severity) == (FindingKind.MALFORMED_LINE, "error")


def test_a_file_cut_short_is_a_source_error(tmp_path):
    path = write_nwpu(tmp_path, {"airport": [listed("a.jpg")]})
    path.write_text(path.read_text()[:-3])
    with pytest.raises(SourceError, match=r"dataset_nwpu\.json, line 1"):
        read(tmp_path)
