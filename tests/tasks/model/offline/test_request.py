import pytest

from tasks.model.offline import write_reply
from tasks.model.offline.request import read_request
from tests.tasks.model.offline.replies import messages
from tests.tasks.model.offline.tiles import scenes, sheet


def test_the_fact_sheet_is_found_in_whichever_message_holds_it():
    facts = sheet(scenes()["one plane"])
    assert read_request(["You write.", *messages(facts), "Thank you."]).sheet == facts


def test_turns_dialogue_and_facts_to_use_first_are_read():
    lines = "Turns: 5\nDialogue: 2 of 3\nUse first: f2 f11\n"
    task = read_request(messages(sheet(scenes()["one plane"]), lines))
    assert (task.turns, task.dialogue, task.dialogues, task.first) == (5, 2, 3, ("f2", "f11"))


def test_a_request_without_facts_is_refused_with_the_reason():
    with pytest.raises(ValueError, match="0 fenced json blocks"):
        write_reply(["Describe this."], None, "Synthesis", 0)


def test_a_request_with_two_fact_sheets_is_refused():
    facts = messages(sheet(scenes()["one plane"]))
    with pytest.raises(ValueError, match="2 fenced json blocks"):
        write_reply([*facts, *facts], None, "Synthesis", 0)


def test_a_broken_fact_sheet_is_refused_with_the_field_named():
    with pytest.raises(ValueError, match="cannot be read: width"):
        write_reply(
            ['```json\n{"height": 3, "north_up": false, "counts": []}\n```'], None, "Synthesis", 0
        )


def test_an_unknown_reply_is_refused_with_the_known_ones_named():
    with pytest.raises(ValueError, match="LocalDescription, Synthesis, Dialogue"):
        write_reply(messages(sheet(scenes()["one plane"])), None, "Poem", 0)
