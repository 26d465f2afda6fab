"""Questions with a false premise: the labels license each answer, and the words give none away."""

import re
from collections import Counter

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.params import AdaptParams
from schemas.sample import Sample
from tasks.adapt import FORMS as ALL_FORMS
from tasks.forms.premises import TRUE_PREMISE, settled, wrong_number
from tasks.forms.proposal import Voice
from tasks.forms.view import look_at
from tasks.grounding.references import parse
from tasks.grounding.truth import Truth
from tasks.lexicon import find_categories, parse_number, related
from tasks.spatial.grid import CELLS
from tasks.verify import verify_draft
from tests.tasks._adapting import ALL, PHRASINGS, drafts
from tests.tasks._tiles import dense_tile, random_tile, rectangle, thing, tile_of

FORMS = ("absent_class", "wrong_attribute", "false_premise", "unanswerable")
OTHERS = set(ALL_FORMS) - set(FORMS)
CLASSES = ("plane", "Boeing 737", "ship", "large vehicle", "storage tank", "person", "bridge")
LABELLED = (*CLASSES, "helicopter", "harbour", "vehicle", "aircraft", "crossroads")
PLACE = re.compile(rf"in the ({'|'.join(CELLS)})(?: part)? of the image")


def asked(draft):
    return draft.turns[0].content


def said(draft):
    return parse(draft.turns[1].content).plain


def premises(tile, params=ALL):
    """Return the drafts of the four forms, and nothing else."""
    none = dict.fromkeys(OTHERS, 0)
    return drafts(tile, params.model_copy(update=none))


def of_form(tile, form, params=ALL):
    """Return the drafts of ``form`` whose premise is false."""
    return [draft for draft in premises(tile, params) if draft.lineage.form == form]


def row(category, count, **options):
    return [thing(n, category, rectangle(90 * n, 99, 40, 12), **options) for n in range(1, count + 1)]  # fmt: skip


# Truth


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 100_000), st.integers(0, 40), st.booleans())
@example(33_432, 15, True)  # two vehicles, and storage tanks that are larger than both
@example(38_990, 7, True)  # “It”, of which no class is said
def test_every_pair_passes_the_verifier(seed, count, complete):
    tile = random_tile(seed, count, CLASSES, exhaustive=LABELLED if complete else ("ship",))
    truth = Truth(tile)
    for draft in premises(tile):
        outcome = verify_draft(draft, tile, truth)
        assert isinstance(outcome, Sample), outcome.detail


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100_000), st.integers(0, 30))
def test_what_is_said_to_be_absent_is_nothing_that_is_there(seed, count):
    tile = random_tile(seed, count, CLASSES[:3], exhaustive=LABELLED)
    for draft in of_form(tile, "absent_class"):
        (named, *_) = find_categories(asked(draft))
        assert not any(related(named.category, thing.category) for thing in tile.objects)


def test_planes_are_never_absent_where_a_boeing_is_and_hidden_ships_are_no_absent_ones():
    boeing = thing(1, "Boeing 737", rectangle(300, 300, 60, 50))
    hidden = thing(2, "ship", rectangle(899, 300, 60, 10), visible=0.05, described=False)
    tile = tile_of([boeing, hidden], exhaustive=["plane", "aircraft", "ship", "bridge"])
    named = {find_categories(asked(d))[0].category for d in of_form(tile, "absent_class")}
    assert named == {"bridge"}


@pytest.mark.parametrize("form", ["absent_class", "wrong_attribute", "false_premise"])
@pytest.mark.parametrize(
    "objects",
    [
        row("ship", 3, crowd=True),
        [*row("ship", 3), thing(4, "ship", rectangle(899, 300, 60, 10), visible=0.1, described=False)],
    ],
    ids=["crowd", "cut off"],
)  # fmt: skip
def test_of_crowds_and_things_cut_off_no_number_or_place_is_denied(form, objects):
    tile = tile_of(objects, exhaustive=["ship"])
    assert not of_form(tile, form)


@pytest.mark.parametrize("form", ["absent_class", "wrong_attribute", "false_premise"])
def test_where_labels_are_not_complete_nothing_is_denied(form):
    assert not of_form(tile_of(row("ship", 3), exhaustive=[]), form)


def test_a_class_that_another_may_belong_to_is_not_settled():
    objects = [*row("plane", 2), thing(9, "small aircraft", rectangle(500, 400, 30, 30))]
    view = look_at(tile_of(objects, exhaustive=["plane", "small aircraft", "aircraft"]))
    assert [tally.category for tally in settled(view)] == ["aircraft"]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100_000), st.integers(1, 40))
def test_at_a_wrong_place_there_is_no_part_of_any(seed, count):
    tile = random_tile(seed, count, CLASSES, exhaustive=LABELLED)
    view = look_at(tile)
    for draft in of_form(tile, "wrong_attribute"):
        place = PLACE.search(asked(draft))
        if place is None:
            continue
        (named, *_) = find_categories(asked(draft))
        column, line = CELLS.index(place[1]) % 3, CELLS.index(place[1]) // 3
        for fact in view.facts.values():
            x0, y0, x1, y1 = fact.box
            inside = x1 > 300 * column and x0 < 300 * (column + 1)
            inside = inside and y1 > 200 * line and y0 < 200 * (line + 1)
            assert not (inside and related(fact.category, named.category))


