import itertools
import re
from functools import cache

import pytest

from tasks.grounding.checks import Said, check_turns
from tasks.grounding.references import expand, parse
from tasks.grounding.truth import Truth
from tasks.lexicon.lexicon import find_categories, parse_number
from tests.tasks.model.offline.replies import Written, messages, write
from tests.tasks.model.offline.tiles import outline, paint, scenes, sheet

NAMES = tuple(scenes())
FORBIDDEN = re.compile(
    r"\b(?:annotat\w*|label\w*|fact sheet|bounding|box(?:es)?|polygon\w*|busy|shadow\w*|weather|"
    r"well-maintained|various|sunny|season|gray|center|\d+ objects|o\d+|f\d+)\b",
    re.IGNORECASE,
)
COMPASS = re.compile(r"\b(?:north|south|east|west)", re.IGNORECASE)
METRES = re.compile(r"\d m\b")
IDS = re.compile(r'<ref ids="([^"]*)">')
SENTENCE = re.compile(r"(?<=[.?!])\s+")


@cache
def written(name: str, seed: int = 0) -> Written:
    return write(scenes()[name], seed, lean="six hundred" in name)


def plain(text: str) -> str:
    return parse(text).plain


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


def test_sentences_begin_with_a_capital_end_with_a_stop_and_have_single_spaces(name):
    for text in map(plain, written(name).texts()):
        assert "  " not in text
        assert " ." not in text
        assert " ," not in text
        assert ".." not in text
        for sentence in SENTENCE.split(text):
            assert re.match(r"[A-Z]", sentence), sentence
            assert sentence.endswith("."), sentence


def test_numbers_agree_with_their_nouns(name):
    for text in map(plain, written(name).texts()):
        for mention in find_categories(text):
            before = re.search(r"(\w+) $", text[: mention.start])
            number = parse_number(before[1]) if before else None
            if number is not None:
                assert mention.plural == (number != 1), text
        assert not re.search(r"\b(?:it|one|plane|ship|vehicle) are\b|\bthey is\b", text.lower())
        assert not re.search(r"\bthere are (?:one|an?) ", text.lower()), text
        assert not re.search(r"\ba [aeio]\w+|\ban [bcdfghjklmnpqrstvwxyz]", text.lower()), text


def test_a_counted_phrase_carries_exactly_as_many_objects(name):
    for text in written(name).texts():
        parsed = parse(text)
        for start, end, refs in parsed.spans:
            phrase = parsed.plain[start:end].lower()
            counted = re.search(r"\b(\w+)(?: of them| white| grey| \w+)? ?$", phrase)
            words = [parse_number(word) for word in re.split(r"\W+", phrase) if word]
            numbers = [number for number in words if number]
            if counted and numbers and " of the " not in phrase:
                assert numbers[0] in {len(refs)} or "one of" in phrase or "at least" in phrase


def test_no_word_says_more_than_was_computed_or_where_it_comes_from(name):
    found = written(name)
    questions = [turn.question for d in found.dialogues for turn in d.turns]
    for text in [*map(plain, found.texts()), *questions]:
        assert not FORBIDDEN.search(text), text


def test_metres_are_written_only_where_the_gsd_is_known(name):
    if scenes()[name].gsd is None:
        assert not any(METRES.search(plain(text)) for text in written(name).texts())


def test_compass_words_are_written_only_where_north_is_up(name):
    if not scenes()[name].north_up:
        assert not any(COMPASS.search(plain(text)) for text in written(name).texts())


def test_every_object_is_in_exactly_one_local_fact(name):
    found = written(name)
    ids = [ref for fact in found.local.facts for ref in expand(" ".join(fact.ids))]
    assert sorted(ids) == sorted(o.ref for o in found.facts.objects)
    assert all(fact.attributes for fact in found.local.facts)


def test_the_verifier_contradicts_nothing(name):
    truth = Truth(outline(scenes()[name]))
    for seed in range(3):
        found = written(name, seed)
        turns = [[("Describe this.", text)] for text in found.texts()]
        turns += [[(t.question, t.answer) for t in d.turns] for d in found.dialogues]
        for conversation in turns:
            said = [
                Said(role, parse(text))
                for pair in conversation
                for role, text in zip(("user", "assistant"), pair, strict=True)
            ]
            wrong = [v for v in check_turns(said, truth) if v.outcome == "contradicted"]
            assert not wrong, wrong


