"""Visual grounding: a unique expression is given, its box is asked for."""

from collections.abc import Iterable, Mapping

from schemas.vocabulary import Reason, TaskType
from tasks.forms.expressions import Expression, expressions
from tasks.forms.proposal import (
    REFUSALS,
    Outcome,
    Proposal,
    Refusal,
    Voice,
    box_text,
    opened,
    size_text,
)
from tasks.forms.view import View
from tasks.grounding.references import tag, tag_box


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield boxes of objects drawn by seed from those that an expression selects alone."""
    known = expressions(view)
    for outcome in drawn(view, voice, quota, known):
        yield outcome if isinstance(outcome, Refusal) else _asked(outcome, view, voice)


def drawn(
    view: View, voice: Voice, quota: int, known: Mapping[str, tuple[Expression, ...]]
) -> Iterable[Expression | Refusal]:
    """Yield one unique expression for each of ``quota`` objects.

    Objects come in the order drawn by seed; the first few that nothing singles out are refused.
    """
    made = refused = 0
    for fact in voice.order(view.shown, lambda fact: fact.ref):
        if made == quota:
            return
        if fact.ref in known and box_text(fact, view):
            made += 1
            yield voice.order(known[fact.ref], lambda one: one.words)[0]
        elif refused < min(REFUSALS, quota):
            refused += 1
            yield Refusal(
                reason=Reason.NOT_UNIQUE,
                subject=fact.ref,
                detail=f"no expression that was tried selects the {fact.category} {fact.ref} and "
                f"nothing else among {len(view.facts)} objects of the tile",
            )


def _asked(one: Expression, view: View, voice: Voice) -> Proposal:
    box = box_text(view.facts[one.target], view) or ""
    what = {"expression": one.words, "Expression": opened(one.words)}
    asked = voice.say("instructions", one.target, what)
    how = voice.say("boxes", one.target, {"size": size_text(view)})
    said = {
        "box": tag_box(box, [one.target]),
        "Expression": tag(opened(one.words), [one.target]),
    }
    return Proposal(
        task=TaskType.VISUAL_GROUNDING,
        instruction=f"{asked} {how}",
        response=voice.say("responses", one.target, said),
        refs=(one.target,),
    )
