"""Stage mend: what proves false is asked for once more, once only, and its lineage says so."""

import json
import re
from collections import Counter

import pytest

from schemas.errors import OverBudget
from schemas.params import AdaptParams, DialogueParams, ServiceParams, TeacherParams
from schemas.sample import Draft, Rejection, Sample
from schemas.settings import settings
from schemas.teacher import DescribedObjects, MendedAnswer, SynthesizedTile
from schemas.tile import TileOutline
from schemas.vocabulary import Reason
from tasks._stage import Where
from tasks.adapt import adapt_shard
from tasks.mend import mend_shard
from tasks.model.answers import open_answers
from tasks.model.engine import close_engines
from tasks.model.offline import write_reply
from tasks.model.serve import Faults, Options, served
from tasks.storage.store import Store
from tasks.verify import verify_shard
from tests.tasks._teaching import apron, mended, rejections_of, rows_of, taught, tiles_part

PARAMS = TeacherParams(kind="openai")
AGAIN = "What is false in it:"
LIE = "There is a harbour in this image."  # no edit makes it true, and nothing else is said
FORMS = {"local_description": 1, "detailed_description": 1, "dialogue": 2}


def truth(text: str) -> str:
    return text


def lie(text: str) -> str:
    """Return the reply ``text`` with one fact, the description or all answers made false as a whole.

    Of a single false answer nothing is asked: verification leaves it out, and the rest stands.
    """
    reply = json.loads(text)
    if "description" in reply:
        return json.dumps({"description": LIE})
    for turn in reply.get("turns", ()):
        turn["answer"] = LIE
    for fact in reply.get("facts", ()):
        if fact["ids"] == ["o6"]:
            fact |= {
                "attributes": '<ref ids="o6">The ship</ref> lies in a harbour.',
                "relations": "",
            }
    return json.dumps(reply)


def quay() -> TileOutline:
    """Return the apron, of which it is known that it shows no harbour."""
    tile = apron()
    scene = tile.scene.model_copy(update={"exhaustive": ("harbour", "plane", "ship")})
    return tile.model_copy(update={"scene": scene})


class Teller:
    """The offline teacher that lies at first; ``again`` turns what it says when asked once more."""

    def __init__(self, again=truth):
        self.again, self.heard = again, []

    def __call__(self, texts, image, reply, seed):
        text = write_reply(texts, image, reply, seed)
        if AGAIN not in texts[1]:
            return lie(text)
        self.heard.append((reply, "\n".join(texts)))
        return self.again(text)


@pytest.fixture
def root(tmp_path) -> str:
    return str(tmp_path / "root")


@pytest.fixture
def teller(tmp_path, monkeypatch):
    """Return what answers at the endpoint, with faults and prices where they are wanted."""
    running = []
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    (tmp_path / "prices.yaml").write_text("offline-teacher: {input: 2.5, output: 10}")
    monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))

    def start(write, faults=None):
        server = served(Options(faults=faults or Faults()), write)
        endpoint = server.__enter__()
        running.append(server)
        monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
        close_engines()
        settings.cache_clear()
        return endpoint

    yield start
    close_engines()
    for server in running:
        server.__exit__(None, None, None)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def lied(root, teller):
    """The tile part and what a lying teacher wrote of it."""
    teller(Teller())
    tiles = tiles_part(root, [quay()])
    return tiles, taught(root, tiles, PARAMS)


def verified(root, tiles, written, again):
    where = Where(root=root, shard=0)
    adapted = adapt_shard.fn(where, tiles, AdaptParams())
    return verify_shard.fn(where, tiles, adapted, *written, again)


def taught_rows(root, part):
    """Return the samples and rejections of ``part`` that rest on the teacher's text."""
    kept = [row for row in rows_of(root, part, Sample) if row.lineage.model]
    lost = [Draft.model_validate_json(row.payload) for row in rejections_of(root, part)]
    return kept, [draft for draft in lost if draft.lineage.model]


