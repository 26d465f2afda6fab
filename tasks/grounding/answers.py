"""Answers that say little by themselves: “Yes.”, “14.”, “[12, 40, 88, 97]”, read with the question."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from schemas.verdict import Outcome, Verdict
from tasks.grounding.classes import presence
from tasks.grounding.comparisons import difference_in, find_comparison, is_more
from tasks.grounding.counts import compare, says_partly
from tasks.grounding.grammar import any_of, grammar
from tasks.grounding.numbers import find_number
from tasks.grounding.passages import Mention, Sentence
from tasks.grounding.references import Parsed
from tasks.grounding.truth import Floats, Truth
from tasks.grounding.verdicts import verdict

BOX_ERROR: Final = 1.5  # px: whole pixels, rounded one way or another


def answer_verdicts(
    question: Sequence[Sentence], answer: Sequence[Sentence], form: str, truth: Truth
) -> Iterator[Verdict]:
    """Judge ``answer`` as a reply to ``question``: presence, number or comparison.

    In samples of another form only where the question cannot be read otherwise.
    """
    mentions = [mention for sentence in question for mention in sentence.mentions]
    classes = {mention.category for mention in mentions}
    reply = "".join(sentence.text for sentence in answer[:3])
    if form == "comparison" or len(classes) == 2:
        yield from _compared(question, reply, truth)
    if len(classes) != 1:
        return
    if form == "presence" or any(map(_asks_presence, question)):
        yield from _present(mentions[0].category, reply, truth)
    bare = not any(sentence.mentions for sentence in answer)
    if form == "counting" or (bare and any(map(_asks_count, question))):
        asked = "".join(sentence.text for sentence in question)
        yield from _counted(mentions[0].category, asked, reply, truth)


def box_verdicts(text: Parsed, truth: Truth, own: Sequence[str]) -> Iterator[Verdict]:
    """Judge every box ``[x0, y0, x1, y1]`` of tile px in ``text``.

    It must be that of one of the ``own`` objects, or of the objects of a tag, or of all of them
    together; where there are none, of any object of the tile.
    """
    found = list(_BOX.finditer(text.plain))
    known = [ref for ref in own if ref in truth.objects] or list(truth.objects)
    if not found or not known:
        return
    groups = [known, *(span.refs for span in (*text.spans, *text.boxes))]
    places = [place for refs in groups if (place := truth.place(refs))]
    boxes = np.concatenate([places[0].boxes, *(place.box[None] for place in places)])
    for match in found:
        yield _boxed(match, boxes)


def _boxed(match: re.Match[str], boxes: Floats) -> Verdict:
    claimed = np.array([float(number[:9]) for number in match.groups()])
    errors = np.abs(boxes - claimed).max(axis=1)
    nearest = boxes[errors.argmin()]
    outcome: Outcome = "supported" if errors.min() <= BOX_ERROR else "contradicted"
    shown = ", ".join(f"{value:.1f}" for value in nearest)
    return verdict("box", match[0][:160], outcome, f"the nearest box is ({shown}) px")


def _present(category: str, reply: str, truth: Truth) -> Iterator[Verdict]:
    claimed = _says_yes(reply)
    if claimed is None:
        return
    claim = f"{category}: {'yes' if claimed else 'no'}"
    evidence = f"{category}: {truth.tally(category)} in the tile"
    yield verdict("class", claim, presence(category, claimed=claimed, truth=truth), evidence)


def _counted(category: str, asked: str, reply: str, truth: Truth) -> Iterator[Verdict]:
    quantity = find_number(reply)
    if quantity is None:
        return
    tally = truth.tally(category)
    partly = says_partly(f"{asked} {reply}")
    outcome = compare(quantity, tally, partly=partly, strict=True)
    claim = _quote(reply)
    yield verdict("count", claim, outcome, f"{category}: {tally} in the tile")


def _compared(asked: Sequence[Sentence], reply: str, truth: Truth) -> Iterator[Verdict]:
    claimed = _says_yes(reply)
    if claimed is None:
        return
    for sentence in asked:
        for one, other in pairwise(sentence.mentions):
            found = find_comparison(sentence.text, one, other)
            if found is None or difference_in(found) or not _ends_whole(sentence, other):
                continue
            tallies = truth.tally(one.category), truth.tally(other.category)
            more = is_more(*(tallies if found["more"] == "more" else tallies[::-1]))
            right: Outcome = "supported" if more is claimed else "contradicted"
            evidence = f"{one.category}: {tallies[0]}, {other.category}: {tallies[1]} in the tile"
            claim = _quote(reply)
            yield verdict("count", claim, "unverifiable" if more is None else right, evidence)


def _quote(reply: str) -> str:
    return " ".join(reply[:320].split())[:160]


def _says_yes(reply: str) -> bool | None:
    """Return whether folded ``reply`` begins with a yes or a no, None where with neither."""
    found = _YES_NO.match(reply)
    return None if found is None else found["no"] is None


def _asks_presence(sentence: Sentence) -> bool:
    """Say whether ``sentence`` is “is there a ship in the image?”, with nothing narrower."""
    mention = sentence.mentions[0] if len(sentence.mentions) == 1 else None
    if mention is None or not _IS_THERE.fullmatch(sentence.text[: mention.start]):
        return False
    return _ends_whole(sentence, mention)


def _asks_count(sentence: Sentence) -> bool:
    """Say whether ``sentence`` is “how many ships are there?”, with nothing narrower."""
    mention = sentence.mentions[0] if len(sentence.mentions) == 1 else None
    if mention is None or not _HOW_MANY.search(sentence.text[: mention.start]):
        return False
    return _ends_whole(sentence, mention)


def _ends_whole(sentence: Sentence, mention: Mention) -> bool:
    return _QUESTION_END.fullmatch(sentence.text[mention.end :][:120]) is not None


_PICTURES: Final = any_of(grammar().picture)
_IN_PICTURE: Final = (
    rf"(?:(?:in|on|of)\s{{1,3}}(?:the|this)\s{{1,3}}(?:\w{{1,20}}\s{{1,3}})?(?:{_PICTURES}))"
)
_YES_NO: Final = re.compile(
    rf"\W{{0,4}}(?:(?P<no>{any_of(grammar().refusals)})|{any_of(grammar().affirmations)})(?!\w)"
)
_IS_THERE: Final = re.compile(
    r"\W{0,4}(?:(?:is|are)\s{1,3}there|(?:can|do)\s{1,3}you\s{1,3}see|"
    rf"do(?:es)?\s{{1,3}}(?:the|this)\s{{1,3}}(?:{_PICTURES})\s{{1,3}}(?:show|contain|include|hold))"
    r"\s{1,3}(?:an?|any)\s{1,3}"
)
_HOW_MANY: Final = re.compile(
    rf"(?<!\w)(?:{any_of(grammar().how_many)})\s{{1,3}}(?:the\s{{1,3}})?\Z"
)
_QUESTION_END: Final = re.compile(
    rf"(?:\s{{1,3}}(?:are|is|can|do|does|be|{any_of(grammar().questions_end)}|{_IN_PICTURE})){{0,4}}"
    r"\s{0,3}[?.!]{0,3}\s{0,3}"
)
_NUMBER: Final = r"\s{0,3}(-?\d+(?:\.\d+)?)\s{0,3}"
_BOX: Final = re.compile(rf"\[{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\]")
