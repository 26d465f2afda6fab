"""Twins: a sample's text with one fact changed, so that it is false for certain."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Final, NamedTuple

import yaml

from schemas.record import content_id
from schemas.sample import Sample
from schemas.tile import TileOutline
from schemas.turn import Turn
from schemas.verdict import Outcome, Verdict
from tasks.forms.presence import absent
from tasks.grounding.checks import Said, check_turns
from tasks.grounding.references import Parsed, TextSpan
from tasks.grounding.spans import parsed
from tasks.grounding.truth import Truth
from tasks.lexicon import find_categories, number_word, parse_number, plural, with_article

TRIED: Final = 12  # changes, until the rules contradict one
MORE: Final = (1, 2, 3, 5)  # by so many a number grows
CLASSES: Final = 3  # other classes that are tried for one that is named
_WORD: Final = re.compile(r"(?<![\w.,-])(?:\d{1,4}|[^\W\d_]+)(?![\w-]|[.,]\d)")
_BRACKETED: Final = re.compile(r"\[[^\]]*\]")  # boxes: a few pixels are no lie that can be seen
_ARTICLE: Final = re.compile(r"\b(an?)\s$", re.IGNORECASE)


class Change(NamedTuple):
    """Other words for those from ``start`` to ``end`` of a turn."""

    turn: int
    start: int
    end: int
    words: str


class Twin(NamedTuple):
    """The turns of a sample with one fact changed, and what was changed."""

    turns: tuple[Turn, ...]
    changed: str


def twin_of(sample: Sample, tile: TileOutline, truth: Truth, seed: str) -> Twin | None:
    """Return the twin of ``sample`` drawn by ``seed``, None where no change makes it surely false.

    A number, a side or a class of an answer is changed; the rules must contradict what comes out.
    """
    changes = sorted(_changes(sample, tile), key=lambda change: content_id(seed, *change))
    for change in islice(changes, TRIED):
        said = tuple(_said(sample, place, change) for place in range(len(sample.turns)))
        if outcome_of(_checked(sample, said, truth)) == "contradicted":
            turns = tuple(Turn(role=one.role, content=one.text.plain) for one in said)
            before = sample.turns[change.turn].content[change.start : change.end]
            return Twin(turns, f"{before} → {change.words}")
    return None


def outcome_of(verdicts: tuple[Verdict, ...]) -> Outcome:
    """Return what the rules say of a text as a whole, by the verdicts on its statements."""
    outcomes = {verdict.outcome for verdict in verdicts}
    if "contradicted" in outcomes:
        return "contradicted"
    return "supported" if "supported" in outcomes else "unverifiable"


def _checked(sample: Sample, said: tuple[Said, ...], truth: Truth) -> tuple[Verdict, ...]:
    own = tuple(thing.ref for thing in sample.objects)
    return check_turns(said, truth, sample.lineage.form, own)


def _changes(sample: Sample, tile: TileOutline) -> Iterator[Change]:
    classes = sorted(absent(tile), key=lambda name: content_id(sample.id, name))[:CLASSES]
    for place, turn in enumerate(sample.turns):
        if turn.role == "assistant":
            yield from _in_words(place, turn.content)
            yield from _in_classes(place, turn.content, classes)


def _in_words(turn: int, text: str) -> Iterator[Change]:
    """Yield other numbers, of more than one thing, and opposite sides."""
    boxes = [box.span() for box in _BRACKETED.finditer(text)]
    for found in _WORD.finditer(text):
        if any(start < found.start() < end for start, end in boxes):
            continue
        word = found[0].lower()
        number = parse_number(word)
        if number is not None and number > 1:
            for more in MORE:
                new = str(number + more) if word.isdigit() else number_word(number + more)
                yield Change(turn, *found.span(), _like(found[0], new))
        if word in opposites():
            yield Change(turn, *found.span(), _like(found[0], opposites()[word]))


def _in_classes(turn: int, text: str, classes: list[str]) -> Iterator[Change]:
    """Yield classes that are not there, in the number and with the article that stand there."""
    for mention in find_categories(text):
        article = _ARTICLE.search(text, 0, mention.start)
        for name in classes:
            fits = article is None or with_article(name).split()[0] == article[1].lower()
            if fits:
                words = plural(name) if mention.plural else name
                given = text[mention.start : mention.end]
                yield Change(turn, mention.start, mention.end, _like(given, words))


def _like(given: str, words: str) -> str:
    """Return ``words`` with a capital where ``given`` has one."""
    return words[0].upper() + words[1:] if given[0].isupper() else words


def _said(sample: Sample, turn: int, change: Change) -> Said:
    """Return one turn of the twin, its spans moved with the words."""
    text = sample.turns[turn].content
    own = change if change.turn == turn else Change(turn, 0, 0, "")
    before = parsed(text, turn, sample.lineage.spans)
    moved = (
        tuple(TextSpan(*_moved(one.start, one.end, own), one.refs) for one in some)
        for some in before[1:]
    )
    plain = text[: own.start] + own.words + text[own.end :]
    return Said(sample.turns[turn].role, Parsed(plain, *moved))


def _moved(start: int, end: int, change: Change) -> tuple[int, int]:
    """Return where a span stands after ``change``, which is whole inside or outside of it."""
    longer = len(change.words) - (change.end - change.start)
    return (
        start if start <= change.start else start + longer,
        end if end <= change.start else end + longer,
    )


@cache
def opposites() -> Mapping[str, str]:
    """Return the words that turn a statement into another one, each with its opposite."""
    text = (files("tasks.judging") / "words.yaml").read_text(encoding="utf-8")
    pairs: list[list[str]] = yaml.safe_load(text)["opposites"]
    return {one: other for pair in pairs for one, other in (pair, pair[::-1])}
