"""Our JSON lines: every kind of label, and lines that are partly wrong."""

import json

import pytest

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.vocabulary import FindingKind, Reason, Severity, Shape, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.jsonl import SOURCE
from tasks.sources.registry import recognise
from tests.fixtures.formats import jsonl
from tests.fixtures.formats.jsonl import EVERYTHING, write
from tests.fixtures.scenes import write_image


@pytest.fixture
def read(tmp_path):
    """Return what JSON lines give below ``tmp_path``."""
    return lambda: list(
        SOURCE.read(SourceFolder(str(tmp_path)), SourceSpec(name="jsonl", path=str(tmp_path)))
    )


@pytest.fixture
def scene(tmp_path, read):
    """Return the one scene of a line with these fields, its image there."""

    def one(**fields):
        write_image(tmp_path / "a.png", (64, 48))
        write(tmp_path, {"image": "a.png", **fields})
        (row,) = read()
        return row

    return one


def kinds(row):
    return [(finding.kind, finding.element) for finding in row.findings]


def test_the_fixture_is_recognised_and_read(tmp_path, read):
    jsonl.make(tmp_path)
    assert recognise(SourceFolder(str(tmp_path))) == ["jsonl"]
    a, b = read()
    assert [one.kind for one in a.annotations] == [
        "object", "object", "caption", "question_answer", "referring", "region", "scene_class",
        "conversation",
    ]  # fmt: skip
    assert (a.split, a.gsd, a.licence, a.attribution) == (
        Split.TRAIN, 0.5, "CC-BY-4.0", "A Survey",
    )  # fmt: skip
    assert (a.width, a.height, a.aliases, a.classes) == (
        64, 48, ("dota/P0001",), ("plane", "ship"),
    )  # fmt: skip
    assert (a.findings, b.findings, len(b.annotations)) == ((), (), 1)


def test_a_box_is_corners_clockwise_and_a_polygon_is_kept(scene):
    box, quad = scene(objects=EVERYTHING["objects"]).annotations
    assert (box.shape, box.polygon) == (Shape.HBB, ((4, 4), (20, 4), (20, 12), (4, 12)))
    assert (quad.shape, quad.polygon[1], quad.difficult) == (Shape.OBB, (44, 22), 1)
    assert (quad.origin.line, quad.origin.element) == (1, "objects[1]")


def test_boxes_of_conversations_are_found_in_their_words(scene):
    (found,) = scene(conversations=EVERYTHING["conversations"]).annotations
    (box,) = found.boxes
    assert found.turns[box.turn].content[box.start : box.end] == "[4, 4, 20, 12]"
    assert box.polygon == ((4, 4), (20, 4), (20, 12), (4, 12))


def test_an_inverted_box_is_put_in_order_with_a_finding(scene):
    row = scene(
        objects=[{"category": "ship", "bbox": [20, 4, 4, 12]}],
        regions=[{"text": "x", "bbox": [4, 12, 20, 4]}],
        expressions=[{"text": "x", "bbox": [4, 12, 20, 4]}],
    )
    assert {one.polygon for one in row.annotations} == {((4, 4), (20, 4), (20, 12), (4, 12))}
    assert {kind for kind, _ in kinds(row)} == {FindingKind.INVERTED_BOX}
    assert len(row.findings) == 3


@pytest.mark.parametrize(
    ("broken", "path"),
    [({"category": "ship"}, "objects[1]"), ({"category": "ship", "bbox": [1, 2, 3]}, "objects[1].bbox[3]"),
     ({"category": "", "bbox": [1, 2, 3, 4]}, "objects[1].category"), (5, "objects[1]"),
     ({"category": "ship", "bbox": [1, 2, 3, "x"]}, "objects[1].bbox[3]"),
     ({"category": "ship", "bbox": [1, 2, 3, 1e9]}, "objects[1].bbox[3]"),
     ({"category": "ship", "polygon": [[1, 2], [3, 4]]}, "objects[1].polygon"),
     ({"category": "ship", "bbox": [1, 2, 3, 4], "polygon": [[1, 2], [3, 4], [5, 6]]}, "objects[1]"),
     ({"category": "ship", "bbox": [1, 2, 3, 4], "difficult": -1}, "objects[1].difficult")],
)  # fmt: skip
def test_a_wrong_element_is_named_and_costs_only_itself(scene, broken, path):
    good = {"category": "plane", "bbox": [4, 4, 20, 12]}
    row = scene(objects=[good, broken, good], captions=["A plane."], classes=["plane"])
    assert [one.kind for one in row.annotations] == ["object", "object", "caption"]
    assert kinds(row) == [(FindingKind.MALFORMED_LINE, path)]
    assert (row.findings[0].line, row.findings[0].severity) == (1, Severity.ERROR)
    assert row.classes == ()


