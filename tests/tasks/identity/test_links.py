"""Links hold scenes of the same ground together with few pairs; splits follow by component."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.params import SplitParams, split_of
from schemas.sample import Rejection
from schemas.vocabulary import Reason, Split
from tasks.identity.known import Card, Known, Place, component_id
from tasks.identity.links import Edge, components, link_rows, spanning
from tasks.identity.placing import layout, overlaps, place

TRAIN, VAL, TEST = Split.TRAIN, Split.VAL, Split.TEST
ANY_SPLIT = st.sampled_from([None, TRAIN, VAL, TEST])


def known_of(*splits, sources=None):
    """Return scenes a, b, c … with these official splits; pixels all differ."""
    cards = [
        Card(chr(97 + n), (sources or ["rsicd"] * 30)[n], f"{chr(97 + n)}.png", "", split, None,
             (), 9, 9, f"{n:064x}", Place(0, n))
        for n, split in enumerate(splits)
    ]  # fmt: skip
    return Known.of(cards, np.zeros((len(cards), 8), np.uint64), np.zeros(len(cards), np.float32))


def named(known, pairs, evidence="look"):
    """Return edges between scenes given by name."""
    rows = {card.id: row for row, card in enumerate(known.cards)}
    ends = [sorted((rows[one], rows[other])) for one, other in pairs]
    return [Edge(first, second, evidence, "why") for first, second in ends]


def placed(known, pairs, params=None):
    """Return the split, or the rejection, of every scene by id."""
    edges = spanning(known, named(known, pairs))
    ground = components(len(known), ((one.first, one.second) for one in edges))
    laid = layout(known, ground)
    params = params or SplitParams()
    found = {card.id: place(laid, row, params) for row, card in enumerate(known.cards)}
    return {
        key: row.detail if isinstance(row, Rejection) else row.split for key, row in found.items()
    }


def test_what_is_in_the_test_set_of_another_leaves_training():
    known = known_of(TEST, TRAIN, sources=["rsicd", "rsitmd"])
    found = placed(known, ["ab"])
    assert found["a"] is TEST
    assert found["b"].startswith(
        "“b.png” is in the test set of rsicd as “a.png”. It is left out of train. Take it off"
    )


def test_a_rejection_has_its_reason_and_subject():
    known = known_of(TEST, VAL)
    laid = layout(known, components(2, [(0, 1)]))
    found = place(laid, 1, SplitParams())
    assert (found.stage, found.subject, found.subject_id, found.reason) == (
        "identify", "scene", "b", Reason.IN_HELD_OUT_SET,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("splits", "expected"),
    [
        ((TEST, None), [TEST, TEST]), ((VAL, None), [VAL, VAL]), ((TRAIN, None), [TRAIN, TRAIN]),
        ((VAL, VAL), [VAL, VAL]), ((TEST, TEST), [TEST, TEST]),
    ],
)  # fmt: skip
def test_a_scene_without_a_split_takes_that_of_its_component(splits, expected):
    assert list(placed(known_of(*splits), ["ab"]).values()) == expected


def test_the_strictest_split_reaches_through_a_chain():
    found = placed(known_of(TRAIN, None, None, TEST), ["ab", "bc", "cd"])
    assert "test set" in found["a"]
    assert [found[name] for name in "bcd"] == [TEST] * 3


def test_without_official_splits_the_component_is_hashed_as_one():
    known = known_of(None, None, None)
    found = placed(known, ["ac"], SplitParams(val=0.5, test=0.5))
    expected = split_of(component_id([f"{0:064x}"]), None, SplitParams(val=0.5, test=0.5))
    assert found["a"] is found["c"] is expected


def test_by_hash_nothing_is_rejected_and_copies_stay_together():
    found = placed(known_of(TEST, TRAIN, VAL), ["ab", "bc"], SplitParams(policy="hash"))
    assert len(set(found.values())) == 1


def test_every_scene_of_a_weaker_split_is_a_finding_that_says_why():
    known = known_of(TEST, TRAIN, VAL, None)
    edges = spanning(known, named(known, ["ab", "bc", "cd"]))
    ground = components(4, ((one.first, one.second) for one in edges))
    found = {one.file: one for one in overlaps(layout(known, ground), edges)}
    assert sorted(found) == ["b.png", "c.png"]
    assert found["b.png"].detail == (
        "“b.png” of train is also in the test set of rsicd as “a.png” (look: why)."
    )
    assert "through other copies" in found["c.png"].detail


def test_a_link_tells_whether_the_official_splits_disagree():
    known = known_of(TEST, TRAIN, None)
    rows = list(link_rows(known, named(known, ["ab", "ac"])))
    assert [(row.first_id, row.second_id, row.leak) for row in rows] == [
        ("a", "b", True), ("a", "c", False),
    ]  # fmt: skip


def test_the_strongest_evidence_for_a_pair_is_kept():
    known = known_of(None, None)
    edges = [*named(known, ["ab"], "name"), *named(known, ["ab"], "pixels")]
    assert [one.evidence for one in spanning(known, edges)] == ["pixels"]


def test_the_component_keeps_its_id_when_a_copy_of_the_same_pixels_joins():
    assert component_id(["a", "b"]) == component_id(["b", "a", "a", "c"])


@settings(deadline=None)
@given(st.lists(ANY_SPLIT, min_size=1, max_size=12), st.data())
def test_no_component_is_in_two_splits_and_no_official_test_scene_is_moved(splits, data):
    ends = st.integers(0, len(splits) - 1)
    pairs = data.draw(st.lists(st.tuples(ends, ends).filter(lambda p: p[0] != p[1]), max_size=20))
    names = [chr(97 + a) + chr(97 + b) for a, b in pairs]
    known = known_of(*splits)
    edges = named(known, names)
    kept = spanning(known, edges)
    every = components(len(known), ((one.first, one.second) for one in edges))
    thin = components(len(known), ((one.first, one.second) for one in kept))
    assert every.roots().tolist() == thin.roots().tolist()
    assert len(kept) <= 2 * len(known)
    laid = layout(known, thin)
    sides = {}
    for row, card in enumerate(known.cards):
        found = place(laid, row, SplitParams())
        if isinstance(found, Rejection):
            assert card.split in {TRAIN, VAL}
            continue
        assert found.split is card.split or card.split is None
        assert sides.setdefault(found.component, found.split) is found.split
