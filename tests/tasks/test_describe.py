"""Stage describe: every described object is asked about once, answers are kept, failures are said."""

import json
from collections import Counter
from pathlib import Path

import pytest

from prompts import load_prompt, prompt_fingerprint
from schemas.facts import FactSheet
from schemas.params import TeacherParams
from schemas.settings import settings
from schemas.teacher import DescribedObjects, Message
from schemas.vocabulary import Reason
from tasks._stage import Where
from tasks.describe import describe_shard, describe_tile
from tasks.model.answers import open_answers
from tasks.model.serve import serving
from tests.tasks._teaching import (
    all_refs,
    apron,
    pictured,
    rejections_of,
    rows_of,
    tiles_part,
)
from tests.tasks._tiles import dense_tile, random_tile, tile_of
from tests.tasks.model._stand_in import write

PARAMS = TeacherParams()


def described(root: Path, outlines, params: TeacherParams = PARAMS):
    part = tiles_part(str(root), outlines)
    return describe_shard.fn(Where(root=str(root), shard=0), part, params)


@pytest.fixture
def remote(monkeypatch):
    """Point the openai teacher at a URL."""

    def point(url: str) -> TeacherParams:
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        settings.cache_clear()
        return TeacherParams(kind="openai")

    yield point
    monkeypatch.undo()
    settings.cache_clear()


def test_a_tile_gives_a_row_that_speaks_of_every_described_object(tmp_path) -> None:
    part = described(tmp_path, [apron()])
    (row,) = rows_of(str(tmp_path), part, DescribedObjects)
    assert (part.candidates, part.rows, part.calls) == (1, 1, 1)
    assert all_refs(ref for fact in row.reply.facts for ref in fact.ids) == {
        f"o{n}" for n in range(1, 8)
    }
    assert row.exchange.prompt_fingerprint == prompt_fingerprint("describe")
    assert (row.exchange.model, row.exchange.attempts) == ("offline-teacher", 1)


def test_a_tile_without_described_objects_is_no_candidate(tmp_path) -> None:
    part = described(tmp_path, [tile_of([]), apron()])
    assert (part.candidates, part.rows) == (1, 1)


def test_a_second_run_makes_no_call(tmp_path) -> None:
    first = described(tmp_path, [apron(), random_tile(3, 9)])
    assert first.calls == 2
    again = described(tmp_path, [apron(), random_tile(3, 9)])
    assert (again.made, again.calls) == (False, 0)
    (tmp_path / first.path).unlink()
    remade = described(tmp_path, [apron(), random_tile(3, 9)])
    assert (remade.made, remade.calls) == (True, 0)


def test_temperature_and_length_are_the_prompts_unless_given() -> None:
    prompt, tile = load_prompt("describe"), pictured(apron())
    (asked,) = describe_tile(tile, prompt, PARAMS)
    assert (asked.request.temperature, asked.request.max_tokens) == (
        prompt.temperature, prompt.max_tokens,
    )  # fmt: skip
    given = TeacherParams(temperature=0.0, max_tokens=128, model="other", seed=5)
    (asked_so,) = describe_tile(tile, prompt, given)
    request = asked_so.request
    assert (request.temperature, request.max_tokens, request.model, request.seed) == (
        0.0, 128, "other", 5,
    )  # fmt: skip
    assert request.key != asked.request.key


def sheet_in(messages: tuple[Message, ...]) -> FactSheet:
    block = messages[-1].text.split("```json\n")[1].split("\n```")[0]
    return FactSheet.model_validate_json(block)


def test_all_600_objects_of_a_dense_tile_are_in_exactly_one_request() -> None:
    tile = pictured(dense_tile(600))
    questions = list(describe_tile(tile, load_prompt("describe"), PARAMS))
    sheets = [sheet_in(question.request.messages) for question in questions]
    seen = Counter(fact.ref for sheet in sheets for fact in sheet.objects)
    assert seen == Counter(f"o{n}" for n in range(1, 601))
    assert {c.count for c in sheets[-1].counts} == {586, 14}


def test_the_rows_of_a_dense_tile_speak_of_all_its_objects(tmp_path) -> None:
    part = described(tmp_path, [dense_tile(600)])
    rows = rows_of(str(tmp_path), part, DescribedObjects)
    assert part.rejections == 0
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    named = Counter(ref for row in rows for fact in row.reply.facts for ref in all_refs(fact.ids))
    assert named == Counter(f"o{n}" for n in range(1, 601))
    assert {row.exchange.attempts for row in rows} == {1}


def test_a_reply_that_leaves_objects_out_is_asked_for_once_more(tmp_path, remote) -> None:
    heard: list[str] = []

    def lazy(texts, image, reply, seed) -> str:
        heard.append(texts[-1])
        whole = json.loads(write(texts, image, reply, seed))
        return json.dumps({"facts": whole["facts"][:1] if len(heard) == 1 else whole["facts"]})

    with serving(lazy) as url:
        part = described(tmp_path, [apron()], remote(url))
    (row,) = rows_of(str(tmp_path), part, DescribedObjects)
    assert (part.calls, row.exchange.attempts) == (2, 2)
    assert "objects in no entry's ids: o6 o7" in heard[1]


def test_an_unparsable_answer_ends_as_a_rejection_with_the_raw_text(tmp_path, remote) -> None:
    def stubborn(texts, image, reply, seed) -> str:
        return "I see planes."

    with serving(stubborn) as url:
        part = described(tmp_path, [apron()], remote(url))
    (rejected,) = rejections_of(str(tmp_path), part)
    assert (part.candidates, part.rows, part.calls) == (1, 0, 2)
    assert (rejected.reason, rejected.payload) == (Reason.UNPARSABLE_ANSWER, "I see planes.")
    assert rejected.file == "apron.png"
    assert rejected.subject_id in open_answers(str(tmp_path))
