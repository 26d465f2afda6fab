"""What adapt writes is true, exact, balanced, and correct English."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.params import AdaptParams
from schemas.sample import Draft, Rejection
from schemas.vocabulary import Reason, Shape, TaskType
from tasks.adapt import FORMS, adapt
from tasks.forms.premises import TRUE_PREMISE
from tasks.grounding.references import parse
from tasks.lexicon import broader, find_categories, related
from tests.tasks._adapting import ALL, PHRASINGS, drafts
from tests.tasks._tiles import dense_tile, random_tile, rectangle, thing, tile_of

CLASSES = ("plane", "Boeing 737", "ship", "large vehicle", "storage tank", "person")
EXHAUSTIVE = (*CLASSES, "helicopter", "harbour", "vehicle", "aircraft", "crossroads")


def said(draft):
    return parse(draft.turns[1].content).plain


def asked(draft):
    return parse(draft.turns[0].content).plain


# What published construction code gets wrong


def test_difficult_objects_are_counted():
    ships = [thing(n, "ship", rectangle(80 * n, 100, 40, 10), difficult=n % 3) for n in range(1, 8)]
    (count,) = drafts(tile_of(ships), form="counting")
    assert re.search(r"\b(seven|7)\b", said(count))
    assert len(count.objects) == 7


def test_more_than_ten_objects_are_neither_dropped_nor_cut_short():
    tile = dense_tile(600)
    (summary,) = drafts(tile, form="composition")
    assert "586 small vehicles" in said(summary)
    assert "14 large vehicles" in said(summary)
    assert len(summary.objects) == 600
    spans = parse(summary.turns[1].content).spans
    assert sum(len(span.refs) for span in spans) == 600


def test_no_superclass_of_what_is_there_is_asked_as_absent():
    tile = tile_of(
        [thing(1, "Boeing 737", rectangle(300, 300, 60, 50))],
        exhaustive=["Boeing 737", "plane", "aircraft", "helicopter"],
    )
    answers = {asked(d): said(d) for d in drafts(tile, form="presence")}
    denied = [question for question, answer in answers.items() if answer.startswith("No")]
    assert denied
    assert all("helicopter" in question for question in denied)


def test_what_is_hardly_visible_is_never_asked_as_absent():
    cut = thing(1, "ship", rectangle(899, 300, 60, 10), visible=0.05, described=False)
    tile = tile_of([cut], exhaustive=["ship"])
    assert drafts(tile, form="presence") == []


def test_absence_is_never_claimed_where_labels_are_not_complete():
    tile = tile_of([thing(1, "ship", rectangle(300, 300, 60, 10))], exhaustive=[])
    assert all(said(d).startswith("Yes") for d in drafts(tile, form="presence"))


@pytest.mark.parametrize(
    ("category", "wrong"),
    [("person", "persons"), ("aircraft", "aircrafts"), ("golf course", "golfs"), ("bus", "buss")],
)
def test_no_plural_is_naive(category, wrong):
    tile = tile_of([thing(n, category, rectangle(90 * n, 99, 20, 9)) for n in range(1, 5)])
    text = " ".join(asked(d) + said(d) for d in drafts(tile)).lower()
    assert wrong not in text.replace("buses", "")


def test_words_are_not_dropped_for_letters_they_contain():
    classes = ["tail detail", "holiday home"]  # a blacklist of "tail " and "day" would drop them
    things = [thing(n, c, rectangle(200 * n, 99, 20, 9)) for n, c in enumerate(classes, 1)]
    text = " ".join(said(d) for d in drafts(tile_of(things), form="composition"))
    assert "one holiday home" in text
    assert "one tail detail" in text


# Truth


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 100_000), st.integers(0, 60))
def test_every_tagged_count_is_the_number_of_its_objects(seed, count):
    tile = random_tile(seed, count, CLASSES, exhaustive=EXHAUSTIVE)
    category = {o.ref: o.category for o in tile.objects}
    for draft in drafts(tile):
        if draft.lineage.form not in ("counting", "comparison", "composition", "presence"):
            continue
        parsed = parse(draft.turns[1].content)
        for start, end, refs in parsed.spans:
            words = parsed.plain[start:end].split()
            numbers = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
                       "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}  # fmt: skip
            number = numbers[words[0]] if words[0] in numbers else int(words[0])
            assert number == len(refs)
            for mention in find_categories(parsed.plain[start:end]):
                named = mention.category
                assert all(named in (category[r], *broader(category[r])) for r in refs)
                if draft.lineage.form != "composition":
                    whole = [c for c in category.values() if named in (c, *broader(c))]
                    assert number == len(whole)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 100_000), st.integers(0, 30))
def test_presence_is_balanced_and_true(seed, count):
    tile = random_tile(seed, count, CLASSES[:3], exhaustive=EXHAUSTIVE)
    present = {o.category for o in tile.objects}
    yes = no = 0
    for draft in drafts(tile, form="presence"):
        (mention, *_) = find_categories(asked(draft))
        if said(draft).startswith("Yes"):
            yes += 1
            assert any(mention.category in (c, *broader(c)) for c in present)
        else:
            no += 1
            assert not any(related(mention.category, c) for c in present)
    assert no <= max(yes, 1)
    assert no == min(yes, len([c for c in EXHAUSTIVE if not any(related(c, p) for p in present)])
                     ) or not present  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 100_000), st.integers(2, 40))
def test_comparisons_are_true(seed, count):
    tile = random_tile(seed, count, ("plane", "ship", "storage tank"))
    counts = Counter(o.category for o in tile.objects)
    for draft in drafts(tile, form="comparison"):
        one, other = (m.category for m in find_categories(asked(draft)))
        answer = said(draft)
        if "outnumbered by" in asked(draft):
            one, other = other, one
        if answer.startswith("Yes"):
            assert counts[one] > counts[other]
        elif answer.startswith("No"):
            assert counts[one] <= counts[other]
        if "equal" in answer or "Neither" in answer or "no difference" in answer:
            assert counts[one] == counts[other]


def test_objects_cut_off_are_counted_apart():
    planes = [thing(n, "plane", rectangle(90 * n, 99, 40, 20)) for n in range(1, 5)]
    cut = [
        thing(n, "plane", rectangle(899, 80 * n, 40, 20), visible=0.1, described=False)
        for n in (5, 6)
    ]
    (count,) = drafts(tile_of(planes + cut), form="counting")
    spans = parse(count.turns[1].content).spans
    assert [len(span.refs) for span in spans] == [4, 2]
    assert "four planes" in said(count)
    assert "two more" in said(count)


@pytest.mark.parametrize("exhaustive", [[], ["person"]])
def test_counts_are_a_floor_where_labels_are_not_complete_or_stand_for_crowds(exhaustive):
    people = [thing(n, "person", rectangle(90 * n, 99, 9, 9)) for n in range(1, 4)]
    crowd = [thing(4, "person", rectangle(500, 400, 90, 50), crowd=True)] if exhaustive else []
    tile = tile_of(people + crowd, exhaustive=exhaustive)
    for form in ("counting", "composition"):
        for draft in drafts(tile, form=form):
            assert "at least" in said(draft)
    assert drafts(tile, form="comparison") == drafts(tile, form="grounding") == []


def test_boxes_are_those_of_the_objects_in_tile_pixels():
    ships = [thing(n, "ship", rectangle(1100 + 200 * n, 720, 60, 20)) for n in (1, 2, 3)]
    tile = tile_of(ships, at=(1000, 500))
    boxes = drafts(tile, form="grounding") + drafts(tile, form="referring")
    assert len(boxes) == 6
    for draft in boxes:
        (found,) = re.findall(r"\[(\d+), (\d+), (\d+), (\d+)\]", asked(draft) + said(draft))
        (one,) = draft.objects
        assert [int(v) for v in found] == [
            round(one.box[0] - 1000), round(one.box[1] - 500),
            round(one.box[2] - 1000), round(one.box[3] - 500),
        ]  # fmt: skip
        assert "900×600" in asked(draft)


def test_positions_near_a_grid_line_are_refused_and_not_asked():
    ship = thing(1, "ship", rectangle(300, 100, 20, 10))
    rows = list(adapt(tile_of([ship]), ALL, PHRASINGS))
    refused = [row for row in rows if isinstance(row, Rejection)]
    assert [row.reason for row in refused] == [Reason.AMBIGUOUS]
    assert not [r for r in rows if isinstance(r, Draft) and r.lineage.form == "position"]


def test_sizes_are_told_only_where_they_are_known():
    ship = thing(1, "ship", rectangle(150, 100, 100, 20))
    (known,) = drafts(tile_of([ship], gsd=0.5), form="region")
    assert "about 50 m long and 10 m wide" in said(known)
    (unknown,) = drafts(tile_of([ship], gsd=None), form="region")
    assert " m " not in said(unknown)
    boxed = thing(1, "ship", rectangle(150, 100, 100, 80), shape=Shape.HBB)
    (box,) = drafts(tile_of([boxed], gsd=0.5), form="region")
    assert " m " not in said(box)


def test_an_empty_tile_gives_an_absence_of_each_form_and_nothing_else():
    rows = list(adapt(tile_of([], exhaustive=["ship", "plane"]), ALL, PHRASINGS))
    assert [row.lineage.form for row in rows] == ["presence", "absent_class"]
    assert said(rows[0]).startswith("No")
    assert re.search(r"\bno\b|\bnot\b", said(rows[1]))


# English


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 100_000), st.integers(0, 40), st.booleans())
def test_the_english_has_none_of_the_usual_mistakes(seed, count, complete):
    tile = random_tile(seed, count, CLASSES, exhaustive=EXHAUSTIVE if complete else ())
    for draft in drafts(tile):
        for text in (asked(draft), said(draft)):
            assert "_" not in text
            assert "  " not in text
            assert "{{" not in text
            for mention in find_categories(text):
                before = text[: mention.start]
                alone = re.search(r"\b(1|one|an?|each|single|no other) $", before, re.IGNORECASE)
                several = re.search(r"\b(two|three|four|five|\d+) $", before)
                assert not (alone and mention.plural), text
                assert not (several and mention.category != "aircraft" and not mention.plural), text
            assert not re.search(r"\b[Tt]here is (at least )?(\d{2,}|two|three|four)\b", text), text
            assert not re.search(r"\bare (at least )?(1|one)\b", text), text
            assert not re.search(r"\ba (?!one)[aeio]", text), text
            assert not re.search(r"\ban [bcdfghjklmnpqrstvw]", text), text
            assert not re.search(r"[ ,]\.|\.\.|,,", text), text
            assert text[0].isupper() or text[0] in "[0123456789", text


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100_000), st.integers(0, 40))
def test_tags_stand_only_in_answers_and_name_objects_of_the_draft(seed, count):
    for draft in drafts(random_tile(seed, count, CLASSES, exhaustive=EXHAUSTIVE)):
        assert "<ref" not in draft.turns[0].content
        assert [turn.role for turn in draft.turns] == ["user", "assistant"]
        here = {one.ref for one in draft.objects}
        for span in parse(draft.turns[1].content).spans:
            assert set(span.refs) <= here


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_has_at_least_ten_instructions_of_each_kind(form):
    lists = PHRASINGS[form].lists
    kinds = {name: lines for name, lines in lists.items() if "instructions" in name}
    assert kinds
    for name, lines in kinds.items():
        assert len(set(lines)) >= 10, name
    for name, lines in lists.items():
        assert len(set(lines)) == len(lines), name


def without_units(text):
    """Leave the units of ``text`` out, as an exporter does."""
    parsed = parse(text)
    for start, end, _ in reversed(parsed.units):
        parsed = parsed._replace(plain=parsed.plain[:start] + parsed.plain[end:])
    return parsed.plain


@pytest.mark.parametrize(
    ("form", "kind"),
    [("grounding", "boxes"), ("region", "instructions"), ("referring", "instructions")],
)
def test_every_line_with_a_size_reads_well_without_its_units(form, kind):
    for line in PHRASINGS[form].lists[kind]:
        filled = line.replace("{{ box }}", "BOX").replace("{{ size }}", "900×600")
        assert "900×600" in parse(filled).plain
        left = without_units(filled)
        assert "900" not in left
        assert "pixel" not in left
        assert "image" not in left
        assert not re.search(r"  | [,.?)]|,,|, (in|of) |\(|\)|[,(]$", left), left
        assert ("BOX" in left) is (form != "grounding")
        assert "[x0" not in left


def test_the_boxes_in_the_text_are_tagged_with_their_objects():
    tile = random_tile(11, 30, CLASSES, exhaustive=EXHAUSTIVE)
    for form in ("grounding", "region", "referring"):
        for draft in drafts(tile, form=form):
            parsed = [parse(turn.content) for turn in draft.turns]
            (box,) = [box for one in parsed for box in one.boxes]
            assert len(box.refs) == 1
            assert set(box.refs) <= {thing.ref for thing in draft.objects}
            assert len(parsed[0].units) == 1


# Drafts as rows


def test_the_same_seed_gives_the_same_drafts_and_another_gives_others():
    tile = random_tile(7, 30, CLASSES, exhaustive=EXHAUSTIVE)
    first = [d.id for d in drafts(tile, AdaptParams(seed=1))]
    assert first == [d.id for d in drafts(tile, AdaptParams(seed=1))]
    assert first != [d.id for d in drafts(tile, AdaptParams(seed=2))]
    assert len(first) == len(set(first))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 100_000), st.integers(0, 6))
def test_no_form_exceeds_its_quota(seed, quota):
    params = AdaptParams(**dict.fromkeys(FORMS, quota))
    forms = Counter(d.lineage.prompt for d in drafts(random_tile(seed, 25, CLASSES), params))
    assert all(count <= quota for count in forms.values())


def test_refusals_are_few_even_among_six_hundred():
    rows = list(adapt(dense_tile(), AdaptParams(), PHRASINGS))
    refused = [row for row in rows if isinstance(row, Rejection)]
    assert 0 < len(refused) <= 6
    assert {row.reason for row in refused} == {Reason.NOT_UNIQUE}
    assert all(row.subject == "sample" and row.file for row in refused)


def test_the_lineage_says_why_a_draft_exists():
    tile = random_tile(3, 20, CLASSES, exhaustive=EXHAUSTIVE)
    for draft in drafts(tile):
        lineage = draft.lineage
        assert (lineage.origin, lineage.stage, lineage.model) == ("adapted", "adapt", None)
        form = lineage.prompt.removeprefix("phrasings/")
        assert lineage.form in (form, TRUE_PREMISE)
        assert lineage.prompt_fingerprint == PHRASINGS[form].fingerprint
        assert lineage.licence == "CC-BY-4.0"
        assert lineage.labels
        if draft.objects:
            assert len(lineage.labels) == len(draft.objects)


def test_a_parked_scene_gives_at_least_six_task_types_or_forms():
    tile = random_tile(11, 30, CLASSES, exhaustive=EXHAUSTIVE)
    assert {d.task for d in drafts(tile)} == {
        TaskType.VQA,
        TaskType.CAPTION,
        TaskType.VISUAL_GROUNDING,
        TaskType.REFERRING_EXPRESSION,
        TaskType.REGION_CAPTION,
    }
