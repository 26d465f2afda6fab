"""Local facts are numbered in order and fitted to a budget without losing an object."""

import pytest

from schemas.errors import AccountingError
from schemas.facts import LocalFactText
from schemas.teacher import DescribedObjects, Exchange, LocalDescription, LocalFact
from tasks.grounding.references import expand, refs_of, tag
from tasks.model.batches import sheet_tokens
from tasks.model.local_facts import beside, sound_facts, tag_problem, with_facts
from tasks.spatial.facts import fact_sheet
from tests.tasks._tiles import dense_tile, random_tile

EXCHANGE = Exchange(
    request_key="k",
    prompt="describe",
    prompt_fingerprint="f",
    model="m",
    temperature=0,
    max_tokens=100,
    seed=0,
    prompt_tokens=1,
    completion_tokens=1,
)


def row(tile_id: str, number: int, *facts: tuple[str, str]) -> DescribedObjects:
    reply = LocalDescription(
        facts=tuple(LocalFact(ids=("o1",), attributes=a, relations=r) for a, r in facts)
    )
    return DescribedObjects(tile_id=tile_id, number=number, reply=reply, exchange=EXCHANGE)


def long_facts(tile) -> tuple[LocalFactText, ...]:
    groups = fact_sheet(tile).groups
    return tuple(
        LocalFactText(
            id=f"f{n}",
            text=f"{tag('Some things', group.refs)} stand here. They are grey. "
            + f"They lie beside {tag('others', groups[0].refs[:1])}. " * (1 + n % 5),
        )
        for n, group in enumerate(groups, start=1)
    )


def test_facts_come_in_order_across_requests_attributes_first() -> None:
    tile = random_tile(1, 3)
    one, two = tag("One", ["o1"]), tag("two", ["o2"])
    rows = [row(tile.id, 1, (f"{one} is white.", f"Near {two}.")), row(tile.id, 2, (two, ""))]
    assert [text for text, _ in sound_facts(tile, rows)] == [f"{one} is white. Near {two}.", two]


@pytest.mark.parametrize(
    "text", ['<ref ids="o1">open', "no tag at all", '<ref ids="o99">nobody</ref>', ""]
)
def test_facts_that_nothing_may_rest_on_are_left_out(text: str) -> None:
    tile = random_tile(1, 3)
    rows = [row(tile.id, 1, (text, ""), (tag("One", ["o1"]), ""))]
    assert list(sound_facts(tile, rows)) == [(tag("One", ["o1"]), None)]


def test_a_small_sheet_is_not_thinned() -> None:
    tile = random_tile(1, 4)
    sheet = fact_sheet(tile)
    full = with_facts(sheet, long_facts(tile), 5000)
    assert (full.objects, full.groups, full.relations) == (
        sheet.objects, sheet.groups, sheet.relations,
    )  # fmt: skip


@pytest.mark.parametrize("budget", [500, 1500, 3000, 8000, 60_000])
def test_whatever_is_thinned_counts_stay_and_every_object_stays_named(budget: int) -> None:
    tile = dense_tile(600)
    sheet, facts = fact_sheet(tile), long_facts(tile)
    lean = with_facts(sheet, facts, budget)
    named = {ref for fact in lean.facts for ref in refs_of(fact.text)}
    grouped = {ref for group in lean.groups for ref in expand(" ".join(group.refs))}
    assert named | grouped == {fact.ref for fact in sheet.objects}
    assert lean.counts == sheet.counts
    assert [fact.id for fact in lean.facts] == [fact.id for fact in facts]
    assert all(fact.text.startswith("<ref ids=") for fact in lean.facts)


def test_a_dense_tile_fits_the_default_budget() -> None:
    tile = dense_tile(600)
    assert sheet_tokens(with_facts(fact_sheet(tile), long_facts(tile), 3000)) <= 3000


def test_thinning_is_deterministic() -> None:
    tile = dense_tile(300)
    sheet, facts = fact_sheet(tile), long_facts(tile)
    assert with_facts(sheet, facts, 900) == with_facts(sheet, facts, 900)


def test_the_first_sentence_outlives_the_others() -> None:
    tile = dense_tile(600)
    lean = with_facts(fact_sheet(tile), long_facts(tile), 500)
    assert all(fact.text.endswith("stand here.") for fact in lean.facts[1:])


def test_tag_problems_name_what_is_wrong() -> None:
    assert tag_problem(tag("one", ["o1"]), {"o1"}) is None
    assert "o2 o5" in (tag_problem(tag("two", ["o1", "o2", "o5"]), {"o1"}) or "")
    assert "never closed" in (tag_problem('<ref ids="o1">one', {"o1"}) or "")


def test_rows_come_beside_their_tile() -> None:
    tiles = [random_tile(n, 2) for n in range(4)]
    rows = [row(tiles[0].id, 1), row(tiles[2].id, 1), row(tiles[2].id, 2)]
    assert [(tile.id, len(found)) for tile, found in beside(tiles, rows)] == [
        (tiles[0].id, 1), (tiles[1].id, 0), (tiles[2].id, 2), (tiles[3].id, 0),
    ]  # fmt: skip


def test_rows_out_of_order_are_never_lost_silently() -> None:
    tiles = [random_tile(n, 2) for n in range(2)]
    with pytest.raises(AccountingError):
        list(beside(tiles, [row(tiles[1].id, 1), row(tiles[0].id, 1)]))
