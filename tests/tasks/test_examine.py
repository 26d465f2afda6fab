"""Other people's datasets held against objects: lies are found, truths are left alone."""

import json

import pytest
from PIL import Image

from schemas.errors import UsageError
from schemas.examined import Examined, ExamineSpec, Ground, Oddity
from schemas.verdict import ClaimKind
from tasks.examine import NO_OBJECTS, NO_SIZE, Examination, sentence_at
from tasks.spatial.dialects import Frame, dialect_named, dialects
from tests.tasks.examining._set import FALSE, OBJECTS, TRUE, jsonl, line, listed, talk


def examined(path, **more):
    rows = list(Examination(ExamineSpec(path=str(path), **more)).rows())
    found = [row for row in rows if isinstance(row, Examined)]
    return found, [row for row in rows if isinstance(row, Oddity)]


def outcomes(rows):
    return {row.outcome for row in rows}


def lies(rows):
    return [row for row in rows if row.outcome == "contradicted"]


def test_a_lie_in_a_json_line_is_found_with_its_evidence(tmp_path):
    found, odd = examined(jsonl(tmp_path / "x.jsonl", line(captions=[f"{TRUE} {FALSE}"])))
    (lie,) = lies(found)
    assert (lie.file, lie.line, lie.element, lie.image) == ("x.jsonl", 1, "captions[0]", "a.png")
    assert (lie.sentence, lie.kind, lie.found, lie.margin) == (FALSE, ClaimKind.COUNT, "3", -2)
    assert [(o.ref, o.element) for o in lie.objects] == [
        (f"o{n}", f"objects[{n - 1}]") for n in (1, 2, 3)
    ]
    assert not odd


def test_a_truth_is_left_alone(tmp_path):
    truths = [TRUE, "A ship is at the lower right.", "The planes are above the ship."]
    found, _ = examined(jsonl(tmp_path / "x.jsonl", line(captions=truths)))
    assert outcomes(found) == {"supported"}


def test_without_objects_nothing_is_decided_and_the_reason_is_given(tmp_path):
    found, _ = examined(jsonl(tmp_path / "x.jsonl", {"image": "b.png", "captions": [TRUE]}))
    assert outcomes(found) == {"unverifiable"}
    assert {(row.lacking, row.against) for row in found} == {(NO_OBJECTS, Ground.NOTHING)}


def test_objects_in_an_image_of_unknown_size_decide_nothing(tmp_path):
    bare = {"image": "b.png", "captions": [TRUE], "objects": OBJECTS}
    path = jsonl(tmp_path / "x.jsonl", bare)
    assert {row.lacking for row in examined(path)[0]} == {NO_SIZE}
    assert outcomes(examined(path, width=400, height=300, complete=("all",))[0]) == {"supported"}


def test_more_than_is_labelled_is_false_only_where_the_labels_are_complete(tmp_path):
    path = jsonl(tmp_path / "x.jsonl", line(captions=[FALSE], classes=[]))
    assert not lies(examined(path)[0])
    assert lies(examined(path, complete=("all",))[0])
    assert lies(examined(path, complete=("airplane",))[0])


def test_broken_lines_are_named_and_the_rest_goes_on(tmp_path):
    rows = ['{"image": "a.png", "captions": [', "[]", {"captions": ["x"]}, line(captions=[FALSE])]
    found, odd = examined(jsonl(tmp_path / "x.jsonl", line(captions=[TRUE]), *rows))
    assert [row.line for row in odd] == [2, 3, 4]
    assert [row.line for row in lies(found)] == [5]


def test_llava_texts_are_held_against_the_objects_of_a_second_file(tmp_path):
    objects = jsonl(tmp_path / "objects.jsonl", line())
    path = listed(
        tmp_path / "t.json",
        talk("<image>\nHow many planes are there?", "Three.", "How many ships are there?", "Two."),
        talk("<image>\nDescribe it.", FALSE, image="unknown.png", name="t2"),
    )
    found, _ = examined(path, objects=str(objects))
    (lie,) = lies(found)
    assert (lie.record, lie.element, lie.turn) == ("t1", "[0].conversations", 3)
    assert {row.lacking for row in found if row.record == "t2"} == {NO_OBJECTS}


@pytest.mark.parametrize("name", sorted(dialects()))
def test_boxes_in_any_dialect_are_read(tmp_path, name):
    dialect, frame = dialect_named(name), Frame(width=400, height=300)
    corners = [
        ((x, y), (x + 40, y), (x + 40, y + 40), (x, y + 40)) for x, y in ((20, 20), (180, 20))
    ]
    real, none = (
        dialect.write(c, frame)
        for c in (corners[0], ((150, 200), (190, 200), (190, 260), (150, 260)))
    )
    objects = jsonl(tmp_path / "objects.jsonl", line())
    path = listed(
        tmp_path / "t.json",
        talk("Where is a plane?", f"There is a plane {real}."),
        talk("Where is another plane?", f"There is a plane {none}.", name="t2"),
    )
    found, odd = examined(path, objects=str(objects), dialect=name, width=400, height=300)
    assert not odd
    boxes = {row.record: row.outcome for row in found if row.kind is ClaimKind.BOX}
    assert boxes == {"t1": "supported", "t2": "contradicted"}