def test_a_lie_is_told_once_and_the_truth_takes_its_place(root, teller, lied):
    tiles, written = lied
    teller(Teller())
    again = mended(root, tiles, written, PARAMS)
    assert (again.candidates, again.rows, again.calls) == (4, 4, 4)
    part = verified(root, tiles, written, again)
    kept, lost = taught_rows(root, part)
    assert not lost
    changed = [row for row in kept if row.lineage.repairs]
    assert Counter(row.lineage.form for row in changed) == FORMS
    assert part.candidates == part.rows + part.rejections
    assert all("a harbour" not in turn.content for row in kept for turn in row.turns[1::2])


def test_the_lineage_says_what_was_false_why_and_who_was_asked(root, teller, lied):
    tiles, written = lied
    teller(Teller())
    again = mended(root, tiles, written, PARAMS)
    kept, _ = taught_rows(root, verified(root, tiles, written, again))
    (row,) = [x for x in kept if x.lineage.form == "detailed_description"]
    (first,) = rows_of(root, written[1], SynthesizedTile)
    lineage = row.lineage
    (repair,) = lineage.repairs
    assert (lineage.stage, lineage.prompt) == ("mend", "mend")
    assert lineage.request_key in open_answers(root)
    assert lineage.rests_on == (first.exchange.request_key, *first.rests_on)
    assert (repair.turn, repair.how) == (1, "asked_again")
    assert (repair.before, repair.after) == (LIE, row.turns[1].content)
    assert "five planes" in repair.after
    assert "harbour" in repair.because


def test_in_a_conversation_the_false_turns_are_named(root, teller, lied):
    tiles, written = lied
    teller(Teller())
    again = mended(root, tiles, written, PARAMS)
    kept, _ = taught_rows(root, verified(root, tiles, written, again))
    repairs = [x.lineage.repairs for x in kept if x.lineage.form == "dialogue"]
    false = [(turn, LIE) for turn in (1, 3, 5, 7)]
    assert [[(one.turn, one.before) for one in some] for some in repairs] == [false] * 2


def test_of_local_facts_the_true_ones_stay_as_they_were(root, teller, lied):
    tiles, written = lied
    teller(Teller())
    again = mended(root, tiles, written, PARAMS)
    kept, _ = taught_rows(root, verified(root, tiles, written, again))
    (row,) = rows_of(root, written[0], DescribedObjects)
    local = {x.lineage.spans[0].refs[0]: x for x in kept if x.lineage.form == "local_description"}
    keys = {ref: x.lineage.request_key for ref, x in local.items()}
    assert keys.pop("o6") != row.exchange.request_key
    assert set(keys.values()) == {row.exchange.request_key}
    assert "A grey ship" in local["o6"].turns[1].content
    assert "box [140, 435, 260, 465]" in local["o6"].turns[0].content


def test_what_is_asked_shows_the_text_what_is_false_and_why(root, teller, lied):
    tiles, written = lied
    endpoint = Teller()
    teller(endpoint)
    mended(root, tiles, written, PARAMS)
    by_reply = dict(endpoint.heard)
    local, whole = by_reply["LocalDescription"], by_reply["Synthesis"]
    assert 'ids: o6\nattributes: <ref ids="o6">The ship</ref> lies in a harbour.' in local
    assert re.search(r"^- “[^”]*harbour[^”]*” \(\w+\): .*harbour", local, re.MULTILINE)
    assert "ids: o1\n" not in local
    assert f"What was written:\n\n{LIE}\n" in whole
    assert "lies in a harbour" not in whole  # the false fact is not woven in again
    assert "Turns: 4" in by_reply["Dialogue"].splitlines()
    assert "Answer 3: " in by_reply["Dialogue"]


def test_a_lie_told_twice_is_a_rejection_that_keeps_both_texts(root, teller, lied):
    tiles, written = lied
    teller(Teller(lie))
    again = mended(root, tiles, written, PARAMS)
    assert (again.rows, again.calls) == (4, 4)
    part = verified(root, tiles, written, again)
    _, lost = taught_rows(root, part)
    assert Counter(draft.lineage.form for draft in lost) == FORMS
    assert all(draft.lineage.repairs and draft.lineage.stage == "mend" for draft in lost)
    assert any(row.reason.startswith("wrong_") for row in rejections_of(root, part))


