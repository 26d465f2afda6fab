"""Relations between two tagged phrases of a sentence, and superlatives: found in text and judged.

A relation stands between neighbouring phrases (“A is left of B”) or before both (“Left of A is B”).
What is only nearly so is left open; contradicted is what is clearly the other way round.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np

from schemas.verdict import Outcome, Verdict
from tasks.grounding.grammar import any_of, grammar, whole_words
from tasks.grounding.passages import Mention, Phrase, Sentence
from tasks.grounding.positions import without_regions
from tasks.grounding.truth import Place, Truth, is_a
from tasks.grounding.verdicts import Kind, any_of_them, named, verdict

TOLERANCE: Final = 0.01  # of the side: centres nearer to each other than this are level
FAR: Final = 0.25  # of the diagonal: with a gap beyond this, and
FAR_SIZES: Final = 4.0  # beyond this many sizes of the larger one, nothing is “next to”
LARGER: Final = 1.25  # ratio of areas that nobody mistakes
REACH: Final = 90  # characters between two phrases that belong together
_COMPASS: Final = {"north_of", "south_of", "west_of", "east_of"}
_SIGNS: Final[dict[str, tuple[tuple[int, int], ...]]] = {  # (axis, sign of subject − object)
    "left_of": ((0, -1),), "west_of": ((0, -1),), "right_of": ((0, 1),), "east_of": ((0, 1),),
    "above": ((1, -1),), "north_of": ((1, -1),), "below": ((1, 1),), "south_of": ((1, 1),),
    "upper_left_of": ((0, -1), (1, -1)), "upper_right_of": ((0, 1), (1, -1)),
    "lower_left_of": ((0, -1), (1, 1)), "lower_right_of": ((0, 1), (1, 1)),
}  # fmt: skip
_FARTHEST: Final = {"left": (0, -1), "right": (0, 1), "up": (1, -1), "down": (1, 1)}


class Related(NamedTuple):
    """A claimed relation; where it is open what stands in it, there are several subjects."""

    start: int
    end: int
    kind: str
    subjects: tuple[Phrase, ...]
    object: Phrase


def relation_verdicts(sentence: Sentence, truth: Truth) -> Iterator[Verdict]:
    """Judge every relation between tagged phrases, and every superlative in one."""
    for claim in find_relations(sentence):
        yield _judged(sentence, claim, truth)
    for mention in sentence.mentions:
        if mention.phrase is not None and mention.is_head:
            yield from _superlative(sentence, mention, mention.phrase, truth)


def find_relations(sentence: Sentence) -> Iterator[Related]:
    """Yield the relations that ``sentence`` states between its tagged phrases."""
    between, leading, linked = _patterns()
    text, phrases = sentence.text, sentence.phrases
    gaps = [without_regions(text[one.end : two.start]) for one, two in pairwise(phrases)]
    links = [len(gap) <= REACH and linked.fullmatch(gap) is not None for gap in gaps]
    chain: tuple[Phrase, ...] = ()
    for place, gap in enumerate(gaps):
        first, second = phrases[place], phrases[place + 1]
        found = between.fullmatch(gap) if len(gap) <= REACH else None
        if found:
            chain = (*chain[-1:], first)
            # “A stands here, and left of B is C”: it may be the third that is meant
            joined = _JOINING.search(gap) is not None and place + 1 < len(gaps) and links[place + 1]
            subjects = (*chain, phrases[place + 2]) if joined else chain
            yield Related(first.start, second.end, _kind_of(found["relation"]), subjects, second)
            continue
        chain = ()
        opening = leading.search(text, max(0, first.start - REACH), first.start)
        if opening and links[place] and not (place and between.fullmatch(gaps[place - 1])):
            kind = _kind_of(opening["relation"])
            yield Related(opening.start(), second.end, kind, (second,), first)


def judge(kind: str, subject: Place, other: Place, width: int, height: int) -> Outcome:
    """Say whether the objects at ``subject`` stand in relation ``kind`` to those at ``other``."""
    if kind in _SIGNS:
        sides = (width, height)
        outcomes = [_ordered(subject, other, *along, sides[along[0]]) for along in _SIGNS[kind]]
        if "contradicted" in outcomes:
            return "contradicted"
        return "unverifiable" if "unverifiable" in outcomes else "supported"
    judges: dict[str, Callable[[], Outcome]] = {
        "next_to": lambda: _near(subject, other, float(np.hypot(width, height))),
        "inside": lambda: _inside(subject, other, TOLERANCE * max(width, height)),
        "surrounded_by": lambda: _amid(subject, other, 5 * TOLERANCE * max(width, height)),
        "surrounding": lambda: _amid(other, subject, 5 * TOLERANCE * max(width, height)),
        "larger_than": lambda: _larger(subject, other),
        "smaller_than": lambda: _larger(other, subject),
    }
    return judges[kind]()


def _judged(sentence: Sentence, claim: Related, truth: Truth) -> Verdict:
    words = sentence.quote(claim.start, claim.end)
    about: Kind = "size" if claim.kind in {"larger_than", "smaller_than"} else "relation"
    other = truth.place(claim.object.refs)
    places = [(p.refs, place) for p in claim.subjects if (place := truth.place(p.refs))]
    if other is None or not places:
        return verdict(about, words, "unverifiable", "objects are not known")
    if claim.kind in _COMPASS and not truth.north_up:
        return verdict(about, words, "unverifiable", "north is not known")
    outcomes = [judge(claim.kind, place, other, truth.width, truth.height) for _, place in places]
    shown = [f"{named(refs)} {_box(place)}" for refs, place in places]
    evidence = f"{', '.join(shown)}; {named(claim.object.refs)} {_box(other)}"
    return verdict(about, words, any_of_them(outcomes), evidence)


def _box(place: Place) -> str:
    x0, y0, x1, y1 = place.box
    return f"in ({x0:.0f}, {y0:.0f}, {x1:.0f}, {y1:.0f})"


def _ordered(subject: Place, other: Place, axis: int, sign: int, side: int) -> Outcome:
    """Compare along ``axis``: sign −1 claims that the subject comes first."""
    apart = sign * (subject.middles - other.middles)
    tolerance = max(2.0, TOLERANCE * side)
    ahead, across = apart[:, axis], np.abs(apart[:, 1 - axis])
    near, far = (axis, axis + 2) if sign < 0 else (axis + 2, axis)
    clear = sign * (subject.box[far] - other.box[near]) >= 0
    if clear or ((ahead > tolerance).any() and (4 * ahead >= across).any()):
        return "supported"
    reaches_out = sign * (subject.box[near] - other.box[near]) > tolerance
    beyond = sign * (subject.box[far] - other.box[far]) > tolerance
    wrong = bool((ahead < -tolerance).all()) and not (reaches_out or beyond)
    return "contradicted" if wrong else "unverifiable"


def _near(subject: Place, other: Place, diagonal: float) -> Outcome:
    gap = float(_gaps(subject, other).min())
    size = max(_longest(subject), _longest(other))
    if gap <= max(size, 0.05 * diagonal):
        return "supported"
    return "contradicted" if gap > max(FAR * diagonal, FAR_SIZES * size) else "unverifiable"


def _inside(subject: Place, other: Place, tolerance: float) -> Outcome:
    gaps = _gaps(subject, other).min(axis=1)
    if (gaps > tolerance).all():
        return "contradicted"
    return "supported" if (gaps <= 0).all() else "unverifiable"


def _amid(subject: Place, other: Place, tolerance: float) -> Outcome:
    middle, box = subject.middles[0], other.box
    outside = np.concatenate([box[:2] - middle, middle - box[2:]]).max()
    if outside <= 0:
        return "supported"
    return "contradicted" if outside > tolerance else "unverifiable"


def _larger(subject: Place, other: Place) -> Outcome:
    one, two = float(subject.areas.mean()), float(other.areas.mean())
    if one >= two:
        return "supported"
    return "contradicted" if one * LARGER < two else "unverifiable"


def _gaps(subject: Place, other: Place) -> np.ndarray:
    """Return the distances between all boxes, px, shape (subjects, others); 0 where they meet."""
    a, b = subject.boxes[:, None, :], other.boxes[None, :, :]
    apart = np.maximum(a[..., :2] - b[..., 2:], b[..., :2] - a[..., 2:]).clip(0)
    return np.asarray(np.hypot(apart[..., 0], apart[..., 1]))


def _longest(place: Place) -> float:
    return float((place.boxes[:, 2:] - place.boxes[:, :2]).max())


def _superlative(
    sentence: Sentence, mention: Mention, phrase: Phrase, truth: Truth
) -> Iterator[Verdict]:
    """Judge “the leftmost plane” where it is said of one object and of the whole picture."""
    found = _SUPERLATIVE.search(sentence.text, phrase.start, mention.start)
    place = truth.place(phrase.refs)
    if found is None or place is None or len(phrase.refs) != 1:
        return
    claim = sentence.quote(phrase.start, phrase.end)
    narrowed = phrase.head_end < phrase.end or _SCOPE.match(sentence.text, phrase.end)
    rank = sentence.text[phrase.start : found.start()].split()[:-1]
    word = found["word"]
    kind = grammar().superlatives[word]
    about: Kind = "size" if kind in {"large", "small"} else "relation"
    is_north = "ern" in word and not truth.north_up
    peers = [
        r for r, o in truth.objects.items() if o.described and is_a(o.category, mention.category)
    ]
    if narrowed or rank or is_north or phrase.refs[0] not in peers:
        yield verdict(about, claim, "unverifiable", "not said of the whole picture")
        return
    all_of_them = truth.place(peers)
    if all_of_them is not None:
        sides = (truth.width, truth.height)
        outcome = _extreme(kind, place, all_of_them, sides)
        yield verdict(about, claim, outcome, f"{phrase.refs[0]} {_box(place)} among {len(peers)}")


def _extreme(kind: str, place: Place, peers: Place, sides: tuple[int, int]) -> Outcome:
    """Say whether the object at ``place`` is the most ``kind`` of ``peers``, itself among them."""
    if kind in {"large", "small"}:
        best = float(peers.areas.max() if kind == "large" else peers.areas.min())
        own = float(place.areas[0])
        worse = own * LARGER < best if kind == "large" else own > best * LARGER
        return "contradicted" if worse else "supported"
    axis, sign = _FARTHEST[kind]
    behind = float((sign * (peers.centres[:, axis] - place.centres[0, axis])).max())
    return "contradicted" if behind > max(2.0, TOLERANCE * sides[axis]) else "supported"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of the words between two phrases, before both, and between these."""
    words = grammar()
    relation = any_of(form for forms in words.relations.values() for form in forms)
    filler = rf"(?:{any_of(words.fillers)}|\d[\d.,]*)(?!\w)"
    article = rf"(?:\s{{1,3}}(?:{any_of(words.articles)})(?!\w)){{0,2}}"
    opener = rf"(?:(?:{any_of(words.openers)})\s{{1,3}}){{0,3}}"
    link = rf"(?:{any_of(words.verbs)})(?!\w)"
    return (
        re.compile(
            rf"[\s,(]{{0,3}}(?:{filler}[\s,(]{{1,3}}){{0,9}}(?P<relation>{relation}){article}\s{{0,3}}"
        ),
        re.compile(
            rf"(?:^|[,;:(]|(?<!\w)and|(?<!\w)while)\s{{0,3}}{opener}(?<!\w)(?P<relation>{relation})"
            rf"{article}\s{{0,3}}\Z"
        ),
        re.compile(rf"[\s,]{{0,3}}(?:{link}[\s,]{{1,3}}){{0,6}}"),
    )


@cache
def _kinds() -> dict[str, str]:
    return {form: kind for kind, forms in grammar().relations.items() for form in forms}


def _kind_of(words: str) -> str:
    return _kinds()[" ".join(words.replace("-", " ").split())]


_JOINING: Final = re.compile(r"(?<!\w)(?:and|while)(?!\w)|[,;]\s")
_SUPERLATIVE: Final = re.compile(rf"(?<!\w)(?P<word>{any_of(grammar().superlatives)})(?!\w)")
_SCOPE: Final = re.compile(rf"\s{{0,3}}{whole_words(grammar().subordinating).pattern}")
