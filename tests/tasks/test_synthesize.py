"""Stage synthesize: one request per tile, with every local fact; nothing is dropped unsaid."""

import pytest

from prompts import load_prompt
from schemas.params import ImageParams, PictureParams, TeacherParams
from schemas.teacher import DescribedObjects, Synthesis, SynthesizedTile
from schemas.vocabulary import Reason
from tasks._stage import Where, write_part
from tasks.describe import describe_shard
from tasks.grounding.references import parse, refs_of
from tasks.model.local_facts import sound_facts
from tasks.storage.store import Store
from tasks.synthesize import synthesize_shard, synthesize_tile
from tests.tasks._teaching import apron, pictured, rejections_of, rows_of, taught, tiles_part
from tests.tasks._tiles import dense_tile, random_tile, tile_of
from tests.tasks.test_describe import sheet_in

PARAMS = TeacherParams()


@pytest.fixture
def root(tmp_path) -> str:
    return str(tmp_path)


def test_a_tile_gives_one_description_that_rests_on_its_local_ones(root) -> None:
    tiles = tiles_part(root, [apron()])
    described, synthesized, _ = taught(root, tiles, PARAMS)
    (row,) = rows_of(root, synthesized, SynthesizedTile)
    local = rows_of(root, described, DescribedObjects)
    assert row.rests_on == tuple(one.exchange.request_key for one in local)
    assert parse(row.reply.description).spans
    assert (synthesized.candidates, synthesized.calls) == (1, 1)


def test_the_request_holds_all_local_facts_counts_and_groups(root) -> None:
    tiles = tiles_part(root, [apron()])
    described = describe_shard.fn(Where(root=root, shard=0), tiles, PARAMS)
    rows = rows_of(root, described, DescribedObjects)
    asked = synthesize_tile(pictured(apron()), rows, load_prompt("synthesize"), PARAMS)
    sheet = sheet_in(asked.request.messages)
    assert [fact.text for fact in sheet.facts] == [text for text, _ in sound_facts(apron(), rows)]
    assert {(c.category, c.count, c.partly_visible) for c in sheet.counts} == {
        ("plane", 5, 1),
        ("ship", 2, 0),
    }
    assert sheet.groups


def test_a_tile_without_objects_is_not_asked_about(root) -> None:
    tiles = tiles_part(root, [tile_of([], name="empty.png"), apron()])
    _, synthesized, _ = taught(root, tiles, PARAMS)
    assert (synthesized.candidates, synthesized.rows) == (1, 1)


def test_a_picture_of_which_nothing_is_labelled_is_described_by_a_teacher_that_sees() -> None:
    remote = TeacherParams(kind="openai", model="some-vision-model")
    empty = pictured(tile_of([], name="bare.png"))
    bare = empty.model_copy(update={"scene": empty.scene.model_copy(update={"bare": True})})
    asked = synthesize_tile(bare, (), load_prompt("synthesize"), remote)
    assert asked.request.image_sha256 == bare.image_sha256
    assert "Nothing is labelled in this picture" in asked.request.messages[-1].text
    assert asked.complaint(Synthesis(description="A field.")) is None
    assert synthesize_tile(empty, (), load_prompt("synthesize"), remote) is None
    blind = remote.model_copy(update={"images": ImageParams(synthesize=PictureParams(send=False))})
    assert synthesize_tile(bare, (), load_prompt("synthesize"), blind) is None


def test_a_tile_without_a_sound_local_fact_is_a_rejection(root) -> None:
    tiles = tiles_part(root, [apron()])
    nothing = write_part("describe", 0, "none", DescribedObjects, Store(root), [])
    synthesized = synthesize_shard.fn(Where(root=root, shard=0), tiles, nothing, PARAMS)
    (rejected,) = rejections_of(root, synthesized)
    assert (rejected.reason, rejected.file) == (Reason.NOTHING_TO_DESCRIBE, "apron.png")
    assert (synthesized.candidates, synthesized.rows) == (1, 0)


def test_the_description_of_a_dense_tile_is_asked_with_every_object_named(root) -> None:
    tiles = tiles_part(root, [dense_tile(600)])
    described = describe_shard.fn(Where(root=root, shard=0), tiles, PARAMS)
    rows = rows_of(root, described, DescribedObjects)
    tile = pictured(dense_tile(600))
    asked = synthesize_tile(tile, rows, load_prompt("synthesize"), PARAMS)
    sheet = sheet_in(asked.request.messages)
    assert {ref for fact in sheet.facts for ref in refs_of(fact.text)} == {
        f"o{n}" for n in range(1, 601)
    }
    synthesized = synthesize_shard.fn(Where(root=root, shard=0), tiles, described, PARAMS)
    (row,) = rows_of(root, synthesized, SynthesizedTile)
    assert refs_of(row.reply.description) == {f"o{n}" for n in range(1, 601)}


def test_a_second_run_makes_no_call(root) -> None:
    tiles = tiles_part(root, [apron(), random_tile(2, 12)])
    first = taught(root, tiles, PARAMS)[1]
    again = taught(root, tiles, PARAMS)[1]
    assert first.calls == 2
    assert (again.made, again.calls) == (False, 0)
