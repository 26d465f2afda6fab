"""Absent class: asks about a class as if it were there; the answer says what is there instead."""

from collections.abc import Iterable
from functools import partial

from schemas.vocabulary import TaskType
from tasks.forms.premises import TRUE_PREMISE, Tried, balanced, contents, settled, whereabouts
from tasks.forms.presence import absent
from tasks.forms.proposal import Outcome, Proposal, Voice, named, verb
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield questions about classes that are certainly not there, and as many about some that are."""
    false = [
        Tried("absent", category, partial(_absent, category, view, voice))
        for category in absent(view.tile)
    ]
    true = [
        Tried("present", tally.category, partial(_present, tally, told, voice))
        for tally in settled(view)
        if tally.count > 1 and (told := whereabouts(tally, view))
    ]
    return balanced(false, true, voice, quota)


def _absent(category: str, view: View, voice: Voice) -> Proposal:
    shown, refs = contents(view)
    said = named(category) | {"contents": shown}
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say("instructions", category, named(category)),
        response=voice.say("responses" if shown else "responses_empty", category, said),
        refs=refs,
    )


def _present(tally: Tally, told: str, voice: Voice) -> Proposal:
    about = tally.category
    said = {"counted": tag(counted(tally.count, about), tally.refs), "be": verb(tally.count)}
    return Proposal(
        form=TRUE_PREMISE,
        task=TaskType.VQA,
        instruction=voice.say("instructions", about, named(about)),
        response=f"{voice.say('responses_present', about, said)}{told}",
        refs=tally.refs,
    )
