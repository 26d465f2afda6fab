"""Plans: what a build would ask, told without asking."""

import json
from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.judge_params import JudgeParams
from schemas.params import (
    BuildParams,
    ImageParams,
    PictureParams,
    ServiceParams,
    SourceSpec,
    TeacherParams,
)
from schemas.settings import settings
from schemas.teacher import Answer, ModelRequest
from tasks._stage import Where
from tasks.describe import describe_shard
from tasks.model.answers import open_answers
from tasks.model.engine.tokens import estimated_tokens
from tasks.plan import plan_build, plan_teacher, tiled
from tasks.planning.lengths import JUDGEMENT, Lengths
from tests.bench.bench_plan import compared, write_scenes

TILES = 20


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path):
    """No server is there: whoever asked would fail."""
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    (tmp_path / "prices.yaml").write_text("gpt-4o: {input: 2.5, output: 10}")
    monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    found = tmp_path_factory.mktemp("plan")
    write_scenes(found / "scenes", TILES)
    return found


@pytest.fixture(scope="module")
def tiles(folder):
    """The tile parts in the root that all plans here share."""
    return tiled(str(folder / "root"), _params(folder))


@pytest.fixture
def plan(folder, tiles):
    """Return what plans the build of the scenes under other teacher or service parameters."""

    def made(sample=4, teacher=None, **service):
        params = _params(folder, teacher, **service)
        return plan_teacher(str(folder / "root"), params, tiles, sample)

    return made


def _params(folder: Path, teacher=None, **service) -> BuildParams:
    return BuildParams(
        sources=(SourceSpec(name="dota", path=str(folder / "scenes")),),
        teacher=TeacherParams(**{"kind": "openai", "model": "gpt-4o"} | (teacher or {})),
        service=ServiceParams(**service),
        shards=4,
    )


def test_where_every_tile_was_looked_at_the_plan_is_what_the_build_takes(tmp_path, monkeypatch):
    from tasks.model.serve import serving

    write_scenes(tmp_path / "scenes", TILES)
    monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", "sk-test")
    with serving() as url:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", url)
        settings.cache_clear()
        found = compared(tmp_path, sample=TILES)
    # The endpoint counts no reply schema in its prompts; providers do, and so does the plan.
    ratio = found["ratio"]
    assert (ratio["requests"], ratio["completion_tokens"]) == (1.0, 1.0)
    assert 0.98 < ratio["prompt_tokens"] < 1.06
    assert 0.98 < ratio["cost"] < 1.06
    assert set(found["plus_minus"].values()) == {0.0}


@pytest.mark.slow
def test_from_half_of_the_tiles_the_whole_lies_within_the_error(plan):
    whole, half = plan(TILES), plan(9)
    assert (whole.sampled, half.sampled) == (18, 9)
    for name in ("requests", "text_tokens", "image_tokens", "output_tokens", "cost"):
        true, guess = getattr(whole.all, name), getattr(half.all, name)
        assert true.plus_minus == 0
        assert abs(guess.total - true.total) <= max(guess.plus_minus, 0.1 * true.total)
    assert half.all.text_tokens.plus_minus > 0


def test_nobody_is_asked_and_the_build_finds_the_tiles(tmp_path, folder):
    root, params = str(tmp_path / "root"), _params(folder)
    plan_build(root, params, 4)
    assert len(open_answers(root)) == 0
    assert {path.name for path in (tmp_path / "root/stages").iterdir()} == {
        "scan", "look", "ingest", "identify", "links", "tile",
    }  # fmt: skip
    assert not any(part.made for part in tiled(root, params))


def test_what_is_answered_already_is_counted_and_costs_nothing_more(tmp_path, folder):
    root, params = (
        str(tmp_path / "root"),
        _params(folder, {"kind": "offline", "model": "offline-teacher"}),
    )
    parts = tiled(root, params)
    before = plan_teacher(root, params, parts, TILES)
    for part in parts:
        describe_shard.fn(Where(root=root, shard=part.shard), part, params.teacher)
    after = plan_teacher(root, params, parts, TILES)
    describe, synthesize, _ = after.rows
    assert describe.stored == describe.requests == before.rows[0].requests
    assert (describe.text_tokens.total, describe.output_tokens.total) == (0, 0)
    assert synthesize == before.rows[1]
    assert after.all.asked == before.all.asked - describe.requests.total


def test_answers_of_the_model_tell_how_long_others_will_be(tmp_path, folder):
    root, params = str(tmp_path / "root"), _params(folder)
    parts = tiled(root, params)
    before = plan_teacher(root, params, parts, 6)
    assert before.rows[0].answers == 0
    assert any("too few answers of gpt-4o are stored" in remark for remark in before.remarks)
    answers = open_answers(root)
    sheet = {"width": 64, "height": 64, "north_up": False, "counts": [], "objects": [
        {"ref": "o1", "category": "ship", "box": [1, 1, 9, 9], "length": 8, "width": 8,
         "polygon": [[1, 1], [9, 1], [9, 9]], "cell": "upper left", "truncated": False}]}  # fmt: skip
    for seed in range(30):
        request = _stored(sheet, seed)
        answers.put(request, Answer(
            key=request.key, model="gpt-4o-2024", text="{}", finish_reason="stop",
            completion_tokens=400, prompt_tokens=200, latency=5.0,
        ))  # fmt: skip
    after = plan_teacher(root, params, parts, 6)
    assert after.rows[0].answers == 30
    assert after.rows[0].output_tokens.total > 2 * before.rows[0].output_tokens.total
    assert after.rows[2].output_tokens == before.rows[2].output_tokens
    answers.close()


