"""What descriptions and dialogues are woven of: local facts that labels do not contradict."""

from hypothesis import given, settings
from hypothesis import strategies as st

from prompts import load_prompt
from schemas.params import DialogueParams, TeacherParams
from schemas.teacher import DescribedObjects, Exchange, LocalDescription, LocalFact
from schemas.vocabulary import Reason
from tasks.converse import converse_tile
from tasks.model.true_facts import true_facts
from tasks.synthesize import synthesize_tile
from tests.tasks._teaching import pictured
from tests.tasks.test_describe import sheet_in
from tests.tasks.test_mend import quay

TILE = pictured(quay())
EXCHANGE = Exchange(
    request_key="k" * 20, prompt="describe", prompt_fingerprint="f" * 20, model="some-model",
    temperature=0.2, max_tokens=400, seed=7,
)  # fmt: skip
TRUE = '<ref ids="o1-o5">Five planes</ref> are in the upper half of the image.'
SHIP = '<ref ids="o6">A ship</ref> is in the lower left of the image.'
WRONG_NUMBER = '<ref ids="o1-o5">Nine planes</ref> are in the upper half of the image.'
NO_HARBOUR = '<ref ids="o6">The ship</ref> lies in a harbour.'  # no edit makes it true


def rows(*texts):
    facts = tuple(LocalFact(ids=("o1",), attributes=text, relations="") for text in texts)
    reply = LocalDescription(facts=facts)
    return [DescribedObjects(tile_id=TILE.id, number=1, reply=reply, exchange=EXCHANGE)]


def test_true_facts_stay_as_they_are():
    assert [fact.text for fact in true_facts(TILE, rows(TRUE, SHIP))] == [TRUE, SHIP]


def test_a_false_fact_is_mended_where_that_is_certain():
    (fact,) = true_facts(TILE, rows(WRONG_NUMBER))
    assert fact.text == TRUE


def test_a_false_fact_that_cannot_be_mended_reaches_no_prompt():
    params, written = TeacherParams(), rows(TRUE, NO_HARBOUR, SHIP)
    whole = synthesize_tile(TILE, written, load_prompt("synthesize"), params)
    (talk,) = converse_tile(
        TILE, written, None, load_prompt("converse"), params, DialogueParams(per_tile=1)
    )
    for asked in (whole, talk):
        sheet = sheet_in(asked.request.messages)
        assert [(fact.id, fact.text) for fact in sheet.facts] == [("f1", TRUE), ("f2", SHIP)]


def test_where_all_is_false_there_is_nothing_to_weave():
    lost = synthesize_tile(TILE, rows(NO_HARBOUR), load_prompt("synthesize"), TeacherParams())
    assert lost.reason is Reason.NOTHING_TO_DESCRIBE


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([TRUE, SHIP, WRONG_NUMBER, NO_HARBOUR, "no tags", "<ref"])))
def test_what_is_left_is_true_and_closely_numbered(texts):
    found = true_facts(TILE, rows(*texts))
    assert {fact.text for fact in found} <= {TRUE, SHIP}
    assert [fact.id for fact in found] == [f"f{n}" for n in range(1, len(found) + 1)]
    assert len(found) == sum(text in {TRUE, SHIP, WRONG_NUMBER} for text in texts)
