"""What was spoken of before: the objects that “they”, “it” and “the other two” point back to."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from tasks.grounding.quantities import Quantity
from tasks.grounding.truth import Graded, is_a

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

    def may_be(self, *, plural: bool) -> bool:
        """Say whether “they”, or else “it”, fits the number of objects, whatever the words were."""
        return self.group is not None and (len(self.group) > 1) is plural


@dataclass(slots=True)
class Discourse:
    """The phrases of a conversation so far, the newest last."""

    said: list[Antecedent] = field(default_factory=list)

    def add(self, antecedent: Antecedent) -> None:
        """Remember ``antecedent``."""
        self.said.append(antecedent)
        if len(self.said) > REMEMBERED:
            del self.said[: -REMEMBERED // 2]

    def recent(self, *, plural: bool) -> Iterator[Antecedent]:
        """Yield what “they” or “it” may mean: the newest subject, then the newest phrase."""
        found = [one for one in reversed(self.said) if one.plural is plural]
        found = found or [one for one in reversed(self.said) if one.may_be(plural=plural)]
        subject = next((one for one in found if one.is_subject), None)
        if subject is not None:
            yield subject
        if found and found[0] is not subject:
            yield found[0]

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

    def last_class(self) -> str | None:
        """Return the class that was named last."""
        return next((one.category for one in reversed(self.said) if one.category), None)
