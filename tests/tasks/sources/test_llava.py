"""LLaVA and GeoChat conversations: turns, marks, and boxes in any dialect."""

import json

import pytest

from schemas.errors import UnreadableText
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity, Split
from tasks.sources.folder import SourceFolder
from tasks.sources.llava import SOURCE
from tasks.sources.llava_turns import cleaned
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import recognise
from tasks.spatial.dialects import Frame, UnwritableBox, dialects
from tasks.spatial.polygons import box_of
from tests.fixtures.formats import llava
from tests.fixtures.formats.llava import talk
from tests.fixtures.scenes import write_image

SIZE = (120, 80)
QUAD = ((20, 20), (60, 20), (60, 50), (20, 50))


@pytest.fixture
def read(tmp_path):
    """Return what LLaVA reads below ``tmp_path``."""
    return lambda: list(
        SOURCE.read(SourceFolder(str(tmp_path)), SourceSpec(name="llava", path=str(tmp_path)))
    )


@pytest.fixture
def rows(tmp_path, read):
    """Return what comes of these entries; the images a.png and b.png are there."""

    def all_of(*entries, name="train.json"):
        for image in "ab":
            write_image(tmp_path / f"{image}.png", SIZE)
        (tmp_path / name).write_text(json.dumps(entries))
        return read()

    return all_of


@pytest.fixture
def scene(rows):
    """Return the scene of a.png with these entries."""
    return lambda *entries: rows(*entries)[0]


def kinds(row):
    return [finding.kind for finding in row.findings]


def said(row):
    return [turn.content for turn in row.annotations[0].turns]


def test_the_fixture_is_recognised_and_read(tmp_path, read):
    llava.make(tmp_path)
    assert recognise(SourceFolder(str(tmp_path))) == ["llava"]
    a, b, c = read()
    assert [row.split for row in (a, b, c)] == [Split.TRAIN, Split.TRAIN, Split.TEST]
    assert said(a) == ["Give me the location of the white plane", "[16, 12, 32, 36]"]
    assert said(b)[1] == "There are two ships [6, 10, 19, 19], [28, 22, 49, 45]."
    (box,) = a.annotations[0].boxes
    assert (box.turn, box.start, box.end) == (1, 0, 16)
    assert box_of(box.polygon) == (16, 12, 32, 36)
    assert c.annotations[0].origin.line == 1


@pytest.mark.parametrize(
    ("text", "clean"),
    [("<image>\nWhat?", "What?"), ("What?\n<image>", "What?"), ("[vqa] <image> What?", "What?"),
     ("<image>\n [refer] [grounding] Where?", "Where?"), ("a <p>ship</p>", "a ship"),
     ("[identify] {<1><2><3><4>|<0>}", "{<1><2><3><4>|<0>}"), ("[sic] What?", "[sic] What?")],
)  # fmt: skip
def test_marks_and_task_words_are_taken_out(text, clean):
    assert cleaned(text) == clean


@pytest.mark.parametrize("name", sorted(dialects()))
def test_boxes_of_every_dialect_become_px_within_its_quantum(scene, name):
    dialect, frame = dialects()[name], Frame(width=SIZE[0], height=SIZE[1])
    words = dialect.write(QUAD, frame)
    row = scene(talk("a.png", "Where is it?", f"At {words}, here.", dialect=name))
    (box,) = row.annotations[0].boxes
    off = [abs(a - b) for a, b in zip(box_of(box.polygon), box_of(QUAD), strict=True)]
    assert max(off) <= dialect.quantum(frame)
    assert said(row)[1][box.start : box.end].startswith("[")
    assert said(row)[1].endswith(", here.")


@pytest.mark.parametrize("name", ["llava", "geochat", "vrsbench", "falcon", "internvl", "pixels"])
def test_the_dialect_is_recognised_over_the_whole_file(scene, name):
    frame = Frame(width=SIZE[0], height=SIZE[1])
    quads = [QUAD, ((0, 0), (110, 0), (110, 75), (0, 75)), ((5, 5), (50, 5), (50, 40), (5, 40))]
    words = [dialects()[name].write(quad, frame) for quad in quads]
    row = scene(*[talk("a.png", "Where?", f"At {word}.") for word in words])
    found = [box_of(one.boxes[0].polygon) for one in row.annotations]
    for box, quad in zip(found, quads, strict=True):
        off = [abs(a - b) for a, b in zip(box, box_of(quad), strict=True)]
        assert max(off) <= dialects()[name].quantum(frame)


def test_a_dialect_that_is_not_known_costs_the_conversation(scene):
    row = scene(talk("a.png", "Where?", "At [1, 2, 3, 4].", dialect="martian"))
    assert (row.annotations, kinds(row)) == ((), [FindingKind.WRONG_REFERENCE])


def test_an_inverted_box_is_put_in_order_with_a_finding(scene):
    row = scene(talk("a.png", "Where?", "At [60, 20, 20, 50].", dialect="pixels"))
    assert (said(row)[1], kinds(row)) == ("At [20, 20, 60, 50].", [FindingKind.INVERTED_BOX])
    assert row.annotations[0].boxes[0].polygon == QUAD


