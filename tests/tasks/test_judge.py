"""Stage judge: a second model grades what it is shown, and is told nothing of where it comes from."""

import json
import re

import pytest

from prompts import load_prompt
from schemas.errors import OverBudget
from schemas.judge_params import JudgeParams
from schemas.judgement import Grade, JudgedTask
from schemas.mixture import Chosen
from schemas.params import AdaptParams, ServiceParams
from schemas.record import content_id
from schemas.sample import Draft, Sample
from schemas.settings import settings
from schemas.vocabulary import Reason
from tasks._stage import Where, write_part
from tasks.adapt import adapt
from tasks.judge import gather_grades, is_drawn, judge_shard, judge_tile
from tasks.model.engine import close_engines
from tasks.model.serve import Options, served
from tasks.storage.store import Store
from tasks.verify import verify_draft
from tests.tasks._adapting import PHRASINGS
from tests.tasks._teaching import apron, pictured, rejections_of, rows_of, tiles_part
from tests.tasks._tiles import dense_tile, random_tile, tile_of

LABELLED = ("plane", "ship", "bridge", "harbour", "helicopter")
FEW = AdaptParams(
    presence=2, counting=1, comparison=1, position=1, grounding=1, referring=1, region=1,
    absent_class=0, wrong_attribute=1, false_premise=2, unanswerable=0,
)  # fmt: skip
ALL = JudgeParams(kind="openai", model="a-judge", share=1, twins=1)


def samples_of(tile):
    rows = (row for row in adapt(tile, FEW, PHRASINGS) if isinstance(row, Draft))
    found = [verify_draft(row, tile) for row in rows]
    return [row for row in found if isinstance(row, Sample)]


def answer(false=(), **marks):
    grades = {"groundedness": 5, "completeness": 4, "fluency": 5, "usefulness": 3} | marks
    return json.dumps({"false_statements": list(false)} | grades)


class Judge:
    """Says that everything is right; hears what it was shown."""

    def __init__(self, say=lambda text: answer()):
        self.say, self.heard = say, []

    def __call__(self, texts, image, reply, seed):
        self.heard.append((texts, image))
        return self.say(texts[1])


@pytest.fixture
def judge(tmp_path, monkeypatch):
    """Return what lets a judge answer at the endpoint."""
    running = []
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    (tmp_path / "prices.yaml").write_text("a-judge: {input: 2.5, output: 10}")
    monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))

    def start(write):
        server = served(Options(), write)
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


class Made:
    """Parts of two tiles with their samples, of which all or some are published."""

    def __init__(self, root):
        self.root, self.where = root, Where(root=root, shard=0)
        outlines = [apron(), random_tile(3, 12, LABELLED[:3], exhaustive=LABELLED)]
        self.tiles = tiles_part(root, outlines)
        self.samples = [sample for tile in outlines for sample in samples_of(tile)]
        store = Store(root)
        self.validated = write_part("validate", 0, "1" * 20, Sample, store, self.samples)

    def judged(self, params=ALL, chosen=None, service=None):
        rows = [Chosen(id=x.id) for x in (self.samples if chosen is None else chosen)]
        key = content_id([row.id for row in rows])
        part = write_part("mix", 0, key, Chosen, Store(self.root), rows)
        parts = (self.tiles, self.validated, part)
        return judge_shard.fn(self.where, *parts, params, service or ServiceParams())


@pytest.fixture
def made(tmp_path):
    return Made(str(tmp_path / "root"))


def test_each_sample_and_each_twin_is_graded(made, judge):
    heard = Judge()
    judge(heard)
    part = made.judged()
    grades = rows_of(made.root, part, Grade)
    samples = [grade for grade in grades if not grade.is_twin]
    assert part.candidates == part.rows == part.calls == len(heard.heard)
    assert {grade.sample_id for grade in samples} == {sample.id for sample in made.samples}
    assert len(samples) == len(made.samples)
    assert 0.5 * len(samples) < len(grades) - len(samples) <= len(samples)
    assert {grade.rules for grade in grades if grade.is_twin} == {"contradicted"}
    assert {grade.rules for grade in samples} <= {"supported", "unverifiable"}
    assert {grade.judgement.usefulness for grade in grades} == {3}


def test_the_judge_sees_picture_facts_and_words_and_nothing_else(made, judge):
    heard = Judge()
    judge(heard)
    made.judged()
    for texts, image in heard.heard:
        assert image
        user = texts[1]
        text = user.split("=== the text begins ===")[1].split("=== the text ends ===")[0]
        assert "<ref" not in text
        assert not re.search(r"twin|adapted|generated|teacher|supported|verdict|lineage", texts[0] + user)  # fmt: skip
        for sample in made.samples:
            assert sample.id not in user
            assert sample.lineage.prompt_fingerprint not in user


def test_samples_and_twins_come_in_no_fixed_order(made):
    tile = pictured(apron())
    samples = [sample for sample in made.samples if sample.tile_id == tile.id]
    asked = [q.subject for q in judge_tile(tile, samples, load_prompt("judge"), ALL)]
    first = {}
    for judged in asked:
        first.setdefault(judged.sample.id, judged.changed is not None)
    paired = [judged.sample.id for judged in asked if judged.changed is not None]
    assert {first[name] for name in paired} == {True, False}


