"""Checks one of our JSON lines element by element: what is wrong is named and taken out."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError

from schemas.jsonl_line import JsonlLine
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.folder import printable
from tasks.sources.listing import Entry

_NAMED: Final = 20  # findings about one line; more say nothing new

Place = tuple[int | str, ...]


class Checked(NamedTuple):
    """A line without what was wrong with it."""

    line: JsonlLine
    findings: tuple[Finding, ...]
    lost_object: bool


def checked(entry: Entry, source: str) -> Checked:
    """Return the line of ``entry`` without the elements that are wrong, and what was wrong."""
    content, faults = dict(entry.content), _faults(entry.content)
    for key, indexes in _lost(faults).items():
        if indexes is None:
            del content[key]
        else:
            content[key] = [one for i, one in enumerate(content[key]) if i not in indexes]
    try:
        line = JsonlLine.model_validate(content)
    except ValidationError:  # of the whole, such as a name that is no text
        line = JsonlLine(image=printable(entry.image))
    wrong = tuple(_wrong(entry, source, faults))
    lost = any(place[:1] == ("objects",) for place, _ in faults)
    return Checked(line, (*wrong, *_unknown(entry, source, line)), lost)


def _faults(content: dict[str, Any]) -> list[tuple[Place, str]]:
    """Return the places where ``content`` is wrong, and why."""
    try:
        JsonlLine.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [(fault["loc"], fault["msg"]) for fault in found if fault["loc"]]
    return []


def _lost(faults: Sequence[tuple[Place, str]]) -> dict[str, set[int] | None]:
    """Return which elements of which lists are taken out; None stands for the whole field."""
    lost: dict[str, set[int] | None] = {}
    for place, _ in faults:
        key, index = str(place[0]), place[1] if len(place) > 1 else None
        if not isinstance(index, int):
            lost[key] = None
        elif (indexes := lost.setdefault(key, set())) is not None:
            indexes.add(index)
    return lost


def _wrong(entry: Entry, source: str, faults: Sequence[tuple[Place, str]]) -> Iterator[Finding]:
    for place, why in faults[:_NAMED]:
        words = f"cannot be read ({printable(why)}); it is left out"
        yield entry.odd(source, FindingKind.MALFORMED_LINE, _path(place), words, Severity.ERROR)
    if len(faults) > _NAMED:
        words = f"has {len(faults) - _NAMED} more faults of this kind"
        yield entry.odd(source, FindingKind.MALFORMED_LINE, "", words, Severity.ERROR)


def _unknown(entry: Entry, source: str, line: JsonlLine) -> Iterator[Finding]:
    """Yield a finding for each field that is not known, elements counted together."""
    found: dict[str, int] = {}
    for path in _extra(line, ""):
        found[path] = found.get(path, 0) + 1
    for path, times in sorted(found.items())[:_NAMED]:
        often = f" ({times} times)" if times > 1 else ""
        why = f"is no field of this format{often}; it is not read"
        yield entry.odd(source, FindingKind.MALFORMED_LINE, path, why, Severity.NOTE)


def _extra(part: BaseModel, path: str) -> Iterator[str]:
    for key in part.model_extra or {}:
        yield f"{path}{printable(key[:100])}"
    for key in type(part).model_fields:
        value = getattr(part, key)
        for one in value if isinstance(value, tuple) else ():
            for turn in one if isinstance(one, tuple) else (one,):
                if isinstance(turn, BaseModel):
                    yield from _extra(turn, f"{path}{key}[].")


def _path(place: Place) -> str:
    path = ""
    for part in place:
        path += f"[{part}]" if isinstance(part, int) else f"{'.' if path else ''}{part}"
    return printable(path)
