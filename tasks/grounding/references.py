"""Text references: phrases tied to objects, as in ``<ref ids="o1-o3 o7">three planes</ref>``.

    ids    = item, separated by spaces or commas
    item   = oN, or a range oN-oM with N < M
    tagged = plain text with <ref ids="…">…</ref>, not nested, neither ids nor text empty;
             <box ids="…">[x0, y0, x1, y1]</box> round the box of objects, whole px of the tile;
             <units>…</units> round words that say what the numbers of boxes are

Anything else that looks like such a tag is refused; a “<” before other words is plain text. All
functions are linear in the length of the text.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

MAX_REFS: Final = (
    100_000  # of one text: a range such as o1-o999999 in every tag must not fill memory
)

_ITEM: Final = re.compile(r"o([1-9][0-9]{0,5})(?:-o([1-9][0-9]{0,5}))?")
_REF: Final = re.compile(r"o[1-9][0-9]{0,5}")
_LOOKS_LIKE: Final = re.compile(r"<\s{0,3}/?\s{0,3}(?:ref|box|units)\b", re.IGNORECASE)
_OPEN: Final = re.compile(r'<(?:(?P<kind>ref|box) ids="(?P<ids>[^"<>]*)"|units)>')
_CLOSE: Final = re.compile(r"</(ref|box|units)>")
_BOX: Final = re.compile(r"\[\d{1,6}, \d{1,6}, \d{1,6}, \d{1,6}\]")


class BrokenReference(ValueError):
    """Ids or tags that do not follow the grammar; the message says what and where."""


class TextSpan(NamedTuple):
    """A phrase of the plain text: ``start`` ≤ character < ``end``, and the objects it means."""

    start: int
    end: int
    refs: tuple[str, ...]


class Parsed(NamedTuple):
    """Tagged text taken apart: ``spans`` are its phrases."""

    plain: str
    spans: tuple[TextSpan, ...]
    boxes: tuple[TextSpan, ...] = ()
    units: tuple[TextSpan, ...] = ()


class _Opened(NamedTuple):
    at: int
    end: int
    start: int  # in the plain text
    kind: str
    refs: tuple[str, ...]


def expand(ids: str) -> tuple[str, ...]:
    """Return the refs that ``ids`` lists, in its order, each once: "o1-o3 o7" → o1, o2, o3, o7.

    Raises BrokenReference for no refs at all, a malformed item, a range that runs backwards or
    more than ``MAX_REFS`` refs.
    """
    found: dict[str, None] = {}
    for item in ids.replace(",", " ").split():
        match = _ITEM.fullmatch(item)
        if match is None:
            raise BrokenReference(f"“{_short(item)}” is not a number such as o3, or a range o3-o7")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise BrokenReference(f"range “{item}” runs backwards")
        if len(found) + last - first >= MAX_REFS:
            raise BrokenReference(f"“{_short(ids)}” lists more than {MAX_REFS} objects")
        found.update(dict.fromkeys(f"o{number}" for number in range(first, last + 1)))
    if not found:
        raise BrokenReference("ids are empty")
    return tuple(found)


def compress(refs: Iterable[str]) -> str:
    """Return ``refs`` as ids, sorted, three or more in a row as a range: "o1-o3 o7".

    Raises BrokenReference for something that is no ref.
    """
    numbers = sorted({_number(ref) for ref in refs})
    items: list[str] = []
    start = 0
    for place, number in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == number + 1:
            continue
        items += _run(numbers[start], number)
        start = place + 1
    return " ".join(items)


def tag(text: str, refs: Iterable[str]) -> str:
    """Return ``text`` tied to ``refs``.

    Raises BrokenReference where the text is blank or holds a tag, or there are no refs.
    """
    ids = compress(refs)
    if not ids:
        raise BrokenReference(f"no objects given for “{_short(text)}”")
    if not text.strip():
        raise BrokenReference(f"blank text for {ids}")
    if _LOOKS_LIKE.search(text):
        raise BrokenReference(f"“{_short(text)}” holds a tag already; tags are not nested")
    return f'<ref ids="{ids}">{text}</ref>'


def tag_box(box: str, refs: Iterable[str]) -> str:
    """Return the text ``box``, ``[x0, y0, x1, y1]``, tied to ``refs``.

    Raises BrokenReference where it is no such box, or there are no refs.
    """
    ids = compress(refs)
    if not ids or _BOX.fullmatch(box) is None:
        raise BrokenReference(f"“{_short(box)}” for “{ids}” is not a box [x0, y0, x1, y1]")
    return f'<box ids="{ids}">{box}</box>'


def parse(tagged: str) -> Parsed:
    """Take the tags out of ``tagged`` and say which words they stood round.

    Raises BrokenReference for a malformed, nested, unclosed, stray or empty tag, with its place.
    """
    pieces: list[str] = []
    spans: dict[str, list[TextSpan]] = {"ref": [], "box": [], "units": []}
    done = length = total = 0
    opened: _Opened | None = None
    for mark in _LOOKS_LIKE.finditer(tagged):
        at = mark.start()
        pieces.append(tagged[done:at])
        length += at - done
        if (closing := _CLOSE.match(tagged, at)) is not None:
            kind = closing[1]
            spans[kind].append(_closed(tagged, at, kind, opened, length, pieces[-1]))
            opened, done = None, closing.end()
            continue
        opened = _opened(tagged, at, length, is_open=opened is not None)
        total += len(opened.refs)
        if total > MAX_REFS:
            raise BrokenReference(f"more than {MAX_REFS} objects referred to{_where(tagged, at)}")
        done = opened.end
    if opened is not None:
        raise BrokenReference(f"tag is never closed{_where(tagged, opened.at)}")
    pieces.append(tagged[done:])
    return Parsed("".join(pieces), *(tuple(spans[kind]) for kind in ("ref", "box", "units")))


def write(parsed: Parsed) -> str:
    """Return the tagged text that ``parse`` takes apart into ``parsed``."""
    marks = [(s.start, s.end, f'<ref ids="{compress(s.refs)}">', "</ref>") for s in parsed.spans]
    marks += [(s.start, s.end, f'<box ids="{compress(s.refs)}">', "</box>") for s in parsed.boxes]
    marks += [(s.start, s.end, "<units>", "</units>") for s in parsed.units]
    pieces: list[str] = []
    done = 0
    for start, end, opening, closing in sorted(marks):
        pieces += parsed.plain[done:start], opening, parsed.plain[start:end], closing
        done = end
    return "".join([*pieces, parsed.plain[done:]])


def _opened(tagged: str, at: int, start: int, *, is_open: bool) -> _Opened:
    match = _OPEN.match(tagged, at)
    if match is None:
        raise BrokenReference(
            f'malformed tag{_where(tagged, at)}; write <ref ids="o1-o3 o7">words</ref>'
        )
    if is_open:
        raise BrokenReference(f"tag inside a tag{_where(tagged, at)}")
    if match["kind"] is None:
        return _Opened(at, match.end(), start, "units", ())
    try:
        return _Opened(at, match.end(), start, match["kind"], expand(match["ids"]))
    except BrokenReference as error:
        raise BrokenReference(f"{error}{_where(tagged, at)}") from None


def _closed(
    tagged: str, at: int, kind: str, opened: _Opened | None, end: int, words: str
) -> TextSpan:
    if opened is None or opened.kind != kind:
        raise BrokenReference(f"</{kind}> without its opening tag{_where(tagged, at)}")
    if not words.strip():
        raise BrokenReference(f"tag round no words{_where(tagged, opened.at)}")
    if kind == "box" and _BOX.fullmatch(words) is None:
        raise BrokenReference(f"a box is written [x0, y0, x1, y1]{_where(tagged, opened.at)}")
    return TextSpan(opened.start, end, opened.refs)


def _number(ref: str) -> int:
    if _REF.fullmatch(ref) is None:
        raise BrokenReference(f"“{_short(ref)}” is not a number such as o3")
    return int(ref[1:])


def _run(first: int, last: int) -> list[str]:
    if last - first >= 2:
        return [f"o{first}-o{last}"]
    return [f"o{number}" for number in range(first, last + 1)]


def _where(tagged: str, at: int) -> str:
    return f" at character {at + 1}: “{_short(tagged[at : at + 60])}”"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def refs_of(tagged: str) -> frozenset[str]:
    """Return the objects that ``tagged`` refers to; none where its tags are broken."""
    try:
        parsed = parse(tagged)
    except BrokenReference:
        return frozenset()
    return frozenset(ref for span in (*parsed.spans, *parsed.boxes) for ref in span.refs)
