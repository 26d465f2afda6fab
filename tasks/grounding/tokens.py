"""Text cut into tokens, each with the kind of word it is: the alphabet in which sentences are read.

A kind is one letter, so that a pattern over a sentence is a regular expression over its kinds:

    t the            C class           R relation              b another preposition
    a a, an          o one, ones       P position              W that, which
    p this, its      h they, it        O direction             & and, or
    u all, every     g row, group      F facing                , comma
    x no             I image           A arrangement           ( ) brackets
    r other          e there is        D measure               : colon, dash
    d second         E shows           m px                    | a new clause
    M more, fewer    S can be seen     k colour                H could, suggests
    c at least       v is, lies        s size                  T than
    n number         N not             l larger                B between
    q several        f of              L leftmost              w any other word
    Q most of        y with            j parked                . anything else
    G longer side    i long (of a measure)    X by             U unit
    ! absent         z or so          Z higher up (than A)  V with respect to      Y neighbour
"""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

from tasks.grounding.grammar import grammar
from tasks.lexicon.lexicon import numbers_in_words, written_forms

HUGE: Final = 10.0**9  # what a number of more digits counts as
_TOKEN: Final = re.compile(r"\d+s(?!\w)|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|\S")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_BREAKS: Final = {
    ",": ",",
    "(": "(",
    ")": ")",
    ":": ":",
    "–": ":",
    "—": ":",
    "&": "&",
    "×": "X",
    "/": "&",
}


class Token(NamedTuple):
    """One or several words with one meaning; ``start`` ≤ character < ``end`` of the text."""

    start: int
    end: int
    kind: str
    value: str  # what it stands for: a class, a relation … or the words themselves
    number: float = 0.0
    plural: bool = False
    words: str = ""  # as written, in lower case, single spaces


class _Entry(NamedTuple):
    rest: tuple[str, ...]  # words after the first
    kind: str
    value: str
    number: float
    plural: bool


_Entries = dict[str, list[_Entry]]


class Raw(NamedTuple):
    """One word or mark as written, in lower case."""

    start: int
    end: int
    text: str


def raw_tokens(text: str) -> list[Raw]:
    """Return the words, numbers and marks of folded ``text``; hyphens inside words are left out."""
    found = [Raw(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text)]
    return [raw for place, raw in enumerate(found) if raw.text != "-" or not _joins(found, place)]


def tokenize(
    raws: Sequence[Raw], composites: dict[int, Token], also: frozenset[str] = frozenset()
) -> list[Token]:
    """Return ``raws`` as tokens; ``composites`` are tokens found otherwise, by where they start.

    ``also`` are classes that the lexicon does not know. Of the entries of the word lists that fit,
    the longest is taken; one for a direction goes before a composite.
    """
    entries = _entries(also)
    words = [raw.text for raw in raws]
    tokens: list[Token] = []
    place, count = 0, len(raws)
    while place < count:
        raw = raws[place]
        entry = _longest(entries, words, place)
        composite = composites.get(raw.start)
        if composite is not None and (entry is None or entry.kind != "O"):
            tokens.append(composite)
            while place < count and raws[place].start < composite.end:
                place += 1
            continue
        if entry is None:
            tokens.append(_alone(raw, place, words))
            place += 1
            continue
        last = raws[place + len(entry.rest)]
        following = place + len(entry.rest) + 1
        said = " ".join(words[place:following])
        tokens.append(
            Token(
                raw.start, last.end, entry.kind, entry.value, entry.number, entry.plural, said
            )
        )  # fmt: skip
        place = following
    return _joined(tokens)


def number_of(text: str) -> float:
    """Return the number that digits such as 14, 1,234 or 2.8 are."""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text.replace(",", ".")
    if plain.count(".") > 1 or len(plain) > 12:
        return HUGE
    return float(plain)


def _joins(raws: Sequence[Raw], place: int) -> bool:
    """Say whether the hyphen at ``place`` stands inside a word, not between two numbers."""
    if not 0 < place < len(raws) - 1:
        return False
    before, here, after = raws[place - 1], raws[place], raws[place + 1]
    if before.end != here.start or after.start != here.end:
        return False
    return not (before.text[0].isdigit() and after.text[0].isdigit())


def _longest(entries: _Entries, words: Sequence[str], place: int) -> _Entry | None:
    word = words[place]
    found = entries.get(word)
    if found is None and word.endswith("'s"):
        found = entries.get(word[:-2])
    for entry in found or ():
        if not entry.rest:
            return entry
        if tuple(words[place + 1 : place + 1 + len(entry.rest)]) == entry.rest:
            return entry
    return None


