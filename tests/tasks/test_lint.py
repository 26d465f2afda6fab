"""Lint finds everything that is wrong with faulty sources, each thing where it is."""

import pytest

from flows.cli.options import parse_source
from schemas.errors import SourceError, UnknownName
from schemas.params import IngestParams, SourceSpec
from schemas.vocabulary import FindingKind
from tasks.lint import lint_sources
from tests.fixtures import faulty
from tests.fixtures.scenes import quad, write_dota

IN_PICTURES = {"one_colour", "unreadable_image", "wrong_size", "wrong_extension", "split_overlap"}

PLACES = [
    ("outside_image", "dota", "labelTxt/P1.txt", 4, None),
    ("partly_outside_image", "dota", "labelTxt/P1.txt", 5, None),
    ("self_crossing", "dota", "labelTxt/P1.txt", 6, None),
    ("zero_area", "dota", "labelTxt/P1.txt", 7, None),
    ("malformed_line", "dota", "labelTxt/P1.txt", 8, None),
    ("unknown_class", "dota", "labelTxt/P1.txt", 9, None),
    ("label_without_image", "coco", "annotations.json", None, "images[2]"),
    ("image_without_label", "dota", "images/unlabelled.png", None, None),
    ("empty_label", "dota", "labelTxt/empty.txt", None, None),
    ("wrong_size", "coco", "1.png", None, None),
    ("wrong_reference", "coco", "annotations.json", None, "annotations[3]"),
    ("duplicate_label", "dota", "labelTxt/P1.txt", 2, None),
    ("licence_unknown", "dota", ".", None, None),
    ("unsafe_name", "rsivqa", "DOTA/asked.txt", 6, None),
    ("inverted_box", "jsonl", "labels.jsonl", 4, "objects[0]"),
    ("duplicate_object", "dota", "labelTxt/P1.txt", 3, None),
    ("odd_spelling", "dota", "labelTxt/P1.txt", 10, None),
    ("repeated_text", "rsivqa", "DOTA/asked.txt", 4, None),
    ("blank_text", "jsonl", "labels.jsonl", 3, "captions[1]"),
    ("missing_pair", "rsivqa", "DOTA/asked.txt", 5, None),
    ("contradictory_answers", "rsivqa", "DOTA/asked.txt", 3, None),
    ("contradicts_other_source", "rsivqa", "DOTA/asked.txt", 1, None),
    ("split_overlap", "jsonl", "train.png", None, None),
    ("unreadable_image", "dota", "images/cut.png", None, None),
    ("boxes_in_corner", "dota", "labelTxt/corner.txt", None, None),
    ("one_colour", "dota", "images/plain.png", None, None),
    ("wrong_extension", "dota", "images/page.jpg", None, None),
]


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """Return four faulty sources."""
    return [parse_source(text) for text in faulty.make(tmp_path_factory.mktemp("faulty"))]


@pytest.fixture(scope="module")
def problems(sources):
    """Return all that is wrong with them."""
    return list(lint_sources(sources, IngestParams()))


def test_every_kind_of_finding_has_a_place_here():
    assert {kind for kind, *_ in PLACES} == {*map(str, FindingKind), "wrong_extension"}


@pytest.mark.parametrize(("kind", "source", "file", "line", "element"), PLACES)
def test_every_fault_is_found_where_it_is(problems, kind, source, file, line, element):
    found = [(p.source, p.file, p.line, p.element) for p in problems if p.kind == kind]
    assert (source, file, line, element) in found


def test_every_problem_says_what_was_found_and_what_to_do(problems):
    assert all(problem.detail.strip() and problem.remedy.strip() for problem in problems)


def test_nothing_is_told_twice(problems):
    told = [(p.kind, p.source, p.file, p.line, p.element, p.detail) for p in problems]
    assert len(told) == len(set(told))


def test_the_same_sources_give_the_same_list(sources, problems):
    assert list(lint_sources(sources, IngestParams())) == problems


def test_without_images_what_labels_show_is_still_told(sources):
    kinds = {p.kind for p in lint_sources(sources, IngestParams(), labels_only=True)}
    needed_pictures = {kind for kind, *_ in PLACES} - kinds
    assert needed_pictures >= IN_PICTURES
    assert {"duplicate_object", "self_crossing", "contradictory_answers", "blank_text"} <= kinds


def test_what_the_quarantine_would_hold_back_is_told(tmp_path):
    write_dota(tmp_path, "a", lines=[quad(500, 500, 510, 510)])
    spec = SourceSpec(name="dota", path=str(tmp_path), licence="CC0")
    found = lint_sources([spec], IngestParams(quarantine=("outside_image",)))
    assert sorted((p.kind, p.severity.value) for p in found) == [
        ("outside_image", "warning"), ("quarantined", "note"),
    ]  # fmt: skip


def test_a_healthy_source_has_no_problem(tmp_path):
    write_dota(tmp_path, "a", lines=[quad(1, 1, 20, 20)])
    spec = SourceSpec(name="dota", path=str(tmp_path), licence="CC0")
    assert [p.kind for p in lint_sources([spec], IngestParams())] == []


def test_wrong_use_is_an_error_in_one_paragraph(tmp_path):
    with pytest.raises(UnknownName, match="Did you mean “dota”"):
        list(lint_sources([SourceSpec(name="dotta", path=str(tmp_path))], IngestParams()))
    with pytest.raises(SourceError, match="There is no source folder"):
        list(lint_sources([SourceSpec(name="dota", path=str(tmp_path / "no"))], IngestParams()))