def test_the_same_request_is_answered_with_the_same_text(name):
    assert write(scenes()[name], 0, lean="six hundred" in name) == written(name)


def test_another_seed_words_it_differently(name):
    assert any(written(name, seed) != written(name) for seed in (1, 2))


def test_the_whole_is_told_in_two_to_27_sentences_that_begin_with_the_counts(name):
    text = plain(written(name).synthesis.description)
    assert 2 <= len(SENTENCE.split(text)) <= 27
    first = SENTENCE.split(text)[0]
    named = {mention.category for mention in find_categories(first)}
    assert named == {count.category for count in written(name).facts.counts}


def test_the_synthesis_speaks_of_the_objects_of_every_local_fact_beyond_the_counts(name):
    found = written(name)
    first, *later = found.synthesis.description.split(". ")
    said = {ref for text in later for ids in IDS.findall(text) for ref in expand(ids)}
    told = {ref for fact in found.local.facts for ref in expand(" ".join(fact.ids))}
    assert told <= said | ({ref for ids in IDS.findall(first) for ref in expand(ids)})
    if "six hundred" not in name:
        assert told <= said


def test_a_paragraph_is_never_a_lone_sentence_and_elsewhere_is_rare(name):
    text = plain(written(name).synthesis.description)
    paragraphs = text.split("\n\n")
    assert len(paragraphs) <= 4
    assert len(paragraphs) == 1 or all(len(SENTENCE.split(p)) > 1 for p in paragraphs)
    assert text.lower().count("elsewhere") <= 2


def test_neighbouring_sentences_are_not_the_same_but_for_names_and_numbers(name):
    for text in [
        written(name).synthesis.description,
        *(f.attributes for f in written(name).local.facts),
    ]:
        shapes = [re.sub(r"\w*\d\w*", "0", re.sub(r"<ref[^>]*>.*?</ref>", "R", s))
                  for s in SENTENCE.split(text)]  # fmt: skip
        assert all(a != b for a, b in itertools.pairwise(shapes)), text


def test_dialogues_have_their_turns_and_every_answer_rests_on_something(name):
    for dialogue in written(name).dialogues:
        assert len(dialogue.turns) == 4
        for turn in dialogue.turns:
            assert turn.question.endswith("?")
            assert "<" not in turn.question
            assert expand(" ".join(turn.rests_on))
            assert parse(turn.answer).spans


def test_dialogues_of_one_tile_ask_different_questions(name):
    asked = [{turn.question for turn in dialogue.turns} for dialogue in written(name).dialogues]
    for place, one in enumerate(asked):
        assert all(len(one & other) <= 1 for other in asked[place + 1 :])


def test_counts_that_are_floors_are_said_to_be_floors(name):
    if not scenes()[name].exhaustive:
        assert "at least" in plain(written(name).synthesis.description).lower()


def test_six_hundred_objects_are_all_counted_and_all_referred_to():
    found = written("six hundred")
    assert "600 small vehicles" in plain(found.synthesis.description)
    spans = parse(found.synthesis.description).spans
    assert {ref for _, _, refs in spans for ref in refs} == {f"o{n}" for n in range(1, 601)}


def test_the_bus_yard_counts_are_fifty_and_fourteen_and_its_colours_are_seen():
    text = plain(written("bus yard").synthesis.description)
    assert "50 large vehicles" in text
    assert "14 small vehicles" in text
    told = " ".join(plain(text) for text in written("bus yard").texts())
    assert re.search(r"all(?: of them)? yellow", told, re.IGNORECASE)


def test_nothing_is_said_of_colours_without_a_picture():
    from tasks.model.offline import write_reply

    facts = sheet(scenes()["two planes"])
    assert "white" not in write_reply(messages(facts), None, "LocalDescription", 0)
    assert "white" in write_reply(
        messages(facts), paint(scenes()["two planes"]), "LocalDescription", 0
    )


def test_twenty_turns_of_one_plane_come_out_as_many_as_make_sense():
    found = write(scenes()["one plane"], 0, turns=20)
    assert all(2 <= len(dialogue.turns) <= 20 for dialogue in found.dialogues)