def test_a_box_without_area_costs_the_conversation(scene):
    row = scene(talk("a.png", "Where?", "At [20, 20, 20, 50].", dialect="pixels"))
    assert (row.annotations, kinds(row)) == ((), [FindingKind.ZERO_AREA])


@pytest.mark.parametrize(
    "turns",
    [None, [], "x", [5], [{"from": "gpt", "value": "x"}], [{"from": "human"}],
     [{"from": "human", "value": 5}], [{"from": "robot", "value": "x"}],
     [{"from": "human", "value": "a"}, {"from": "human", "value": "b"}]],
)  # fmt: skip
def test_turns_that_do_not_alternate_or_are_no_text_cost_the_conversation(scene, turns):
    row = scene({"image": "a.png", "conversations": turns}, talk("a.png", "What?", "This."))
    assert (len(row.annotations), kinds(row)) == (1, [FindingKind.MALFORMED_LINE])
    assert row.findings[0].element == "[0].conversations"


def test_a_question_without_answer_and_a_blank_answer_are_left_out(scene):
    row = scene(talk("a.png", "One?", "1", "Two?", " ", "Three?"))
    assert said(row) == ["One?", "1"]
    assert sorted(kinds(row)) == [FindingKind.BLANK_TEXT, FindingKind.MISSING_PAIR]


def test_what_the_system_says_is_no_turn(scene):
    entry = talk("a.png", "What?", "This.")
    entry["conversations"].insert(0, {"from": "system", "value": "Be brief."})
    assert said(scene(entry)) == ["What?", "This."]


def test_an_entry_without_image_is_a_finding(rows):
    entries = [{"id": 1, "conversations": []}, talk("a.png", "What?", "This."), 5]
    *_, first, second = rows(*entries[1:2], entries[0], entries[2])
    assert (first.kind, first.element) == (FindingKind.WRONG_REFERENCE, "[1].image")
    assert (second.kind, second.element) == (FindingKind.MALFORMED_LINE, "[2]")


def test_an_absent_image_keeps_its_conversations_but_for_boxes(rows):
    entries = [talk("gone.png", "What?", "This."), talk("gone.png", "Where?", "At [1, 2, 3, 4].")]
    *_, row = rows(*entries)
    assert (row.name, row.present, len(row.annotations)) == ("gone.png", False, 1)
    assert kinds(row) == [FindingKind.LABEL_WITHOUT_IMAGE, FindingKind.WRONG_SIZE]


@pytest.mark.parametrize("name", ["../x.png", "/etc/x.png", "a\\..\\..\\x.png"])
def test_an_image_name_that_leads_outside_is_a_rejection(rows, name):
    *_, row = rows(talk("a.png", "What?", "This."), talk(name, "What?", "This."))
    assert isinstance(row, Rejection)
    assert (row.reason, row.subject_id) == (Reason.UNSAFE_PATH, name)


def test_a_file_that_is_no_json_is_a_finding_unless_there_is_no_other(tmp_path, rows, read):
    rows(talk("a.png", "What?", "This."))
    (tmp_path / "b.json").write_text((tmp_path / "train.json").read_text()[:-9])
    *_, finding = read()
    assert (finding.kind, finding.severity) == (FindingKind.MALFORMED_LINE, Severity.ERROR)
    (tmp_path / "train.json").unlink()
    with pytest.raises(UnreadableText, match=r"b\.json"):
        read()


def test_a_broken_line_of_json_lines_costs_only_itself(tmp_path, read):
    write_image(tmp_path / "a.png", SIZE)
    line = json.dumps(talk("a.png", "What?", "This."))
    (tmp_path / "a.jsonl").write_text(f"{line}\n{line[:-3]}\n\n{line}\n")
    row, finding = read()
    assert [one.origin.line for one in row.annotations] == [1, 4]
    assert (finding.kind, finding.line) == (FindingKind.MALFORMED_LINE, 2)


def test_an_image_without_conversation_is_a_scene_with_a_finding(rows):
    _, row = rows(talk("a.png", "What?", "This."))
    assert (row.name, kinds(row)) == ("b.png", [FindingKind.IMAGE_WITHOUT_LABEL])


def test_texts_without_boxes_are_left_as_they_are(scene):
    text = "There are 4 planes [sic], 1 2 3 4 in all (12:30)."
    assert said(scene(talk("a.png", "What?", text)))[1] == text


def test_every_finding_names_a_remedy(rows):
    found = rows(talk("a.png", "x"), talk("gone.png", "What?", ""), 5, {"image": ["a", "b"]})
    findings = [f for r in found if isinstance(r, SceneLabels) for f in r.findings]
    findings += [row for row in found if isinstance(row, Finding)]
    assert len(findings) >= 5
    assert all(f.file and f.remedy.endswith(".") and f.detail.endswith(".") for f in findings)


def test_a_box_that_cannot_be_written_is_an_error_that_is_caught():
    assert issubclass(UnwritableBox, ValueError)