def _stored(sheet, seed) -> ModelRequest:
    text = f"```json\n{json.dumps(sheet)}\n```"
    return ModelRequest(
        purpose="describe", prompt_fingerprint="f", model="gpt-4o", reply="LocalDescription",
        messages=({"role": "user", "text": text},), temperature=0.2, max_tokens=4000, seed=seed,
    )  # fmt: skip


def test_smaller_pictures_and_none_cost_less_and_leave_the_rest_as_it_is(plan):
    def told(**picture):
        params = PictureParams(**picture)
        images = ImageParams(describe=params, synthesize=params, converse=params)
        return plan(4, {"images": images}).all

    full, low, none = told(), told(detail="low"), told(send=False)
    assert full.image_tokens.total > low.image_tokens.total > none.image_tokens.total == 0
    assert full.text_tokens.total == low.text_tokens.total
    assert full.cost.total > low.cost.total > none.cost.total


@pytest.mark.slow
def test_the_time_is_that_of_the_narrowest_limit(plan):
    free, narrow = plan(concurrency=8), plan(concurrency=8, requests_per_minute=2)
    assert free.bound_by == "8 requests in flight"
    assert plan(concurrency=16).seconds.total == pytest.approx(free.seconds.total / 2)
    assert narrow.bound_by == "2 requests a minute"
    assert narrow.seconds.total == pytest.approx(30 * narrow.all.requests.total)
    by_tokens = plan(tokens_per_minute=1000)
    assert by_tokens.bound_by == "1,000 tokens a minute"
    assert by_tokens.seconds.total > narrow.seconds.total


def test_batches_cost_less_and_are_answered_within_a_day_each(plan):
    sync, batch = plan(), plan(mode="batch")
    assert batch.mode == plan(mode="auto", deadline=24).mode == "batch"
    assert plan(mode="auto", deadline=23).mode == "sync"
    assert batch.all.cost.total == pytest.approx(sync.all.cost.total / 2)
    assert batch.seconds is None


def test_a_model_without_a_price_is_planned_in_tokens_and_a_price_is_asked_for(plan):
    found = plan(4, {"model": "house-model"})
    assert found.all.cost is None
    assert found.all.text_tokens.total > 0
    assert any("RS_GPT4V_PRICES" in remark for remark in found.remarks)
    assert not found.over_budget


def test_a_budget_without_a_price_is_wrong_use(plan):
    with pytest.raises(UsageError, match="No price is known for house-model"):
        plan(4, {"model": "house-model"}, budget=1)


def test_a_budget_that_is_too_small_even_for_the_lower_end_is_exceeded(plan):
    cost = plan(9).all.cost
    assert plan(9, budget=0.9 * cost.low).over_budget
    assert not plan(9, budget=cost.total).over_budget
    assert plan(9, budget=cost.total).budget_left == pytest.approx(cost.total)


def test_tiles_without_objects_need_nothing(tmp_path):
    write_scenes(tmp_path / "scenes", 8)
    for path in (tmp_path / "scenes/labelTxt").iterdir():
        path.write_text("imagesource:noise\ngsd:0.3\n")
    found = plan_build(str(tmp_path / "root"), _params(tmp_path))
    assert (found.tiles, found.empty, found.sampled) == (8, 8, 0)
    assert (found.all.requests.total, found.all.cost.total) == (0, 0)


def test_one_tile_is_too_few_to_state_an_error(plan):
    with pytest.raises(UsageError, match="from 2 tiles on"):
        plan(1)


def test_what_may_have_to_be_mended_is_said_and_not_counted(plan):
    found = plan(4)
    assert found.mend.requests == found.all.requests
    assert found.mend.output_tokens.total == pytest.approx(found.all.output_tokens.total)
    assert found.mend.cost.total > found.all.cost.total / 2
    (said,) = (remark for remark in found.remarks if "(mend)" in remark)
    assert f"{found.mend.requests.total:,.0f} requests, US$ {found.mend.cost.total:,.2f} at most" in said  # fmt: skip


def test_the_judge_is_planned_with_its_own_price(folder, tiles, tmp_path, monkeypatch):
    (tmp_path / "prices.yaml").write_text(
        "{gpt-4o: {input: 2.5, output: 10}, a-judge: {input: 1, output: 1}}"
    )
    judge = JudgeParams(kind="openai", model="a-judge", share=0.5, twins=0.5)
    params = _params(folder).model_copy(update={"judge": judge})
    found = plan_teacher(str(folder / "root"), params, tiles, 4)
    *_, row = found.rows
    assert row.prompt == "judge"
    assert row.requests.total > 20
    assert found.all.requests.total == sum(one.requests.total for one in found.rows)
    tokens = row.text_tokens.total + row.image_tokens.total + row.output_tokens.total
    assert row.cost.total == pytest.approx(tokens / 1e6)
    assert any("a-judge, grades 50 % of the samples" in remark for remark in found.remarks)


def test_a_judge_beside_the_offline_teacher_is_what_is_waited_for(folder, tiles):
    judge = JudgeParams(kind="openai", model="gpt-4o", share=0.5)
    offline = {"kind": "offline", "model": "offline-teacher"}
    params = _params(folder, offline, concurrency=1).model_copy(update={"judge": judge})
    found = plan_teacher(str(folder / "root"), params, tiles, 4)
    assert found.bound_by == "1 requests in flight"
    each = Lengths().latency(estimated_tokens(JUDGEMENT))
    assert found.seconds.total == pytest.approx(found.rows[-1].requests.total * each)
    assert found.all.cost == found.rows[-1].cost