@pytest.mark.parametrize(
    ("field", "value"),
    [("split", "training"), ("gsd", -1), ("gsd", "x"), ("width", 0), ("objects", 5),
     ("captions", "A plane."), ("scene_class", ""), ("licence", 5), ("conversations", {}),
     ("width", 10**30)],
)  # fmt: skip
def test_a_wrong_field_is_named_and_costs_only_itself(scene, field, value):
    row = scene(**{"questions": EVERYTHING["questions"], field: value})
    assert [one.kind for one in row.annotations] == ["question_answer"]
    assert [kind for kind, _ in kinds(row)] == [FindingKind.MALFORMED_LINE]
    assert row.findings[0].element.startswith(field)


def test_fields_that_are_not_known_are_notes(scene):
    box = {"category": "plane", "bbox": [4, 4, 20, 12], "score": 0.5}
    row = scene(objects=[box, box], colour="red")
    assert len(row.annotations) == 2
    assert [(f.element, f.severity) for f in row.findings] == [
        ("colour", Severity.NOTE), ("objects[].score", Severity.NOTE),
    ]  # fmt: skip


def test_a_conversation_that_does_not_alternate_is_a_finding(scene):
    turns = [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}]
    row = scene(captions=["x"], conversations=[turns, [], EVERYTHING["conversations"][0]])
    assert [one.origin.element for one in row.annotations] == ["captions[0]", "conversations[2]"]
    assert [kind for kind, _ in kinds(row)] == [FindingKind.MISSING_PAIR] * 2


def test_lines_of_one_image_are_put_together(tmp_path, read):
    write_image(tmp_path / "images" / "a.png", (64, 48))
    first = {"image": "images/a.png", "captions": ["One."], "classes": ["ship"]}
    write(tmp_path, first, {"image": "a.png", "captions": ["Two."], "gsd": 2, "classes": ["plane"]})
    (row,) = read()
    assert [one.text for one in row.annotations] == ["One.", "Two."]
    assert (row.gsd, row.classes) == (2, ("plane", "ship"))


def test_an_absent_image_is_read_after_the_others(tmp_path, scene, read):
    scene()
    write(tmp_path, {"image": "0.png", "captions": ["x"]}, {"image": "a.png", "captions": ["y"]})
    there, gone = read()
    assert (there.present, gone.present, gone.name) == (True, False, "0.png")
    assert [kind for kind, _ in kinds(gone)] == [FindingKind.LABEL_WITHOUT_IMAGE]
    assert len(gone.annotations) == 1


@pytest.mark.parametrize(
    ("line", "kind"),
    [('{"image": "b.png", }', FindingKind.MALFORMED_LINE), ("[]", FindingKind.MALFORMED_LINE),
     ('{"captions": []}', FindingKind.WRONG_REFERENCE), ('{"image": 5}', FindingKind.WRONG_REFERENCE),
     ("[" * 5000, FindingKind.MALFORMED_LINE), ('{"image": NaN}', FindingKind.MALFORMED_LINE)],
)  # fmt: skip
def test_a_broken_line_is_named_and_costs_only_itself(tmp_path, scene, read, line, kind):
    scene(captions=["x"])
    with (tmp_path / "labels.jsonl").open("a") as file:
        file.write(f"\r\n{line}\r\n")
    row, finding = read()
    assert len(row.annotations) == 1
    assert (finding.kind, finding.line) == (kind, 3)


def test_an_image_name_that_leads_outside_is_a_rejection(tmp_path, read):
    write(tmp_path, {"image": "../secret.png", "captions": ["x"]})
    (row,) = read()
    assert (row.reason, row.line) == (Reason.UNSAFE_PATH, 1)


def test_a_file_that_is_no_utf8_is_a_finding_unless_there_is_no_other(tmp_path, scene, read):
    scene(captions=["x"])
    line = json.dumps({"image": "a.png", "captions": ["é"]}, ensure_ascii=False)
    (tmp_path / "z.jsonl").write_bytes(
        b'{"image": "a.png", "captions": []}\n' + line.encode("latin-1")
    )
    _, finding = read()
    assert (finding.file, finding.line, finding.severity) == ("z.jsonl", 2, Severity.ERROR)
    (tmp_path / "labels.jsonl").unlink()
    with pytest.raises(UnreadableText, match=r"z\.jsonl, line 2"):
        read()


def test_an_unknown_class_is_one_note_a_line(scene):
    box = {"category": "Flux-Capacitor", "bbox": [1, 2, 3, 4]}
    row = scene(objects=[box, box])
    assert kinds(row) == [(FindingKind.UNKNOWN_CLASS, "objects[0]")]
    assert {one.category_as_given for one in row.annotations} == {"Flux-Capacitor"}


@pytest.mark.parametrize(
    "line",
    [{"id": 1, "image": "a.png", "conversations": [{"from": "human", "value": "x"}]},
     {"question_id": 1, "image_id": "a", "question": "x"}, {"image": 5, "captions": []}],
)  # fmt: skip
def test_other_json_lines_are_not_recognised(tmp_path, line):
    write(tmp_path, line)
    assert not SOURCE.recognises(SourceFolder(str(tmp_path)))