def test_only_published_samples_that_are_drawn_are_graded(made, judge):
    judge(Judge())
    half = made.samples[::2]
    some = ALL.model_copy(update={"share": 0.5, "twins": 0.0})
    grades = rows_of(made.root, made.judged(some, half), Grade)
    assert {g.sample_id for g in grades} == {s.id for s in half if is_drawn(s.id, some)}
    assert 0 < len(grades) < len(half)


def test_where_nothing_is_drawn_nobody_is_asked(made, judge):
    endpoint = judge(Judge())
    part = made.judged(chosen=[])
    assert (part.candidates, part.rows, endpoint.bill.billed) == (0, 0, 0)


def test_another_seed_draws_others_and_a_smaller_share_a_part_of_them():
    ids = [content_id("sample", n) for n in range(2000)]
    large, small, other = (
        {x for x in ids if is_drawn(x, JudgeParams(kind="openai", model="m", share=share, seed=seed))}
        for share, seed in ((0.2, 0), (0.1, 0), (0.1, 1))
    )  # fmt: skip
    assert small < large
    assert small != other
    assert 0.07 < len(small) / len(ids) < 0.13


@pytest.mark.parametrize(
    "said",
    ["Four stars.", answer(groundedness=6), answer(fluency="good"), '{"groundedness": 5}', "{"],
)
def test_grades_that_cannot_be_read_are_asked_for_once_more_and_then_rejected(made, judge, said):
    heard = Judge(lambda _text: said)
    judge(heard)
    part = made.judged(chosen=made.samples[:2], params=ALL.model_copy(update={"twins": 0.0}))
    assert (part.candidates, part.rows, part.calls) == (2, 0, 4)
    lost = rejections_of(made.root, part)
    assert {(row.stage, row.subject, row.reason) for row in lost} == {
        ("judge", "request", Reason.UNPARSABLE_ANSWER)
    }
    assert {row.payload for row in lost} == {said}


def test_a_second_run_asks_nobody(made, judge):
    judge(Judge())
    first = made.judged()
    rows = rows_of(made.root, first, Grade)
    assert made.judged().made is False
    Store(made.root).delete(first.path)
    again = made.judged()
    assert (again.made, again.calls) == (True, 0)
    assert rows_of(made.root, again, Grade) == rows


def test_a_budget_holds_for_the_judge_too(made, judge):
    endpoint = judge(Judge())
    with pytest.raises(OverBudget, match=r"raise service\.budget"):
        made.judged(service=ServiceParams(budget=0.0001, period="ever", concurrency=1))
    assert endpoint.bill.billed == 0


def test_what_the_judge_notices_stands_in_the_tables_of_the_whole(made, judge):
    texts = {turn.content for sample in made.samples for turn in sample.turns}

    def suspicious(user):
        said = re.findall(r"^Answer: (.*)$", user, re.MULTILINE)
        return answer([text for text in said if text not in texts])

    judge(Judge(suspicious))
    part = made.judged()
    grades, found = gather_grades.fn(made.root, (part,), 0)
    assert rows_of(made.root, grades, Grade) == rows_of(made.root, part, Grade)
    *_, whole = rows_of(made.root, found, JudgedTask)
    assert (whole.blamed, whole.noticed) == (0, whole.twins)
    assert (whole.kappa, whole.precision, whole.recall) == (1.0, 1.0, 1.0)
    assert whole.twins > 5
    again = gather_grades.fn(made.root, (part,), 0)
    assert [one.made for one in again] == [False, False]


def test_of_a_dense_tile_the_facts_are_thinned_to_the_budget():
    tile = pictured(dense_tile(600))
    sample = samples_of(dense_tile(600))[0]
    texts = {}
    for tokens in (1000, 100_000):
        params = ALL.model_copy(update={"request_tokens": tokens, "twins": 0.0})
        (asked,) = judge_tile(tile, [sample], load_prompt("judge"), params)
        texts[tokens] = asked.request.messages[1].text
    assert 10 * len(texts[1000]) < len(texts[100_000])
    assert '"count":586' in texts[1000]


def test_a_tile_without_objects_can_be_judged():
    tile = tile_of([], exhaustive=["ship"])
    (sample, *_) = samples_of(tile)
    (asked, *_) = judge_tile(pictured(tile), [sample], load_prompt("judge"), ALL)
    assert "Question: " in asked.request.messages[1].text


@pytest.mark.parametrize("wrong", [{"share": 0.1}, {"share": 0.1, "kind": "openai", "model": " "}])
def test_the_offline_teacher_is_no_judge(wrong):
    with pytest.raises(ValueError, match=r"the offline teacher grades nothing; .*judge\.model"):
        JudgeParams(**wrong)


def test_there_is_no_judge_unless_one_is_asked_for():
    assert not JudgeParams().is_asked
