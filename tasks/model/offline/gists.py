"""Local facts read back: the objects that each is about, their class, and its sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from schemas.facts import FactSheet
from tasks.grounding.references import BrokenReference, expand, parse
from tasks.lexicon.lexicon import counted, find_categories

_BETWEEN: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z<\d])")
_FORMED: Final = re.compile(r"a (?P<kind>row|cluster|crowd) of ", re.IGNORECASE)
_ROW: Final = re.compile(r"\bin a row\b|\bform a row\b|\blined up\b", re.IGNORECASE)
_CLUSTER: Final = re.compile(r"\bin a cluster\b", re.IGNORECASE)
_TAGGED: Final = re.compile(r'<ref ids="([^"]*)">(.*?)</ref>')


@dataclass(frozen=True)
class Gist:
    """One local fact. ``name`` is its first phrase with a class, such as “a row of nine ships”."""

    id: str
    refs: tuple[str, ...]
    category: str
    name: str
    sentences: tuple[str, ...]

    @property
    def kind(self) -> str:
        """“row”, “cluster” or “crowd” where the first sentence says so, else “single” or “cell”."""
        if formed := _FORMED.match(self.name):
            return formed["kind"].lower()
        if len(self.refs) == 1:
            return "single"
        if _ROW.search(self.sentences[0]):
            return "row"
        return "cluster" if _CLUSTER.search(self.sentences[0]) else "cell"

    @property
    def formed(self) -> str:
        """“a row of nine ships” as it is named, else “a group of 35 ships”."""
        if _FORMED.match(self.name):
            return self.name[0].lower() + self.name[1:]
        return f"a group of {counted(len(self.refs), self.category)}"

    @property
    def own(self) -> tuple[str, ...]:
        """Its sentences whose first tag is on all of its objects and on nothing else."""
        mine = set(self.refs)
        first = [(sentence, _TAGGED.search(sentence)) for sentence in self.sentences]
        return tuple(s for s, found in first if found and set(expand(found[1])) == mine)


def gists(sheet: FactSheet) -> tuple[Gist, ...]:
    """Return the facts of ``sheet`` that name a class in their first sentence, in order."""
    found = (_gist(fact.id, fact.text) for fact in sheet.facts)
    return tuple(gist for gist in found if gist is not None)


def tagged(text: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the refs and the words of every tag in ``text``, which must be sound."""
    return [(expand(ids), words) for ids, words in _TAGGED.findall(text)]


def refs_by_class(sheet: FactSheet) -> dict[str, tuple[str, ...]]:
    """Return the refs of every class that objects, groups and facts together name, sorted."""
    known = {fact.ref: fact.category for fact in sheet.objects}
    for group in sheet.groups:
        for ref in expand(" ".join(group.refs)):
            known.setdefault(ref, group.category)
    for refs, category in _named(sheet):
        for ref in refs:
            known.setdefault(ref, category)
    by_class: dict[str, list[str]] = {}
    for ref in sorted(known, key=lambda ref: int(ref[1:])):
        by_class.setdefault(known[ref], []).append(ref)
    return {category: tuple(refs) for category, refs in by_class.items()}


def _gist(fact_id: str, text: str) -> Gist | None:
    sentences = tuple(_BETWEEN.split(text.strip()))
    for ids, words in _TAGGED.findall(sentences[0]):
        mentions = find_categories(words)
        if not mentions:
            continue
        try:
            parse(text)
            return Gist(fact_id, expand(ids), mentions[0].category, words, sentences)
        except BrokenReference:
            return None
    return None


def _named(sheet: FactSheet) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield the refs of every tagged phrase that names one class of the sheet."""
    classes = {count.category for count in sheet.counts}
    for fact in sheet.facts:
        try:
            parsed = parse(fact.text)
        except BrokenReference:
            continue
        for start, end, refs in parsed.spans:
            named = {m.category for m in find_categories(parsed.plain[start:end])} & classes
            if len(named) == 1:
                yield refs, named.pop()
