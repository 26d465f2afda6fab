"""Referring expressions: a box is given, an expression for its object alone is asked for."""

from collections.abc import Iterable

from schemas.vocabulary import TaskType
from tasks.forms.expressions import Expression, expressions
from tasks.forms.grounding import drawn
from tasks.forms.proposal import Outcome, Proposal, Refusal, Voice, box_text, opened, size_text
from tasks.forms.view import View
from tasks.grounding.references import tag, tag_box


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield expressions of objects drawn by seed from those that one selects alone."""
    known = expressions(view)
    for outcome in drawn(view, voice, quota, known):
        yield outcome if isinstance(outcome, Refusal) else _asked(outcome, view, voice)


def _asked(one: Expression, view: View, voice: Voice) -> Proposal:
    box = tag_box(box_text(view.facts[one.target], view) or "", [one.target])
    said = {
        "expression": tag(one.words, [one.target]),
        "Expression": tag(opened(one.words), [one.target]),
    }
    return Proposal(
        task=TaskType.REFERRING_EXPRESSION,
        instruction=voice.say("instructions", one.target, {"box": box, "size": size_text(view)}),
        response=voice.say("responses", one.target, said),
        refs=(one.target,),
    )