def test_the_dialect_is_told_from_the_texts(tmp_path):
    write = dialect_named("geochat").write
    box = write(((20, 20), (60, 20), (60, 60), (20, 60)), Frame(width=400, height=300))
    objects = jsonl(tmp_path / "objects.jsonl", line())
    path = listed(tmp_path / "t.json", talk("Where is <p>a plane</p>?", f"<p>A plane</p> {box}"))
    found, _ = examined(path, objects=str(objects), width=400, height=300)
    assert [row.outcome for row in found if row.kind is ClaimKind.BOX] == ["supported"]


def test_without_objects_a_text_is_held_against_its_own_boxes(tmp_path):
    left = "At the left of the image is a ship [10, 130, 60, 170]."
    right = "At the right of the image is a ship [10, 130, 60, 170]."
    path = listed(tmp_path / "t.json", talk("?", left), talk("?", right, name="t2"))
    found, _ = examined(path, dialect="pixels", width=400, height=300)
    assert {row.against for row in found} == {Ground.BOXES}
    assert {row.record for row in lies(found)} == {"t2"}


def test_boxes_in_an_image_of_unknown_size_are_a_warning_that_says_what_to_do(tmp_path):
    path = listed(tmp_path / "t.json", talk("Where?", "A ship {<10><20><30><40>|<0>}."))
    found, (odd,) = examined(path)
    assert "--images" in odd.detail
    assert outcomes(found) <= {"unverifiable"}


def vrsbench(path, caption, sentence, image="P0003_0002.png"):
    corners = [0.05, 0.07, 0.15, 0.07, 0.15, 0.2, 0.05, 0.2]
    plane = {
        "obj_id": 0, "obj_cls": "plane", "obj_corner": corners, "is_unique": True,
        "referring_sentence": sentence,
    }  # fmt: skip
    pairs = [{"question": "Is there a plane?", "answer": "Yes"}]
    path.write_text(json.dumps(
        {"image": image, "caption": caption, "objects": [plane], "qa_pairs": pairs}
    ))  # fmt: skip
    return path


def test_vrsbench_is_held_against_its_own_objects(tmp_path):
    sentence = "The plane at the lower right."
    path = vrsbench(tmp_path / "P0003_0002.json", "A plane at the upper left.", sentence)
    Image.new("RGB", (400, 300)).save(tmp_path / "P0003_0002.png")
    found, odd = examined(path)
    assert not odd
    (lie,) = lies(found)
    assert (lie.element, lie.kind) == ("objects[0].referring_sentence", ClaimKind.POSITION)
    assert {row.outcome for row in found if row.element == "caption"} == {"supported"}


def test_a_folder_of_vrsbench_is_read_file_by_file(tmp_path):
    folder = tmp_path / "Annotations_val"
    folder.mkdir()
    for name in ("a", "b"):
        path = folder / f"{name}.json"
        vrsbench(path, "A plane.", "The plane at the lower right.", f"{name}.png")
    (folder / "c.json").write_text('{"caption": "cut", "objects": [')
    found, odd = examined(folder, width=400, height=300)
    assert [row.file for row in lies(found)] == ["a.json", "b.json"]
    assert [row.file for row in odd] == ["c.json"]


def test_colours_are_looked_up_in_the_picture(tmp_path):
    picture = Image.new("RGB", (400, 300), (90, 120, 70))
    picture.paste((250, 250, 250), (300, 200, 360, 240))
    picture.save(tmp_path / "a.png")
    said = line(captions=["The ship is white.", "The ship is red."])
    found, _ = examined(jsonl(tmp_path / "x.jsonl", said))
    assert [(row.sentence, row.outcome) for row in found if row.kind is ClaimKind.COLOUR] == [
        ("The ship is white.", "supported"), ("The ship is red.", "contradicted")
    ]  # fmt: skip


def test_any_format_of_a_build_can_be_checked(tmp_path):
    from tests.fixtures.formats import dior_rsvg  # only here

    dior_rsvg.make(tmp_path)
    found, _ = examined(tmp_path)
    assert found
    assert {row.against for row in found} <= {Ground.BOXES, Ground.NOTHING}


def test_what_is_no_known_format_is_wrong_use(tmp_path):
    (tmp_path / "x.json").write_text('{"a": 1}')
    with pytest.raises(UsageError, match="is in no format that is known here"):
        examined(tmp_path / "x.json")
    with pytest.raises(UsageError, match="There is no file or folder"):
        examined(tmp_path / "y.json")


def test_a_sentence_is_found_round_its_words():
    text = "One. Two ships, 3.5 m apart! Three"
    assert sentence_at(text, 5, 14) == "Two ships, 3.5 m apart!"
    assert sentence_at(text, 29, 34) == "Three"
    assert sentence_at(text, 0, 0) == text
