"""The lying teacher: how often it lies, that it is a lie, and that its tags look sound."""

import pytest

from schemas.params import DialogueParams, TeacherParams
from schemas.record import content_id
from schemas.settings import settings
from schemas.teacher import ConversedTile, DescribedObjects, SynthesizedTile
from schemas.tile import Tile
from tasks._stage import write_part
from tasks.grounding.references import parse, refs_of
from tasks.model.serve import Options, served
from tasks.storage.store import Store
from tests.tasks._teaching import rows_of, taught
from tests.truth.fact import Kind
from tests.truth.judging import judge
from tests.truth.lying import Liar
from tests.truth.painted import with_picture
from tests.truth.reading import sentences_of, slots_in
from tests.truth.seeded import seeded_scene
from tests.truth.world import world_of

SEEDS = (811, 812, 813)


def lied(root, monkeypatch, liar, seeds=SEEDS[:1]):
    """Return the tiles and what the liar says of them, asked over HTTP: (tile id, text)."""
    tiles = [with_picture(seeded_scene(seed)) for seed in seeds]
    part = write_part("tile", 0, content_id("lied"), Tile, Store(root), tiles)
    with served(Options(), liar) as endpoint, monkeypatch.context() as patch:
        patch.setenv("OPENAI_BASE_URL", endpoint.url)
        settings.cache_clear()
        parts = taught(root, part, TeacherParams(kind="openai"), DialogueParams())
    settings.cache_clear()
    said = [
        (row.tile_id, text)
        for row in rows_of(root, parts[0], DescribedObjects)
        for fact in row.reply.facts
        for text in (fact.attributes, fact.relations)
    ]
    said += [
        (row.tile_id, row.reply.description) for row in rows_of(root, parts[1], SynthesizedTile)
    ]
    said += [
        (row.tile_id, turn.answer)
        for row in rows_of(root, parts[2], ConversedTile)
        for turn in row.reply.turns
    ]
    return {tile.id: tile for tile in tiles}, said


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    liar = Liar()
    with pytest.MonkeyPatch.context() as monkeypatch:
        return liar, *lied(str(tmp_path_factory.mktemp("told")), monkeypatch, liar, SEEDS)


def test_three_of_ten_sentences_state_one_false_fact(told):
    liar, tiles, said = told
    assert len(liar.lies) / liar.sentences == pytest.approx(0.3, abs=0.04)
    assert len({lie.kind for lie in liar.lies}) >= 6
    assert all(lie.true != lie.false for lie in liar.lies)
    everything = "\n".join(parse(text).plain for _, text in said)
    assert all(lie.false in everything for lie in liar.lies)
    false = 0
    for tile_id, text in said:
        world, read = world_of(tiles[tile_id], tiles[tile_id].image), parse(text)
        for bounds in sentences_of(read):
            verdicts = [judge(slot, world) for slot in slots_in(read, *bounds)]
            assert verdicts.count(False) <= 3
            false += False in verdicts
    assert false == pytest.approx(len(liar.lies), rel=0.1)


def test_its_tags_name_objects_of_the_tile(told):
    _, tiles, said = told
    for tile_id, text in said:
        assert refs_of(text) <= {thing.ref for thing in tiles[tile_id].objects}


def test_the_same_request_gets_the_same_lies_and_another_seed_others(tmp_path, monkeypatch):
    first, again, other = Liar(), Liar(), Liar(seed=1)
    texts = [
        lied(str(tmp_path / name), monkeypatch, liar)[1]
        for name, liar in (("first", first), ("again", again), ("other", other))
    ]
    assert texts[0] == texts[1]
    assert {lie.false for lie in first.lies} == {lie.false for lie in again.lies}
    assert texts[0] != texts[2]


def test_a_liar_that_never_lies_is_the_offline_teacher(tmp_path, monkeypatch):
    liar = Liar(share=0)
    _, said = lied(str(tmp_path), monkeypatch, liar)
    assert said
    assert liar.lies == []


def test_a_denied_class_has_lost_its_tag(tmp_path, monkeypatch):
    liar = Liar(share=1)
    _, said = lied(str(tmp_path), monkeypatch, liar)
    denied = [
        slot for _, text in said for slot in slots_of(parse(text)) if slot.kind is Kind.ABSENCE
    ]
    assert denied
    assert Kind.ABSENCE in {lie.kind for lie in liar.lies}
    assert all(slot.refs == () for slot in denied)


def slots_of(text):
    return [slot for bounds in sentences_of(text) for slot in slots_in(text, *bounds)]
