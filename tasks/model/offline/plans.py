"""Sentence plans: lines with slots in the YAML files here, and the voice that chooses among them.

A plan is a sentence such as “{subject} measure{s} about {metres}.” Slots of agreement and reference
({subject}, {is}, {s} …) serve grammar; every other slot is a feature, something that the sentence
says. A plan can be used where all its slots are known and all its features are still unsaid.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Final, TypeVar

import yaml

from schemas.record import content_id

T = TypeVar("T")

GRAMMAR: Final = frozenset(
    (
        *("subject", "noun", "new", "own", "formation", "gathering", "kinds", "slant", "then"),
        *("it", "its", "them", "is", "has", "does", "s", "all"),
    )
)
_FIRST_LETTER: Final = re.compile(r'^((?:<ref ids="[^"]*">)?)(\w)')


_DIGIT_FIRST: Final = re.compile(r'^(?:<ref ids="[^"]*">)?\d')
_FORMS: Final = re.compile(r"_(?:short|long|by)$")  # of one and the same feature


@dataclass(frozen=True)
class Plan:
    """One sentence plan and the slots that it has."""

    text: str
    slots: frozenset[str]

    @property
    def says(self) -> frozenset[str]:
        """The features that a sentence of this plan states."""
        return frozenset(_feature(slot) for slot in self.slots - GRAMMAR)

    @property
    def opening(self) -> str:
        """The first word or slot: two neighbouring sentences should not open alike."""
        return self.text.split()[0]


class Voice:
    """Chooses plans and words by seed, and remembers the last plan so as not to repeat it."""

    def __init__(self, *seed: str | int, shift: int = 0) -> None:
        """Seed the voice; voices of one seed and other ``shift`` word the same things differently."""
        self._seed = content_id(*seed)
        self._shift = shift
        self._step = 0
        self._last: Plan | None = None
        self._used: dict[str, int] = {}

    def pick(self, items: Sequence[T]) -> T:
        """Return one of ``items``, which must not be empty."""
        return items[self._draw("pick") % len(items)]

    def shuffled(self, items: Sequence[T]) -> tuple[T, ...]:
        """Return ``items`` in an order drawn by seed."""
        keyed = [(self._draw("shuffle"), place) for place in range(len(items))]
        return tuple(items[place] for _, place in sorted(keyed))

    def choose(
        self, plans: Sequence[Plan], known: Collection[str], unsaid: Collection[str]
    ) -> Plan | None:
        """Return a plan that says something unsaid with what is known, unlike the one before.

        None when no plan fits. Plans used least so far go first, then those that say more.
        """
        fitting = [
            plan
            for plan in plans
            if plan.slots <= set(known) and plan.says <= set(unsaid) and plan != self._last
        ]
        if not fitting:
            return None
        rich = self._draw("rich") % 4 > 0
        opening = self._last.opening if self._last else None

        def order(plan: Plan) -> tuple[bool, int, int, int]:
            said = -min(len(plan.says), 3) if rich else 0
            used = self._used.get(plan.text, 0)
            return plan.opening == opening, used, said, int(content_id(self._now(), plan.text), 16)

        chosen = min(fitting, key=order)
        self._last = chosen
        self._used[chosen.text] = self._used.get(chosen.text, 0) + 1
        return chosen

    def say(self, family: str, slots: Mapping[str, str]) -> str:
        """Return one sentence of ``family`` (``file.name``) that uses every feature it can.

        Raises KeyError when no plan of the family fits the slots: a gap in the file.
        """
        plans = [plan for plan in load_plans(family) if _may_open(plan, slots)]
        most = max((len(p.says) for p in plans if p.slots <= set(slots)), default=None)
        if most is None:
            raise KeyError(f"no plan of {family} fits {sorted(slots)}")
        richest = [p for p in plans if p.slots <= set(slots) and len(p.says) == most]
        chosen = self._rotated(richest) if self._shift else self.choose(richest, slots, slots)
        chosen = chosen or richest[0]
        return finish(chosen.text.format_map(slots))

    def _rotated(self, plans: Sequence[Plan]) -> Plan:
        self._step += 1
        ordered = sorted(plans, key=lambda plan: content_id(self._now(), plan.text))
        return ordered[self._shift % len(ordered)]

    def _draw(self, what: str) -> int:
        self._step += 1
        return int(content_id(self._now(), what), 16)

    def _now(self) -> str:
        return f"{self._seed}/{self._step}"


def compose(
    voice: Voice,
    families: Sequence[str],
    slots: Mapping[str, str],
    subject: Callable[[int], Mapping[str, str]],
    most: int,
    opening: Sequence[str] = (),
) -> list[str]:
    """Return up to ``most`` sentences that say every feature in ``slots`` once.

    The first sentence is of the families ``opening`` where one of their plans fits.
    ``subject(n)`` gives the slots of reference and agreement for the n-th sentence, from 0.
    """
    plans, first = _plans(families), _plans(opening)
    unsaid = {_feature(name) for name in slots} - GRAMMAR
    sentences: list[str] = []
    while unsaid and len(sentences) < most:
        known = {n: words for n, words in slots.items() if n in GRAMMAR or _feature(n) in unsaid}
        known |= subject(len(sentences))
        fitting = [] if sentences else [plan for plan in first if _may_open(plan, known)]
        plan = voice.choose(fitting, known, unsaid) or voice.choose(
            [plan for plan in plans if _may_open(plan, known)], known, unsaid
        )
        if plan is None or not plan.says:
            break
        unsaid -= plan.says
        sentences.append(finish(plan.text.format_map(known)))
    return sentences


def _plans(families: Sequence[str]) -> list[Plan]:
    return [plan for family in families for plan in load_plans(family)]


def _may_open(plan: Plan, known: Mapping[str, str]) -> bool:
    """Say whether the sentence would open with a word: figures do not open sentences."""
    opening = known.get(plan.opening.strip("{},"), "")
    return not _DIGIT_FIRST.match(opening)


def finish(sentence: str) -> str:
    """Return ``sentence`` with single spaces and a capital letter."""
    tidy = re.sub(r"\s+", " ", sentence).strip()
    return _FIRST_LETTER.sub(lambda found: found[1] + found[2].upper(), tidy)


@cache
def load_plans(family: str) -> tuple[Plan, ...]:
    """Return the plans of ``file.name``: the list ``name`` in ``file``.yaml."""
    file, name = family.split(".")
    return tuple(Plan(text, _slots(text)) for text in _file(file)[name])


@cache
def _file(file: str) -> Mapping[str, Sequence[str]]:
    text = resources.files(__package__).joinpath(f"{file}.yaml").read_text(encoding="utf-8")
    content: Mapping[str, Sequence[str]] = yaml.safe_load(text)
    return content


def _slots(text: str) -> frozenset[str]:
    return frozenset(field for _, field, _, _ in Formatter().parse(text) if field)


def _feature(slot: str) -> str:
    return _FORMS.sub("", slot)
