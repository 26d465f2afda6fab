"""What was spoken of before: the objects that “they”, “it” and “the other two” point back to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.truth import Graded, is_a
from tasks.lexicon.lexicon import broader, categories, typical

REMEMBERED: Final = 60  # phrases; older ones are not pointed back to


@dataclass(slots=True)
class Antecedent:
    """Objects that a phrase introduced: ``group`` where it is known which, else any of ``graded``."""

    category: str | None
    plural: bool
    number: Quantity | None
    group: tuple[int, ...] | None
    graded: Graded
    is_subject: bool
    is_floor: bool = False
    sentence: int = 0  # in which it was named, counted from the first of the conversation
    in_line: bool = False  # “a row of planes”, which “it” may mean, too
    is_joint: bool = False  # several phrases together: “a plane and a ship”

    def may_be(self, *, plural: bool) -> bool:
        """Say whether “they”, or else “it”, fits the number of objects, whatever the words were."""
        return self.group is not None and (len(self.group) > 1) is plural


@dataclass(slots=True)
class Discourse:
    """The phrases of a conversation so far, the newest last; ``named`` are all classes it names."""

    named: frozenset[str] = frozenset()
    said: list[Antecedent] = field(default_factory=list)
    sentence: int = 0

    def copy(self) -> "Discourse":
        """Return the same, to which other things may be added."""
        return Discourse(self.named, list(self.said), self.sentence)

    def add(self, antecedent: Antecedent) -> None:
        """Remember ``antecedent``."""
        antecedent.sentence = self.sentence
        self.said.append(antecedent)
        if len(self.said) > REMEMBERED:
            del self.said[: -REMEMBERED // 2]

    def recent(self, *, plural: bool) -> Iterator[Antecedent]:
        """Yield what “they” or “it” may mean: the newest subject, then the newest phrases."""
        found = [o for o in reversed(self.said) if o.plural is plural or (o.in_line and not plural)]
        found = found or [one for one in reversed(self.said) if one.may_be(plural=plural)]
        subject = next((one for one in found if one.is_subject and not one.is_joint), None)
        joint = found[0] if found and found[0].is_joint else None
        plain = next((one for one in found if not one.is_joint), None)
        seen: list[Antecedent] = []
        for one in (joint, subject, plain):
            if one is not None and all(one is not earlier for earlier in seen):
                seen.append(one)
                yield one

    def row(self) -> Antecedent | None:
        """Return the row that was named last."""
        return next((one for one in reversed(self.said) if one.in_line), None)

    def of_class(self, category: str, *, plural: bool) -> Iterator[Antecedent]:
        """Yield what “the planes” may mean: phrases of the class, the newest first."""
        for one in reversed(self.said):
            known = one.category
            if (
                one.plural is plural
                and known is not None
                and (is_a(known, category) or is_a(category, known))
            ):
                yield one

    def pair(self) -> tuple[Antecedent, Antecedent] | None:
        """Return the two things that “the former” and “the latter” mean; None without two."""
        for sentence in sorted({one.sentence for one in self.said}, reverse=True):
            named = [one for one in self.said if one.sentence == sentence and not one.is_joint]
            kept = [one for n, one in enumerate(named) if not any(_same(one, x) for x in named[:n])]
            if len(kept) == 2:
                return kept[0], kept[1]
        return None

    def last_class(self) -> str | None:
        """Return the class that was named last."""
        return next((one.category for one in reversed(self.said) if one.category), None)

    def tells_apart(self, category: str) -> bool:
        """Say whether other classes are named that the label for ``category`` stands for, too.

        “Cars and vans”: then cars are not all of the small vehicles.
        """
        return any(
            other != category and not typical(other) and _may_be(other, label)
            for label in typical(category)
            for other in self.named
        )


def _same(one: Antecedent, other: Antecedent) -> bool:
    return one.group is not None and one.group == other.group


def _may_be(category: str, label: str) -> bool:
    """Say whether things of ``category`` bear ``label``: always, or some of them."""
    entry = categories().get(category)
    return label in broader(category) or (entry is not None and label in entry.overlaps)
