"""Names of units as a text comes to them one after another: a row, a second row, a further row."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tasks.grounding.references import tag
from tasks.lexicon.lexicon import plural
from tasks.model.offline.gists import tagged
from tasks.model.offline.phrases import agreement, article_for, it, ordinal
from tasks.model.offline.plans import Voice
from tasks.model.offline.units import Unit

Referring = Callable[[int], Mapping[str, str]]

_ORDINALS: Final = 3  # beyond this, counting through becomes a list


class Names:
    """Names the units of one class; ``alone`` where the first unit is all that there is of it."""

    def __init__(self, voice: Voice, *, alone: bool, tinted: bool = False) -> None:
        """``tinted``: the colour that all share has been said and stands in no name any more."""
        self._voice, self._alone, self._tinted = voice, alone, tinted
        self._told: Counter[str] = Counter()
        self._tints: set[str | None] = {None}
        self._any = False

    def referring(self, unit: Unit) -> Referring:
        """Return the slots of reference for the n-th sentence on ``unit``."""
        plain = {"kinds": plural(unit.category), **agreement(len(unit.refs))}
        first = self._first(unit)
        again = f"the {unit.category}" if unit.category == "person" else None
        again = f"the crowd of {plural(unit.category)}" if unit.kind == "crowd" else again

        def subject(place: int) -> Mapping[str, str]:
            if place:
                return {**plain, "subject": tag(again, unit.refs) if again and unit.single else
                        it(unit.refs), "then": ""}  # fmt: skip
            return {**plain, **first}

        return subject

    def heard(self, unit: Unit, sentences: Sequence[str]) -> None:
        """Count ``unit`` as a row or cluster where ``sentences`` call it so."""
        text = " ".join(sentences)
        named = any(
            unit.kind in words for refs, words in tagged(text) if set(refs) == set(unit.refs)
        )
        stands = f"in a {unit.kind}" in text or f"form a {unit.kind}" in text
        if unit.kind in {"row", "cluster"} and (named or stands):
            self._told[unit.kind] += 1

    def more(self, kind: str, number: int, tint: str | None = None) -> str:
        """Return “more ” where something of ``kind`` has been named, and count ``number`` of it."""
        self._tints.add(tint)
        before = self._told[kind]
        self._told[kind] += number
        self._any = True
        return "more " if before else ""

    def _first(self, unit: Unit) -> Mapping[str, str]:
        kind = unit.kind if unit.kind in {"row", "cluster", "crowd"} else "thing"
        before, others = self._told[kind], self._any
        self._told[kind] += len(unit.refs) if kind == "thing" else 0
        self._any = True
        body = self._body(unit)
        if unit.kind == "crowd":
            name = tag(f"a crowd of {plural(unit.category)}", unit.refs)
            return {"subject": name, "noun": name}
        if unit.single:
            name = tag(self._one(unit, body, before), unit.refs)
        elif self._alone:
            name = tag(f"the {body}", unit.refs)
        else:
            name = tag(self._several(body) if others else body, unit.refs)
        slots = {"subject": name, "noun": name} | ({} if self._alone else {"new": name})
        if kind in {"row", "cluster"}:
            lead = "the" if self._alone else self._article(before)
            slots["formation"] = tag(f"{lead} {kind} of {body}", unit.refs)
        return slots

    def _body(self, unit: Unit) -> str:
        if self._tinted and unit.tint:
            return unit.body.replace(f"{unit.tint} ", "", 1)
        return unit.body

    def _one(self, unit: Unit, body: str, before: int) -> str:
        if self._alone:
            return f"the {unit.category}" if "colour" in unit.slots else f"the {body}"
        new = unit.tint not in self._tints and not self._tinted
        self._tints.add(unit.tint)
        if before == 0 or (new and body != unit.category):
            return f"one {body}" if self._voice.pick((True, False)) else article_for(body)
        return f"{self._article(before)} {body}"

    def _article(self, before: int) -> str:
        if before == 0:
            return "a"
        counted = (f"a {ordinal(before + 1)}",) if before < _ORDINALS else ()
        lead: str = self._voice.pick((*counted, "another", "a further"))
        return lead

    def _several(self, body: str) -> str:
        number, kind = body.split(" ", 1)
        lead = self._voice.pick(("more", "another", "further"))
        return f"{lead} {body}" if lead == "another" else f"{number} {lead} {kind}"