@pytest.mark.parametrize(
    ("fault", "reason", "calls"),
    [("refusal", Reason.REFUSED, 1), ("length", Reason.CUT_OFF, 2), ("prose", Reason.UNPARSABLE_ANSWER, 2)],
)  # fmt: skip
def test_a_request_that_gives_nothing_is_a_rejection_and_the_first_text_is_judged(
    root, teller, lied, fault, reason, calls
):
    tiles, written = lied
    teller(Teller(), Faults(**{fault: 1.0}))
    again = mended(root, tiles, written, PARAMS)
    assert (again.candidates, again.rows, again.calls) == (4, 0, 4 * calls)
    assert {(row.stage, row.subject, row.reason) for row in rejections_of(root, again)} == {
        ("mend", "request", reason)
    }
    _, lost = taught_rows(root, verified(root, tiles, written, again))
    assert len(lost) == 4
    assert not any(draft.lineage.repairs for draft in lost)


def test_an_entry_about_other_objects_is_asked_for_again_and_then_left_out(root, teller, lied):
    tiles, written = lied

    def elsewhere(text):
        return text.replace('"ids":["o6"]', '"ids":["o6","o7"]')

    teller(Teller(elsewhere))
    again = mended(root, tiles, written, PARAMS)
    assert again.calls == 5
    local = next(x for x in rows_of(root, again, MendedAnswer) if x.local)
    assert local.exchange.attempts == 2
    _, lost = taught_rows(root, verified(root, tiles, written, again))
    (draft,) = lost
    assert (draft.lineage.stage, draft.lineage.repairs) == ("describe", ())


def test_a_shorter_conversation_is_asked_for_again(root, teller, lied):
    tiles, written = lied

    def shorter(text):
        reply = json.loads(text)
        return json.dumps({"turns": reply["turns"][:2]}) if "turns" in reply else text

    endpoint = Teller(shorter)
    teller(endpoint)
    assert mended(root, tiles, written, PARAMS).calls == 6
    assert any("turns: there are 2, not 4" in text for _, text in endpoint.heard)


def test_a_rerun_finds_the_answers(root, teller, lied, tmp_path):
    tiles, written = lied
    teller(Teller())
    first = mended(root, tiles, written, PARAMS)
    assert mended(root, tiles, written, PARAMS).made is False
    rows = rows_of(root, first, MendedAnswer)
    Store(root).delete(first.path)
    again = mended(root, tiles, written, PARAMS)
    assert (again.made, again.calls) == (True, 0)
    assert rows_of(root, again, MendedAnswer) == rows


def test_over_the_budget_the_shard_fails_and_more_money_pays_for_the_rest(root, teller, lied):
    tiles, written = lied
    where = Where(root=root, shard=0)
    endpoint = teller(Teller())
    poor = ServiceParams(budget=0.0001, period="ever", concurrency=1)
    with pytest.raises(OverBudget, match=r"raise service\.budget"):
        mend_shard.fn(where, tiles, *written, PARAMS, DialogueParams(), poor)
    assert endpoint.bill.billed == 0
    rich = ServiceParams(budget=10, period="ever", concurrency=1)
    part = mend_shard.fn(where, tiles, *written, PARAMS, DialogueParams(), rich)
    assert (part.rows, endpoint.bill.billed) == (4, 4)


def test_the_offline_teacher_writes_from_the_facts_again(root, lied):
    tiles, written = lied
    again = mended(root, tiles, written, TeacherParams())
    assert (again.rows, again.calls) == (4, 4)
    kept, lost = taught_rows(root, verified(root, tiles, written, again))
    assert not lost
    assert sum(bool(row.lineage.repairs) for row in kept) == 4


def test_nothing_is_asked_where_nothing_is_false(root, teller):
    tiles = tiles_part(root, [quay()])
    endpoint = teller(write_reply)
    written = taught(root, tiles, PARAMS)
    billed = endpoint.bill.billed
    again = mended(root, tiles, written, PARAMS)
    assert (again.candidates, again.rows, again.calls) == (0, 0, 0)
    assert endpoint.bill.billed == billed
    assert Store(root).exists(again.path)


def test_every_rejection_of_mend_names_its_tile(root, teller, lied):
    tiles, written = lied
    teller(Teller(), Faults(refusal=1.0))
    for row in rejections_of(root, mended(root, tiles, written, PARAMS)):
        assert isinstance(row, Rejection)
        assert row.file == "apron.png"
        assert row.subject_id in open_answers(root)
