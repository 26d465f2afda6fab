"""Dense tiles are divided into requests within the budget, and no object is lost or said twice."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.model.batches import batches, sheet_tokens
from tasks.spatial.facts import fact_sheet
from tests.tasks._tiles import dense_tile, random_tile, tile_of


def test_a_small_tile_is_one_request_as_it_is() -> None:
    sheet = fact_sheet(random_tile(1, 5))
    assert batches(sheet, 3000) == (sheet,)


def test_a_tile_without_objects_is_none() -> None:
    assert batches(fact_sheet(tile_of([])), 3000) == ()


@pytest.mark.parametrize("budget", [500, 1000, 3000])
def test_every_object_of_a_dense_tile_is_in_exactly_one_request(budget: int) -> None:
    sheet = fact_sheet(dense_tile(600))
    parts = batches(sheet, budget)
    seen = Counter(fact.ref for part in parts for fact in part.objects)
    grouped = Counter(ref for part in parts for group in part.groups for ref in group.refs)
    assert seen == grouped == Counter(fact.ref for fact in sheet.objects)
    assert max(map(sheet_tokens, parts)) <= budget
    assert all(part.counts == sheet.counts for part in parts)


def test_packing_does_not_waste_the_budget() -> None:
    sheet = fact_sheet(dense_tile(600))
    parts = batches(sheet, 3000)
    assert sum(map(sheet_tokens, parts)) / len(parts) > 0.6 * 3000


def test_groups_are_kept_whole_where_they_fit() -> None:
    sheet = fact_sheet(random_tile(5, 60))
    largest = max(len(group.refs) for group in sheet.groups)
    parts = batches(sheet, 200 * largest)
    assert [group for part in parts for group in part.groups] == list(sheet.groups)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 80), budget=st.integers(500, 4000))
def test_no_tile_and_budget_lose_an_object(seed: int, count: int, budget: int) -> None:
    sheet = fact_sheet(random_tile(seed, count))
    parts = batches(sheet, budget)
    assert sorted(fact.ref for part in parts for fact in part.objects) == sorted(
        fact.ref for fact in sheet.objects
    )
    for part in parts:
        inside = {fact.ref for fact in part.objects}
        assert {ref for group in part.groups for ref in group.refs} == inside
        assert all({r.subject, r.object} <= inside for r in part.relations)
        assert sheet_tokens(part) <= budget or len(part.objects) == 1
