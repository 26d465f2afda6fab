"""Stage converse: dialogues that draw on different facts, the same in process and over HTTP."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts import load_prompt
from schemas.facts import LocalFactText
from schemas.params import DialogueParams, TeacherParams
from schemas.settings import settings
from schemas.teacher import ConversedTile, DescribedObjects, Spent, SynthesizedTile
from tasks._stage import Where
from tasks.converse import FACTS_EACH, converse_tile, divided
from tasks.describe import describe_shard
from tasks.model.serve import serving
from tests.tasks._teaching import apron, pictured, rows_of, taught, tiles_part
from tests.tasks._tiles import dense_tile, random_tile, tile_of

PARAMS = TeacherParams()


@pytest.fixture
def root(tmp_path) -> str:
    return str(tmp_path)


def facts(count: int) -> tuple[LocalFactText, ...]:
    return tuple(LocalFactText(id=f"f{n}", text=f"fact {n}") for n in range(1, count + 1))


@given(count=st.integers(0, 60), dialogues=st.integers(0, 20))
def test_shares_cover_the_facts_and_do_not_overlap(count: int, dialogues: int) -> None:
    shares = divided(facts(count), dialogues)
    dealt = [fact for share in shares for fact in share]
    assert len(shares) <= dialogues
    assert sorted(dealt, key=lambda f: int(f.id[1:])) == list(facts(count) if dialogues else ())
    assert len(shares) <= 1 or min(map(len, shares)) >= FACTS_EACH


def test_dialogues_have_the_turns_asked_for_and_rest_on_known_numbers(root) -> None:
    tiles = tiles_part(root, [random_tile(4, 30)])
    described, synthesized, conversed = taught(root, tiles, PARAMS, DialogueParams(turns=4))
    rows = rows_of(root, conversed, ConversedTile)
    assert [row.number for row in rows] == [1, 2]
    assert all(len(row.reply.turns) == 4 for row in rows)
    keys = [one.exchange.request_key for one in rows_of(root, described, DescribedObjects)]
    keys += [one.exchange.request_key for one in rows_of(root, synthesized, SynthesizedTile)]
    assert all(row.rests_on == tuple(keys) for row in rows)


def test_each_dialogue_is_told_which_facts_to_use_first(root) -> None:
    tile = random_tile(4, 30)
    described = describe_shard.fn(Where(root=root, shard=0), tiles_part(root, [tile]), PARAMS)
    rows = rows_of(root, described, DescribedObjects)
    asked = converse_tile(
        pictured(tile), rows, None, load_prompt("converse"), PARAMS, DialogueParams(per_tile=3)
    )
    texts = [question.request.messages[1].text for question in asked]
    lines = [line for text in texts for line in text.splitlines() if line.startswith("Use first")]
    named = [word for line in lines for word in line.split(": ")[1].split()]
    assert len(lines) == 3
    assert len(named) == len(set(named)) == sum(len(row.reply.facts) for row in rows)
    assert "Dialogue: 3 of 3" in texts[2]
    assert "was described so" not in texts[0]


def test_a_tile_without_facts_is_no_candidate(root) -> None:
    _, _, conversed = taught(root, tiles_part(root, [tile_of([])]), PARAMS)
    assert conversed.candidates == 0


def test_no_dialogues_are_written_where_none_are_wanted(root) -> None:
    dialogue = DialogueParams(per_tile=0)
    _, _, conversed = taught(root, tiles_part(root, [apron()]), PARAMS, dialogue)
    assert conversed.candidates == 0


def test_a_second_run_makes_no_call(root) -> None:
    tiles = tiles_part(root, [apron()])
    first = taught(root, tiles, PARAMS)[2]
    again = taught(root, tiles, PARAMS)[2]
    assert first.calls > 0
    assert (again.made, again.calls) == (False, 0)


@pytest.mark.parametrize("refuse", [False, True])
def test_over_http_every_row_is_the_same_as_in_process(tmp_path, monkeypatch, refuse) -> None:
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    outlines = [apron(), random_tile(7, 40), dense_tile(200), tile_of([])]
    local = taught(here, tiles_part(here, outlines), PARAMS)
    with serving(refuse_response_format=refuse) as url, monkeypatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", url)
        settings.cache_clear()
        remote = taught(there, tiles_part(there, outlines), TeacherParams(kind="openai"))
    settings.cache_clear()
    for one, other, model in zip(
        local, remote, (DescribedObjects, SynthesizedTile, ConversedTile), strict=True
    ):
        assert without_tokens(rows_of(here, one, model)) == without_tokens(
            rows_of(there, other, model)
        )
        assert one.calls == other.calls > 0


def without_tokens(rows: list) -> list:
    """Return ``rows`` less what asking over HTTP adds: the schema's tokens, the picture's, time."""
    nothing = {name: field.default for name, field in Spent.model_fields.items()}
    return [
        row.model_copy(update={"exchange": row.exchange.model_copy(update=nothing)}) for row in rows
    ]
