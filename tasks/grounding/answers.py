"""Answers that say little by themselves: “Yes.”, “14.”, “White.”, read with their question."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.clauses import Attached, Noun
from tasks.grounding.comparisons import comparisons
from tasks.grounding.discourse import Discourse
from tasks.grounding.grammar import any_of, fold, grammar
from tasks.grounding.quantities import Quantity, read_quantity
from tasks.grounding.references import Parsed
from tasks.grounding.resolving import Resolver
from tasks.grounding.sentences import Sentence
from tasks.grounding.statements import Judge, Scene
from tasks.grounding.truth import Floats, Truth
from tasks.grounding.verdicts import Checked, Edit, verdict

BOX_ERROR: Final = 1.5  # px: whole pixels, rounded one way or another
_POLAR: Final = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "can",
        "could",
        "would",
        "will",
        "has",
        "have",
        "am",
        "may",
        "might",
        "should",
    ]
)

_PLAIN: Final = frozenset(
    [
        "in",
        "on",
        "of",
        "at",
        "to",
        "you",
        "say",
        "this",
        "a",
        "the",
        "what",
        "yes",
        "no",
        "or",
        "here",
        "there",
        "i",
        "we",
        "any",
        "see",
    ]
)


def answers(
    question: Sequence[Sentence],
    read: Sequence[Sentence],
    text: str,
    form: str,
    truth: Truth,
    discourse: Discourse,
    asked: str = "",
) -> Iterator[Checked]:
    """Judge an answer as a reply to its question: presence, number, comparison, place or colour.

    ``asked`` and ``text`` are both turns as written. In samples of another form a number is read so
    only where the answer names no class itself.
    """
    tokens = [token for sentence in read for token in sentence.tokens][:60]
    if not question or not tokens:
        return
    bare = not any(t.category or t.tag for sentence in read for t in sentence.things)
    scene = Scene(truth, discourse, asked, True)
    claimed = _says_yes(fold(text))
    if claimed is not None:
        yield from _polar(question, scene, text, claimed=claimed, form=form)
    elif bare or form == "counting":
        yield from _counted(question, tokens, scene, text, form)
    if claimed is None:
        yield from _told(question, read, scene, text)


def _polar(
    question: Sequence[Sentence], scene: Scene, text: str, *, claimed: bool, form: str
) -> Iterator[Checked]:
    """Judge a yes or no by the statement that the question makes of itself."""
    for sentence in reversed(question):
        first = sentence.tokens[0].words if sentence.tokens else ""
        polar = (
            first in _POLAR or first in {"is there", "are there", "can see"} or form == "presence"
        )
        words = scene.text[sentence.start : sentence.end].lower()
        if not sentence.nouns or _HOW_MANY.search(words) or not (polar or _asks(sentence)):
            continue
        said = [*comparisons(sentence, scene), *Judge(scene).checked(sentence.nouns)]
        found = _together([one.verdict.outcome for one in said])
        kind = said[0].verdict.kind if len(said) == 1 else ClaimKind.EXISTENCE
        contradicted = [one for one in said if one.verdict.outcome == "contradicted"]
        if contradicted:
            kind = contradicted[0].verdict.kind
        elif any(one.verdict.kind is ClaimKind.COMPARISON for one in said):
            kind = ClaimKind.COMPARISON
        if not claimed and kind is ClaimKind.EXISTENCE:
            kind = ClaimKind.ABSENCE
        outcome = found if claimed else _opposite(found)
        if not claimed and found == "supported" and _has_unknown(sentence):
            outcome = "unverifiable"  # something may narrow it down
        evidence = "; ".join(one.verdict.evidence for one in said[:3]) or "nothing is claimed"
        claim = f"{' '.join(text.split())[:60]} ({_words(sentence, scene.text)})"[:160]
        yield Checked(
            verdict(kind, claim, outcome, evidence, start=0, end=len(text)),
            _flipped(text, claimed=claimed) if outcome == "contradicted" else (),
        )
        return


def _has_unknown(sentence: Sentence) -> bool:
    """Say whether a question holds words that are not understood, other than its first ones."""
    return any(token.kind in "wb" and token.words not in _PLAIN for token in sentence.tokens[1:])


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    if "contradicted" in outcomes:
        return "contradicted"
    if not outcomes or "unverifiable" in outcomes:
        return "unverifiable"
    return "supported"


def _opposite(outcome: Outcome) -> Outcome:
    if outcome == "unverifiable":
        return outcome
    return "contradicted" if outcome == "supported" else "supported"


def _flipped(text: str, *, claimed: bool) -> tuple[Edit, ...]:
    """Return the edit that turns a bare yes into a no and the other way round."""
    bare = re.fullmatch(r"\s*(yes|no)[.!]?\s*", text, re.IGNORECASE)
    if bare is None:
        return ()
    word = "no" if claimed else "yes"
    word = word.capitalize() if bare[1][0].isupper() else word
    return (Edit(bare.start(1), bare.end(1), word),)


def _counted(
    question: Sequence[Sentence], tokens: Sequence[object], scene: Scene, text: str, form: str
) -> Iterator[Checked]:
    """Judge a number by what the question asks to be counted."""
    for sentence in reversed(question):
        words = scene.text[sentence.start : sentence.end].lower()
        if not sentence.nouns or not (form == "counting" or _HOW_MANY.search(words)):
            continue
        quantity = _number_in(tokens)
        if quantity is None:
            return
        noun = _asked_of(sentence, words)
        if noun is not None:
            strict = form == "counting" or all(one.kind == "position" for one in noun.attached)
            checked = Judge(scene).counted(noun, quantity, strict=strict, whole=form == "counting")
            claim = " ".join(text.split())[:160]
            found = checked.verdict.model_copy(
                update={"claim": claim, "start": quantity.start, "end": quantity.end}
            )
            yield Checked(found, checked.edits)
        return


def _number_in(tokens: Sequence[object]) -> Quantity | None:
    some = list(tokens)
    for place, token in enumerate(some):
        if token.kind in "nq":  # type: ignore[attr-defined]
            if (
                place + 2 < len(some)
                and some[place + 1].words in {"to", "or", "-"}
                and some[place + 2].kind == "n"
            ):  # type: ignore[attr-defined]
                place += 2
            read = read_quantity(some, place)  # type: ignore[arg-type]
            if read is not None:
                return read[0]
    return None


def _asked_of(sentence: Sentence, words: str) -> Noun | None:
    """Return the noun that is to be counted: the first one after “how many”."""
    found = _HOW_MANY.search(words)
    start = sentence.start + found.end() if found else sentence.start
    after = [noun for noun in sentence.nouns if noun.thing.head_start >= start - 1]
    return next(iter(after or sentence.nouns), None)


def _told(
    question: Sequence[Sentence], read: Sequence[Sentence], scene: Scene, text: str
) -> Iterator[Checked]:
    """Judge a place, colour or direction that is said of what the question asks about."""
    told = [attached for sentence in read for attached in sentence.fronted]
    told += _measured(question, read, scene)
    if not told or any(noun.role == "subject" for sentence in read for noun in sentence.nouns):
        return  # it speaks of things itself, and is judged by itself
    noun = next((n for s in reversed(question) for n in s.nouns if n.role == "subject"), None)
    if noun is None:
        return
    meaning = Resolver(scene.truth, scene.discourse, scene.text).meaning(noun)
    if meaning.names_objects:
        answer = Scene(scene.truth, scene.discourse, text, False)
        yield from Judge(answer).told(noun, meaning, told)


def _measured(
    question: Sequence[Sentence], read: Sequence[Sentence], scene: Scene
) -> Iterator[Attached]:
    """Yield what a bare measure says of what the question asks: how far, how long, how wide."""
    asked = {token.words for sentence in question for token in sentence.tokens}
    for token in (t for sentence in read for t in sentence.tokens if t.kind == "D"):
        place = {"start": token.start, "end": token.end, "unit": token.value}
        if asked & {"far", "distance", "apart"}:
            others = [n for s in question for n in s.nouns if n.role != "nominal"][1:2]
            yield Attached("distance", amounts=(token.number, None), others=others, **place)
        elif asked & {"wide", "width"}:
            yield Attached("measure", amounts=(None, token.number), **place)
        elif asked & {"long", "length", "large", "big", "size"}:
            yield Attached("measure", amounts=(token.number, None), **place)


def box_verdicts(text: Parsed, truth: Truth, own: Sequence[str]) -> Iterator[Checked]:
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


def _boxed(match: re.Match[str], boxes: Floats) -> Checked:
    claimed = np.array([float(number[:9]) for number in match.groups()])
    errors = np.abs(boxes - claimed).max(axis=1)
    nearest = boxes[errors.argmin()]
    outcome: Outcome = "supported" if errors.min() <= BOX_ERROR else "contradicted"
    shown = ", ".join(f"{value:.1f}" for value in nearest)
    return Checked(
        verdict(
            ClaimKind.BOX, match[0][:160], outcome, f"the nearest box is ({shown}) px",
            start=match.start(), end=match.end(), found=f"({shown})",
        )
    )  # fmt: skip


def _says_yes(reply: str) -> bool | None:
    """Return whether folded ``reply`` begins with a yes or a no, None where with neither."""
    found = _YES_NO.match(reply)
    return None if found is None else found["no"] is None


def _asks(sentence: Sentence) -> bool:
    return any(
        token.kind == "e" or token.words in {"can see", "show"} for token in sentence.tokens[:6]
    )


def _words(sentence: Sentence, text: str) -> str:
    return " ".join(text[sentence.start : sentence.end].split())


_YES_NO: Final = re.compile(
    rf"\W{{0,4}}(?:(?P<no>{any_of(grammar().refusals)})|{any_of(grammar().affirmations)})(?!\w)"
)
_HOW_MANY: Final = re.compile(rf"(?<!\w)(?:{any_of(grammar().how_many)})(?!\w)")
_NUMBER: Final = r"\s{0,3}(-?\d+(?:\.\d+)?)\s{0,3}"
_BOX: Final = re.compile(rf"\[{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}\]")
