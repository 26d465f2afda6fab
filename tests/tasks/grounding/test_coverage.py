"""Local facts held against descriptions: covered, contradicted or omitted, and nothing else."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.coverage import FactCoverage, Fate
from schemas.facts import LocalFactText
from schemas.vocabulary import Split
from tasks.grounding.coverage import fates
from tasks.grounding.references import parse

SHIP = '<ref ids="o1">{}</ref>'
PLANES = '<ref ids="o2-o4">{}</ref>'
WHITE = f"{SHIP.format('A white ship')} lies in the upper left of the image."
ROW = f"{PLANES.format('Three planes')} stand in a row. {PLANES.format('They')} are grey."


def fate_of(fact, description):
    (found,) = fates([LocalFactText(id="f1", text=fact)], parse(description))
    return found


@pytest.mark.parametrize(
    ("fact", "description", "fate"),
    [
        (WHITE, WHITE, Fate.COVERED),
        (WHITE, f"In the upper left there is {SHIP.format('a ship')}.", Fate.COVERED),
        (WHITE, f"There is {SHIP.format('a ship')} in this image.", Fate.OMITTED),
        (WHITE, "A white ship lies in the upper left of the image.", Fate.OMITTED),
        (WHITE, f"{PLANES.format('Three white planes')} are in the upper left.", Fate.OMITTED),
        (WHITE, f"{SHIP.format('A red ship')} lies in the upper left.", Fate.CONTRADICTED),
        (WHITE, f"{SHIP.format('A white ship')} lies in the upper right.", Fate.CONTRADICTED),
        (ROW, f"{PLANES.format('Three planes')} stand in a row.", Fate.COVERED),
        (ROW, '<ref ids="o2">A plane</ref> is grey.', Fate.OMITTED),
        (f"{SHIP.format('A ship')} is there.", f"I see {SHIP.format('a ship')}.", Fate.COVERED),
        (
            f'{SHIP.format("The ship")} lies to the left of <ref ids="o9">a harbour</ref>.',
            f'<ref ids="o9">A harbour</ref> lies to the right of {SHIP.format("the ship")}.',
            Fate.COVERED,
        ),
        (
            f"{SHIP.format('The ship')} is about 80 m long.",
            f"{SHIP.format('The ship')} is about 20 m long.",
            Fate.CONTRADICTED,
        ),
        (
            f"{SHIP.format('The ship')} is about 80 m long.",
            f"{SHIP.format('The ship')} is about 84 m long.",
            Fate.COVERED,
        ),
    ],
)
def test_a_fact_has_the_fate_that_a_reader_would_give_it(fact, description, fate):
    assert fate_of(fact, description).fate is fate


def test_what_contradicts_a_fact_is_quoted():
    found = fate_of(WHITE, f"{SHIP.format('A red ship')} lies in the upper left.")
    assert found.detail == "“white”, but “red”"


def test_what_is_repeated_is_counted():
    found = fate_of(WHITE, f"In the upper left there is {SHIP.format('a ship')}.")
    assert (found.refs, found.statements, found.repeated) == (("o1",), 2, 1)


PIECES = st.sampled_from(
    [
        WHITE, ROW, f"{SHIP.format('A red ship')} lies in the lower right.", "Nothing is tagged.",
        '<ref ids="o1 o2">Two large things</ref> are next to <ref ids="o4">a plane</ref>.',
        f"{PLANES.format('Three blue planes')}, about 30 m long, are not in a row.", "",
    ]
)  # fmt: skip
TAGGED = st.lists(PIECES, min_size=1, max_size=3).map(" ".join)


@settings(deadline=None)
@given(st.lists(TAGGED, max_size=5), TAGGED)
def test_covered_contradicted_and_omitted_are_all_facts(facts, description):
    texts = [LocalFactText(id=f"f{n}", text=text) for n, text in enumerate(facts, start=1)]
    found = fates(texts, parse(description))
    assert [one.fact for one in found] == [text.id for text in texts]
    count = Counter(one.fate for one in found)
    row = FactCoverage(
        tile_id="t", sample="s", source="dota", split=Split.TRAIN, facts=len(facts),
        covered=count[Fate.COVERED], contradicted=count[Fate.CONTRADICTED],
        omitted=count[Fate.OMITTED], fates=found,
    )  # fmt: skip
    assert row.covered + row.contradicted + row.omitted == len(facts)
    assert all(one.repeated <= one.statements for one in found)


def test_books_that_do_not_add_up_are_no_row():
    with pytest.raises(ValueError, match="are not the facts"):
        FactCoverage(
            tile_id="t", sample="s", source="dota", split=Split.TRAIN, facts=3, covered=1,
            contradicted=0, omitted=1, fates=(),
        )  # fmt: skip
