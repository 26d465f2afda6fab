"""Licences recognised in what sources say of their terms: names, spellings, URLs, words."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

from schemas.licence import Licence

LONGEST: Final = 2000  # characters of a statement that are read
_WORD: Final = re.compile(r"[^\W_]+(?:\.[^\W_]+)*")
_URL: Final = re.compile(r"https?://(?:www\.)?|\bwww\.", re.IGNORECASE)
_JOINED: Final = (
    (re.compile(r"\bnon[\s-]+commercial", re.IGNORECASE), "noncommercial"),
    (re.compile(r"\bshare[\s-]+alike", re.IGNORECASE), "sharealike"),
    (re.compile(r"\bno[\s-]*deriv(?:ative)?s?(?:\s+works)?\b", re.IGNORECASE), "noderivatives"),
    (re.compile(r"licen[cs](?:es|ed|e)\b", re.IGNORECASE), "license"),
)
_ENDING: Final = re.compile(r"\.(?:s?html?|txt|md|php|[a-z]{2}(?=[\s/)]|$))", re.IGNORECASE)
_DASHED: Final = re.compile(r"\b(\d)-(0|5)\b")  # versions in URLs: odbl/1-0


@cache
def licences() -> dict[str, Licence]:
    """Return every known licence by its name, versions left out, in file order."""
    entries = yaml.safe_load(_file("licences.yaml"))
    return {name: Licence.model_validate({"name": name, **it}) for name, it in entries.items()}


@cache
def licence_of(text: str) -> Licence | None:
    """Return the licence that ``text`` states, the one that allows least where there are several.

    Names, spellings and URLs are understood, and names within a sentence. None where there is none.
    """
    found = [licence for licence in _stated(text) if licence is not None]
    return min(found, key=_freedom, default=None)


@cache
def allows_commercial(text: str | None) -> bool | None:
    """Say whether terms in words allow commercial use of what is made of the data; None: unknown.

    One part that forbids it is enough. It is allowed where nothing but licences that allow it is
    said: “CC-BY-4.0; ask the authors for the images” is unknown.
    """
    stated = list(_stated(text)) if text else []
    found = [licence for licence in stated if licence is not None]
    if any(not (licence.commercial and licence.derivatives) for licence in found):
        return False
    return True if found and len(found) == len(stated) else None


def _stated(text: str) -> Iterator[Licence | None]:
    """Yield the licences in ``text`` in order, None for each word that could mean something else."""
    words, place = _words(text), 0
    while place < len(words):
        licence, end = _at(words, place)
        if licence is not None:
            yield licence
        elif words[place] not in _silent():
            yield None
        place = end


def _at(words: Sequence[str], place: int) -> tuple[Licence | None, int]:
    """Return the longest-named licence at ``place`` with its version, and the place after it."""
    spellings, longest = _spellings()
    for end in range(min(len(words), place + longest), place, -1):
        name = spellings.get(tuple(words[place:end]))
        if name is not None:
            return _versioned(licences()[name], words, end)
    return None, place + 1


def _versioned(licence: Licence, words: Sequence[str], place: int) -> tuple[Licence, int]:
    """Return ``licence`` in the version that follows at ``place``, if one does."""
    while place < len(words) and words[place] in {"license", "version", "v", "international"}:
        place += 1
    said = words[place].removeprefix("v") if place < len(words) else ""
    version = next((v for v in licence.versions if said in {v, v.removesuffix(".0")}), None)
    if version is None:
        return _unversioned(licence), place
    name = licence.name if licence.name.endswith(version) else f"{licence.name}-{version}"
    url = licence.url.replace("{version}", version) if licence.url else None
    return licence.model_copy(update={"name": name, "url": url}), place + 1


def _unversioned(licence: Licence) -> Licence:
    if licence.url is None or "{version}" not in licence.url or not licence.versions:
        return licence
    url = licence.url.replace("{version}", licence.versions[-1])
    return licence.model_copy(update={"url": url})


def _words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case; addresses lose their scheme and “www.”."""
    plain = _DASHED.sub(r"\1.\2", _ENDING.sub(" ", _URL.sub(" ", text[:LONGEST])))
    for pattern, joined in _JOINED:
        plain = pattern.sub(joined, plain)
    return [word.lower() for word in _WORD.findall(plain)]


@cache
def _silent() -> frozenset[str]:
    return frozenset(yaml.safe_load(_file("words.yaml"))["silent"].split())


def _file(name: str) -> str:
    return (files("tasks.licences") / name).read_text(encoding="utf-8")


@cache
def _spellings() -> tuple[dict[tuple[str, ...], str], int]:
    """Return the name of the licence for every spelling in words, and how many words the longest has."""
    found: dict[tuple[str, ...], str] = {}
    for name, licence in licences().items():
        url = (licence.url or "").split("{version}")[0]
        for spelling in (name, url, *licence.spellings):
            if words := tuple(_words(spelling)):
                found.setdefault(words, name)
    return found, max(map(len, found))


def _freedom(licence: Licence) -> tuple[bool, bool, bool]:
    """Order licences by what they allow, the one that allows least first."""
    return licence.commercial, licence.derivatives, not licence.share_alike
