"""Of which class things are said to be: “the vehicles are cars”."""

from collections.abc import Sequence

from schemas.verdict import ClaimKind
from tasks.grounding.meanings import shown
from tasks.grounding.predicates.judged import Judged, contradicted, supported, unverifiable
from tasks.grounding.truth import Graded, Truth, is_a
from tasks.lexicon.lexicon import related


class OfClass:
    """“Ships”: said of things that have another name already."""

    kind = ClaimKind.CLASS

    def __init__(self, category: str, start: int, end: int) -> None:
        """Claim that things are of ``category``."""
        self.category, self.start, self.end = category, start, end

    def each(self, truth: Truth) -> Graded:
        """Return which objects are of the class."""
        return truth.members(self.category).graded

    def judge(self, truth: Truth, places: Sequence[int]) -> Judged:
        """Say whether all objects are of the class; those that may be are left open."""
        found = sorted({truth.things[place].category for place in places})
        evidence, names = f"{shown(truth.refs(places))}: {', '.join(found)}", ", ".join(found[:3])
        members = truth.members(self.category).graded
        if all(is_a(one, self.category) for one in found) or members.sure[list(places)].all():
            return supported(evidence, names)
        if all(related(one, self.category) for one in found):
            return unverifiable(evidence)
        return contradicted(evidence, names)
