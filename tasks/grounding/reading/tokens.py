"""Text cut into tokens: words with one meaning, each with the kind of word that it is.

A kind is the name of its list in ``words.yaml`` (class, colour, relation, superlative …), or one of
these: ``number``, ``vague`` (several), ``factor`` (twice), ``measure`` (20 m), ``place`` (in the
upper left), ``side`` (upper), ``joint`` (“-” between numbers), ``comma``, ``colon``, ``bracket``,
``mark`` for other marks, and ``word`` for words that no list has.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from tasks.grounding.reading.grammar import grammar, named_by
from tasks.lexicon.lexicon import numbers_in_words, short_forms, written_forms

HUGE: Final = 10.0**9  # what a number of more digits counts as
_TOKEN: Final = re.compile(r"\d+s(?!\w)|\d+(?:[.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)?|\S")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+")
_MARKS: Final[Mapping[str, str]] = {
    ",": "comma", "(": "bracket", ")": "bracket", ":": "colon", "–": "colon", "—": "colon",
    "&": "and", "/": "and", "×": "by", ";": "boundary",
}  # fmt: skip
_MULTIPLIERS: Final = frozenset({12, 20, 100, 1000})


class Token(NamedTuple):
    """One or several words with one meaning; ``start`` ≤ character < ``end`` of the text."""

    start: int
    end: int
    kind: str
    value: str  # what it stands for: a class, a relation … or the words themselves
    number: float = 0.0
    plural: bool = False
    words: str = ""  # as written, in lower case, single spaces
    owner: bool = False  # with “'s”: what follows belongs to it


class Raw(NamedTuple):
    """One word or mark as written, in lower case."""

    start: int
    end: int
    text: str


class _Entry(NamedTuple):
    rest: list[str]  # words after the first
    kind: str
    value: str
    number: float
    plural: bool


_Entries = dict[str, dict[str, list[_Entry]]]  # by first and second word, the longest first


def raw_tokens(text: str) -> list[Raw]:
    """Return the words, numbers and marks of folded ``text``; hyphens inside words are left out."""
    found = [Raw(*m.span(), m[0]) for m in _TOKEN.finditer(text)]
    if "-" not in text:
        return found
    return [raw for place, raw in enumerate(found) if raw.text != "-" or not _joins(found, place)]


def tokenize(
    raws: Sequence[Raw], composites: Mapping[int, Token], also: frozenset[str] = frozenset()
) -> list[Token]:
    """Return ``raws`` as tokens; ``composites`` are tokens found otherwise, by where they start.

    ``also`` are classes that the lexicon does not know, or that short names may mean. Of the entries of the word lists that fit,
    the longest is taken; one for a direction goes before a composite.
    """
    entries, texts = _entries(also), [raw.text for raw in raws]
    tokens: list[Token] = []
    place, count = 0, len(raws)
    while place < count:
        entry = _longest(entries, texts, place)
        composite = composites.get(raws[place].start)
        if composite is not None and not _outlasts(entry, raws, place, composite):
            tokens.append(composite._replace(start=raws[place].start))
            while place < count and raws[place].start < composite.end:
                place += 1
        else:
            token = _alone(raws, texts, place) if entry is None else _said(raws, place, entry)
            tokens.append(token)
            place += 1 if entry is None else len(entry.rest) + 1
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


def _outlasts(entry: _Entry | None, raws: Sequence[Raw], place: int, composite: Token) -> bool:
    """Say whether ``entry`` goes before a place in the picture: a direction, or a longer phrase."""
    if entry is None:
        return False
    last = raws[min(place + len(entry.rest), len(raws) - 1)]
    return (
        entry.kind in {"direction", "arrangement", "relation", "sided"}
        and last.end >= composite.end
    )


def _longest(entries: _Entries, texts: Sequence[str], place: int) -> _Entry | None:
    """Return the entry of the most words that stands at ``place``; its last word may have “'s”."""
    word = texts[place]
    found = entries.get(word)
    if found is None and word.endswith("'s"):
        found = entries.get(word[:-2])
    if found is None:
        return None
    if len(found) > 1 or "" not in found:
        second = texts[place + 1] if place + 1 < len(texts) else ""
        longer = found.get(second.removesuffix("'s"), ()) if second else ()
        for entry in longer:
            said = texts[place + 1 : place + 1 + len(entry.rest)]
            if said == entry.rest or _is_possessive(said, entry.rest):
                return entry
    alone = found.get("")
    return alone[0] if alone else None