def test_a_wrong_length_is_longer_than_any_and_the_answer_names_the_longest():
    ships = [thing(n, "ship", rectangle(150 + 250 * n, 100, 50 * n, 12)) for n in (1, 2)]
    lengths = [
        (asked(d), said(d))
        for seed in range(30)
        for d in of_form(tile_of(ships, gsd=0.5), "wrong_attribute", AdaptParams(seed=seed))
        if " long" in asked(d) or "length" in asked(d) or "from end" in asked(d)
    ]
    assert lengths
    for question, answer in lengths:
        (wrong,) = re.findall(r"(\d+) m", question)
        assert int(wrong) >= 100
        assert "the longest ship" in answer.lower()
        assert "50 m long" in answer


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100_000), st.integers(1, 40))
def test_a_wrong_number_is_never_the_number(seed, count):
    tile = random_tile(seed, count, CLASSES, exhaustive=LABELLED)
    counts = Counter(o.category for o in tile.objects)
    for draft in of_form(tile, "false_premise"):
        for mention in find_categories(asked(draft)):
            word = asked(draft)[: mention.start].split()[-1]
            number = parse_number(word)
            actual = sum(n for c, n in counts.items() if related(c, mention.category))
            assert number is None or number != actual


def test_leaving_difficult_objects_out_makes_no_wrong_number_right():
    objects = [thing(n, "ship", rectangle(80 * n, 99, 30, 9), difficult=n % 2) for n in range(1, 9)]
    view = look_at(tile_of(objects))
    (tally,) = settled(view)
    wrong = {
        wrong_number(tally, view, Voice(PHRASINGS["false_premise"], str(n))) for n in range(99)
    }
    assert wrong == {2, 10, 12, 14}


def test_many_are_denied_by_a_number_that_is_clearly_another():
    view = look_at(dense_tile(600))
    tally = next(t for t in settled(view) if t.category == "small vehicle")
    wrong = {
        wrong_number(tally, view, Voice(PHRASINGS["false_premise"], str(n))) for n in range(99)
    }
    assert min(abs(number - 586) for number in wrong) >= 100


def test_nobody_asks_which_person_is_larger_or_what_for():
    tile = tile_of(row("person", 4))
    found = " ".join(asked(d) for seed in range(20) for d in of_form(tile, "false_premise", AdaptParams(seed=seed, false_premise=9)))  # fmt: skip
    assert found
    assert not re.search(r"larger|bigger|colour|purpose|[Ww]hy", found)


def test_unanswerable_questions_are_about_what_is_there():
    tile = tile_of([*row("ship", 3), thing(9, "bridge", rectangle(500, 400, 90, 20))])
    questions = [
        asked(d)
        for seed in range(30)
        for d in of_form(tile, "unanswerable", AdaptParams(seed=seed, unanswerable=5))
    ]
    named = {m.category for q in questions for m in find_categories(q)} - {"aircraft"}
    assert named == {"ship"}  # one bridge is not “the bridges”
    assert len(set(questions)) > 10


# Balance


def balance(tile, params):
    """Return for each form how many premises are false and how many are true."""
    found = Counter(
        (draft.lineage.prompt.removeprefix("phrasings/"), draft.lineage.form == TRUE_PREMISE)
        for draft in premises(tile, params)
    )
    return {form: (found[form, False], found[form, True]) for form in FORMS}


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 100_000), st.integers(0, 40), st.integers(0, 9))
def test_about_as_many_premises_are_true_as_false(seed, count, quota):
    params = AdaptParams(**dict.fromkeys(FORMS, quota))
    tile = random_tile(seed, count, CLASSES, exhaustive=LABELLED)
    for false, true in list(balance(tile, params).values())[:3]:
        assert false + true <= quota
        assert abs(false - true) <= 1


def test_of_single_questions_a_tile_some_are_true_and_some_are_false():
    params = AdaptParams(**dict.fromkeys(FORMS, 1))
    tiles = [random_tile(seed, 9, ("ship", "bridge"), exhaustive=LABELLED) for seed in range(25)]
    found = [balance(tile, params) for tile in tiles]
    for form in FORMS[:3]:
        assert min(map(sum, zip(*(one[form] for one in found), strict=True))) >= 3


@pytest.mark.parametrize("form", FORMS)
def test_no_question_gives_away_that_its_premise_is_false(form):
    for name, lines in PHRASINGS[form].lists.items():
        for line in lines if "instructions" in name else ():
            assert not re.search(r"\b(no|not|none|any|really|actually|if|whether)\b", line, re.IGNORECASE)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_no_answer_begins_with_yes_or_no(form):
    for name, lines in PHRASINGS[form].lists.items():
        assert "instructions" in name or not any(re.match(r"(yes|no)\b", x, re.IGNORECASE) for x in lines)  # fmt: skip
