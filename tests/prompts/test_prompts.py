"""The prompts that ship: complete, honest about what is not known, and unchanged unless meant."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from prompts import load_phrasings, load_prompt
from schemas.facts import CountFact, FactSheet, GroupFact, LocalFactText, ObjectFact, RelationFact
from schemas.teacher import Message
from schemas.turn import Turn

GOLDEN = Path(__file__).parents[1] / "golden" / "prompts"
NAMES = ["describe", "synthesize", "converse"]
MENDED = ["LocalDescription", "Synthesis", "Dialogue"]
FACT = '<ref ids="o1">A white plane</ref> stands left of <ref ids="o2">another</ref>.'


def plane(ref: str, x: float) -> ObjectFact:
    return ObjectFact(
        ref=ref,
        category="plane",
        box=(x, 10, x + 60, 32),
        polygon=((x, 10), (x + 60, 10), (x + 60, 32), (x, 32)),
        cell="upper left",
        length=60,
        width=22,
        length_m=18,
        width_m=6.6,
        angle=0,
        truncated=False,
    )


def sheet(*, gsd: float | None = 0.3, north_up: bool = False, facts: bool = True) -> FactSheet:
    return FactSheet(
        width=600,
        height=400,
        gsd=gsd,
        north_up=north_up,
        counts=(CountFact(category="plane", count=2, partly_visible=1, exhaustive=True),),
        objects=(plane("o1", 20), plane("o2", 120)),
        groups=(
            GroupFact(
                kind="cell",
                category="plane",
                refs=("o1", "o2"),
                cell="upper left",
                box=(20, 10, 180, 32),
            ),
        ),
        relations=(
            RelationFact(subject="o1", relation="left_of", object="o2", margin=40, margin_m=12),
        ),
        facts=(LocalFactText(id="f1", text=FACT),) if facts else (),
    )


def variables(shown: FactSheet) -> dict[str, object]:
    return {
        "sheet": shown,
        "turns": 4,
        "number": 2,
        "dialogues": 3,
        "first": ["f1"],
        "description": FACT,
    }


def rendered(name: str, shown: FactSheet) -> str:
    return in_sections(load_prompt(name).render(variables(shown)))


def mending(reply: str) -> dict[str, object]:
    course = {"turns": 4, "number": 2, "dialogues": 3, "first": ["f1"]}
    false = {"claim": "three planes", "kind": "count", "evidence": "2 objects: o1 o2"}
    return {
        "sheet": sheet(),
        "reply": reply,
        "written": FACT,
        "wrong": [false],
        "course": course if reply == "Dialogue" else None,
    }


def in_sections(messages: Iterable[Message]) -> str:
    return "".join(f"=== {message.role} ===\n{message.text}\n" for message in messages)


@pytest.mark.parametrize("name", NAMES)
def test_golden_prompt(name: str) -> None:
    compare(name, rendered(name, sheet(facts=name != "describe")))


@pytest.mark.parametrize("reply", MENDED)
def test_golden_prompt_of_mend(reply: str) -> None:
    messages = load_prompt("mend").asked_for(reply).render(mending(reply))
    compare(f"mend-{reply}", in_sections(messages))
    assert "- “three planes” (count): 2 objects: o1 o2\n" in messages[1].text
    assert messages[1].text.count("```") == 2


def test_golden_prompt_of_judge() -> None:
    turns = (Turn(role="user", content="How many?"), Turn(role="assistant", content="Two planes."))
    messages = load_prompt("judge").render({"sheet": sheet(facts=False), "turns": turns})
    compare("judge", in_sections(messages))
    assert "Question: How many?\nAnswer: Two planes.\n" in messages[1].text


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REMAKE_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), "make golden remakes it; review the diff"


@pytest.mark.parametrize("name", NAMES)
def test_the_user_message_holds_the_fact_sheet_as_its_only_fence(name: str) -> None:
    shown = sheet()
    system, user = load_prompt(name).render(variables(shown))
    (block,) = re.findall(r"```json\n(.*?)\n```", user.text, re.DOTALL)
    assert FactSheet.model_validate_json(block) == shown
    assert user.text.count("```") == 2
    assert "```" not in system.text


def test_a_conversation_states_turns_number_and_facts_on_lines_of_their_own() -> None:
    lines = load_prompt("converse").render(variables(sheet()))[1].text.splitlines()
    assert {"Turns: 4", "Dialogue: 2 of 3", "Use first: f1"} <= set(lines)


def test_north_and_metres_are_only_spoken_of_where_they_are_known() -> None:
    known = rendered("describe", sheet(north_up=True))
    unknown = rendered("describe", sheet(gsd=None))
    assert "The upper edge of the picture is north." in known
    assert "there are no metres" in unknown
    assert "no compass words" in unknown
    assert "and in metres" not in unknown


@pytest.mark.parametrize("name", NAMES)
def test_every_system_message_states_the_shared_rules(name: str) -> None:
    system = load_prompt(name).render(variables(sheet()))[0].text
    assert '<ref ids="o1-o3 o7">' in system
    assert "Counts are given" in system
    assert "Never mention annotations" in system


@pytest.mark.parametrize("name", ["detailed_description", "local_description"])
def test_generated_forms_have_ten_different_instructions(name: str) -> None:
    phrasings = load_phrasings(name)
    lines = phrasings.lists["instructions"]
    assert len(set(lines)) == len(lines) >= 10
    target = {"target": "the ship in the upper left"}
    assert phrasings.draw("instructions", "x", target)[-1] in ".?"