def _is_possessive(said: Sequence[str], rest: Sequence[str]) -> bool:
    """Say whether ``said`` is ``rest`` but for “'s”: “the storage tank's roof”."""
    return said[-1].endswith("'s") and [*said[:-1], said[-1][:-2]] == rest


def _said(raws: Sequence[Raw], place: int, entry: _Entry) -> Token:
    first, last = raws[place], raws[place + len(entry.rest)]
    words = first.text
    if entry.rest:
        words = " ".join([raw.text for raw in raws[place : place + len(entry.rest) + 1]])
    owner = last.text.endswith("'s") and entry.kind != "there"
    return Token(
        first.start, last.end, entry.kind, entry.value, entry.number, entry.plural,
        words.removesuffix("'s") if owner else words, owner,
    )  # fmt: skip


def _alone(raws: Sequence[Raw], texts: Sequence[str], place: int) -> Token:
    raw, text = raws[place], texts[place]
    if text[0].isdecimal() and not text.endswith("s"):
        return Token(raw.start, raw.end, "number", text, number_of(text), words=text)
    if text.endswith("n't"):
        return Token(raw.start, raw.end, "not", text, words=text)
    if text == "-":
        between = 0 < place < len(texts) - 1 and texts[place + 1][0].isdigit()
        return Token(raw.start, raw.end, "joint" if between else "colon", text, words=text)
    kind = _MARKS.get(text) or ("word" if text[0].isalnum() else "mark")
    return Token(raw.start, raw.end, kind, text, words=text)


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """Return ``tokens`` with numbers of several words, measures and “three times” as one each."""
    done: list[Token] = []
    for token in tokens:
        before = done[-1] if done else None
        numbered = before is not None and before.kind == "number"
        if token.words == "'" and before is not None and before.end == token.start:
            done[-1] = before._replace(owner=True)  # “the planes' tails”
        elif (
            numbered
            and before is not None
            and token.words in grammar().amounts
            and token.number == 1
        ):
            continue  # “two single ships”
        elif token.kind == "number" and before is not None and numbered:
            done[-1] = _added(before, token)
        elif token.kind == "number" and len(done) > 1 and _is_hundred_and(done):
            done[-2:] = [_added(done[-2], token)]
        elif token.kind == "unit":
            _measure(done, token)
        elif token.kind == "times":
            _multiply(done, token)
        else:
            done.append(token)
    return done


def _measure(done: list[Token], unit: Token) -> None:
    """Make a measure of the number before ``unit``; “several hundred metres” is one, too."""
    before = done[-1] if done else None
    if before is None or before.kind not in {"number", "vague"}:
        done.append(unit._replace(kind="word"))
        return
    amount = before.number
    if before.kind == "vague":
        amount = grammar().vague[before.value].clear[0]
    value = "px" if unit.number == 0 else "m"
    done[-1] = Token(
        before.start, unit.end, "measure", value, amount * (unit.number or 1.0), words=unit.words
    )


def _multiply(done: list[Token], times: Token) -> None:
    before = done[-1] if done else None
    if before is not None and before.kind == "number":
        done[-1] = before._replace(end=times.end, kind="factor", words=f"{before.words} times")
    else:
        done.append(times._replace(kind="word"))


def _is_hundred_and(done: Sequence[Token]) -> bool:
    return done[-1].words == "and" and done[-2].kind == "number" and done[-2].number in {100, 1000}


def _added(one: Token, two: Token) -> Token:
    """Return “five hundred” or “one hundred and five” as one number."""
    number = one.number * two.number if two.number in _MULTIPLIERS else one.number + two.number
    return Token(one.start, two.end, "number", f"{one.value} {two.value}", number)


