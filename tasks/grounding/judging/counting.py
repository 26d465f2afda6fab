"""Numbers held against the objects of which something is surely, probably or possibly true."""

import math

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.wording import renumbered
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.grammar import grammar
from tasks.grounding.reading.quantities import AT_LEAST_ONE, Quantity
from tasks.grounding.truth import Graded
from tasks.grounding.verdicts import Checked, Edit, verdict

REFS = 12  # objects that a verdict names


def counted(
    ground: Ground,
    noun: Noun,
    quantity: Quantity,
    graded: Graded,
    *,
    is_floor: bool,
    strict: bool,
    is_open: bool = False,
    kind: ClaimKind | None = None,
) -> Checked:
    """Return the verdict on a number of things of which ``graded`` holds.

    ``is_floor`` where there may be more than are labelled; ``strict`` where it is the number of all;
    ``is_open`` where more was said of them than can be checked, so that all or none may be meant.
    """
    thing = noun.thing
    sure, nominal, maybe = (int(flags.sum()) for flags in graded)
    numbered = quantity is not AT_LEAST_ONE and (thing.number is not None or quantity.exact)
    kind = kind or (ClaimKind.COUNT if numbered else ClaimKind.EXISTENCE)
    outcome, margin = compared(
        quantity, 0 if is_open else sure, nominal, maybe, is_floor=is_floor, strict=strict
    )
    if is_open and outcome == "supported" and numbered and quantity.low > 1:
        outcome = "supported" if nominal == quantity.low else "unverifiable"
    near = outcome == "unverifiable" and not is_floor and not is_open
    doubtful = ground.doubtful or (ground.excepted and noun.role == "object")
    doubted = doubtful and not maybe and kind is ClaimKind.EXISTENCE
    if outcome == "contradicted" and (noun.thought or doubted):
        outcome = "unverifiable"
    edits: tuple[Edit, ...] = ()
    if outcome == "contradicted" and sure == nominal == maybe and nominal and numbered:
        edits = renumbered(quantity, nominal, ground.text)
    name = thing.category or thing.pronoun or "object"
    places = graded.nominal.nonzero()[0][:REFS].tolist()
    return Checked(
        verdict(
            kind, ground.quote(thing.start, thing.end), outcome,
            f"{name}: {span(sure, nominal, maybe, is_floor=is_floor)}", start=thing.start,
            end=thing.end, refs=ground.truth.refs(places), found=str(nominal), margin=margin,
            borderline=near,
        ),
        edits,
    )  # fmt: skip


def compared(
    quantity: Quantity, sure: int, nominal: int, maybe: int, *, is_floor: bool, strict: bool
) -> tuple[Outcome, float]:
    """Return what comes of a number, and by how many objects it is off; negative where it is false."""
    if quantity.low <= nominal <= quantity.high:
        return "supported", float(min(nominal - quantity.low, quantity.high - nominal, 1e6))
    most = math.inf if is_floor else maybe
    if max(quantity.least, sure) <= min(quantity.most, most):
        return "unverifiable", 0.0
    if sure > quantity.most:
        return ("contradicted" if strict else "unverifiable"), float(quantity.most - sure)
    return "contradicted", float(most - quantity.least)


def shared(ground: Ground, noun: Noun, share: str, base: Graded, described: Graded) -> Checked:
    """Return the verdict on “most of the planes are white”."""
    meant, total = grammar().shares[share], int(base.nominal.sum())
    low, high = meant.clear[0], meant.clear[1] or 1.0
    least, most = meant.possible[0], meant.possible[1] or 1.0
    outcome: Outcome = "unverifiable"
    nominal = 0.0
    if total:
        sure, nominal, maybe = (int((f & base.nominal).sum()) / total for f in described)
        if low <= nominal <= high:
            outcome = "supported"
        elif maybe < least or sure > most:
            outcome = "contradicted"
    if outcome == "contradicted" and noun.thought:
        outcome = "unverifiable"
    thing = noun.thing
    return Checked(
        verdict(
            ClaimKind.COUNT, ground.quote(thing.start, thing.end), outcome, f"{nominal:.0%} of {total}",
            start=thing.start, end=thing.end, found=f"{nominal:.0%}",
        )
    )  # fmt: skip


def span(sure: int, nominal: int, maybe: int, *, is_floor: bool) -> str:
    """Return how many objects there are in words for evidence."""
    least = "at least " if is_floor else ""
    between = f" ({sure} to {maybe})" if sure != maybe else ""
    return f"{least}{nominal}{between} in the tile"