def _alone(raw: Raw, place: int, words: Sequence[str]) -> Token:
    text = raw.text
    if text[0].isdecimal() and not text.endswith("s"):
        return Token(raw.start, raw.end, "n", text, number_of(text), words=text)
    if text.endswith("n't"):
        return Token(raw.start, raw.end, "N", text, words=text)
    if text == "-":
        between = 0 < place < len(words) - 1 and words[place + 1][0].isdigit()
        return Token(raw.start, raw.end, "-" if between else ":", text, words=text)
    kind = _BREAKS.get(text) or ("w" if text[0].isalnum() else ".")
    return Token(raw.start, raw.end, kind, text, words=text)


def _joined(tokens: list[Token]) -> list[Token]:
    """Return ``tokens`` with numbers of several words and measures as one token each."""
    done: list[Token] = []
    for token in tokens:
        before = done[-1] if done else None
        if token.kind == "n" and before is not None and before.kind == "n":
            done[-1] = _added(before, token)
        elif token.kind == "n" and len(done) > 1 and _is_hundred_and(done):
            done[-2:] = [_added(done[-2], token)]
        elif token.kind == "U" and before is not None and before.kind == "n":
            value = "px" if token.number == 0 else "m"
            number = before.number * (token.number or 1.0)
            done[-1] = Token(before.start, token.end, "D", value, number, words=token.words)
        elif token.kind == "U":
            done.append(token._replace(kind="w"))
        else:
            done.append(token)
    return done


def _is_hundred_and(done: Sequence[Token]) -> bool:
    return done[-1].value == "and" and done[-2].kind == "n" and done[-2].number in {100, 1000}


def _added(one: Token, two: Token) -> Token:
    """Return “five hundred” or “one hundred and five” as one number."""
    number = one.number * two.number if two.number in {100, 1000, 12} else one.number + two.number
    return Token(one.start, two.end, "n", f"{one.value} {two.value}", number, words="")


@cache
def _entries(also: frozenset[str]) -> _Entries:
    found: _Entries = {}
    seen: set[str] = set()
    for words, kind, value, number, plural in _listed(also):
        first, *rest = words.replace("-", " ").split()
        key = " ".join((first, *rest))
        if key not in seen:
            seen.add(key)
            found.setdefault(first, []).append(_Entry(tuple(rest), kind, value, number, plural))
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry.rest))
    return found


def _listed(also: Collection[str]) -> Iterator[tuple[str, str, str, float, bool]]:
    """Yield every entry of the word lists: words, kind, value, number, plural."""
    for form, (category, plural) in written_forms(frozenset(also)).items():
        yield form, "C", category, 0.0, plural
    for words, number in numbers_in_words().items():
        if number:
            yield words, "n", words, float(number), False
    for words in ("hundred", "thousand"):
        yield words, "n", words, {"hundred": 100.0, "thousand": 1000.0}[words], False
    lists = grammar()
    for words, number in lists.amounts.items():
        yield words, "n", words, float(number), False
    for words in (form for forms in lists.after_number.values() for form in forms):
        if " " in words:
            yield words, "z", words, 0.0, False
    for unit, metres in lists.units.items():
        yield unit, "U", unit, metres, False
    for unit in lists.pixel_units:
        yield unit, "U", unit, 0.0, False
    for kind, words_of in _plain_kinds():
        for words in words_of:
            yield words, kind, words, 0.0, False
    for kind, valued in _valued_kinds():
        for value, words_of in valued.items():
            for words in words_of:
                yield words, kind, value, 0.0, False


def _plain_kinds() -> Iterator[tuple[str, Collection[str]]]:
    """Yield the kinds whose words stand for themselves; earlier ones win."""
    lists = grammar()
    yield from (
        ("j", lists.asides), ("!", lists.absent), ("V", lists.reference), ("Y", lists.neighbour),
        ("q", lists.vague), ("Q", lists.portions), ("k", lists.colours), ("L", lists.superlatives),
        ("l", lists.comparatives), ("x", lists.none), ("u", lists.every), ("g", lists.collectives),
        ("o", lists.ones), ("h", lists.they), ("r", lists.rest), ("d", lists.ordinals),
        ("M", lists.more), ("e", lists.there), ("S", lists.seen), ("F", lists.facing),
        ("G", lists.long_sides), ("I", lists.picture), ("t", lists.the), ("a", lists.a),
        ("p", lists.pointing), ("N", lists.not_), ("&", lists.and_), ("|", lists.boundary),
        ("y", lists.with_), ("f", lists.of), ("T", lists.than), ("B", lists.between),
        ("W", lists.who), ("H", lists.hypothetical), ("j", lists.neutral), ("v", lists.verbs),
        ("E", lists.shows), ("X", lists.by), ("b", lists.other_prepositions),
    )  # fmt: skip


def _valued_kinds() -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """Yield the kinds of which several words stand for one thing."""
    lists = grammar()
    yield "O", lists.directions
    yield "A", lists.arrangements
    yield "R", lists.relations
    yield "Z", lists.relative
    yield "s", lists.sizes
    yield "i", lists.dimensions
    yield "c", {str(kind): words for kind, words in lists.comparators.items()}