@cache
def _entries(also: frozenset[str]) -> _Entries:
    """Return the entries of the word lists; classes of ``also`` go before other words."""
    if not also:
        return _indexed(_listed())
    found = dict(_entries(frozenset()))
    own = {name: said for name, said in written_forms(also).items() if said[0] in also}
    short = (form for known in sorted(also) for form in short_forms(known).items())
    for form, (category, plural) in (*own.items(), *short):
        entry = _entry(form, "class", category, 0.0, plural)
        first, second = form.lower().replace("-", " ").split()[0], next(iter(entry.rest), "")
        same = found.get(first, {}).get(second, [])
        known = any(one.kind == "class" and one.rest == entry.rest for one in same)
        if not known or form in own:
            others = [one for one in same if one.rest != entry.rest]
            longest = sorted([entry, *others], key=lambda one: -len(one.rest))
            found[first] = {**found.get(first, {}), second: longest}
    return found


def _indexed(listed: "_Listed") -> _Entries:
    found: _Entries = {}
    seen: set[str] = set()
    for phrase, kind, value, number, plural in listed:
        first, *rest = words = phrase.lower().replace("-", " ").split()
        if (key := " ".join(words)) not in seen:
            seen.add(key)
            by_second = found.setdefault(first, {})
            by_second.setdefault(next(iter(rest), ""), []).append(
                _entry(phrase, kind, value, number, plural)
            )
    for entries in (some for by_second in found.values() for some in by_second.values()):
        entries.sort(key=lambda entry: -len(entry.rest))
    return found


def _entry(phrase: str, kind: str, value: str, number: float, plural: bool) -> _Entry:
    return _Entry(phrase.lower().replace("-", " ").split()[1:], kind, value, number, plural)


_Listed = Iterator[tuple[str, str, str, float, bool]]


def _listed() -> _Listed:
    """Yield every entry of the word lists: words, kind, value, number, plural."""
    lists = grammar()
    for form, (category, plural) in written_forms().items():
        if form not in lists.plain["object"]:
            yield form, "class", category, 0.0, plural
    yield from _listed_numbers()
    yield from ((phrase, "verb", "is", 0.0, False) for phrase in lists.naming_verbs)
    for kind in ("direction", "arrangement"):
        yield from _listed_values(kind, lists.valued[kind])
    for kind, phrases in lists.plain.items():
        yield from ((phrase, kind, phrase, 0.0, False) for phrase in phrases)
    for kind, valued in lists.valued.items():
        yield from _listed_values(kind, valued)
    yield from _listed_values("side", lists.sides)


def _listed_values(kind: str, valued: Mapping[str, Sequence[str]]) -> _Listed:
    for value, phrases in valued.items():
        yield from ((phrase, kind, value, 0.0, False) for phrase in phrases)


def _listed_numbers() -> _Listed:
    lists = grammar()
    for phrase, number in numbers_in_words().items():
        if number:
            yield phrase, "number", phrase, float(number), False
    yield from _listed_amounts("number", {"hundred": 100.0, "thousand": 1000.0, **lists.amounts})
    for forms in lists.after_number.values():
        some = (form for form in forms if " " in form and form not in named_by("bound"))
        yield from ((form, "after_number", form, 0.0, False) for form in some)
    yield from _listed_amounts("factor", lists.factors)
    yield from _listed_amounts("times", dict.fromkeys(lists.times, 0.0))
    yield from _listed_amounts("unit", {**lists.units, **dict.fromkeys(lists.pixel_units, 0.0)})
    yield from _listed_amounts("vague", dict.fromkeys(lists.vague, 0.0))
    yield from _listed_amounts("colour", dict.fromkeys(lists.colours, 0.0))


def _listed_amounts(kind: str, amounts: Mapping[str, float]) -> _Listed:
    yield from ((phrase, kind, phrase, float(number), False) for phrase, number in amounts.items())
