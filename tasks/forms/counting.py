"""Counting: how many of a class, exactly where the labels are complete, “at least” where not."""

from collections.abc import Iterable
from typing import Final

from schemas.vocabulary import TaskType
from tasks.forms.proposal import Outcome, Proposal, Voice, at_least, cut_off, named, verb
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted

SHORT: Final = 3  # one question in so many asks for a bare number


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield the counts of classes drawn by seed."""
    there = [tally for tally in view.tallies if tally.count]
    for tally in voice.order(there, lambda tally: tally.category)[:quota]:
        if tally.exact:
            yield _exact(tally, voice)
        elif tally.complete:
            yield _with_cut_off(tally, voice)
        else:
            yield _at_least(tally, voice)


def _exact(tally: Tally, voice: Voice) -> Proposal:
    about = tally.category
    if voice.pick(SHORT, about) == 0:
        asked = voice.say("short_instructions", about, named(about))
        return _proposal(asked, tag(str(tally.count), tally.refs), tally.refs)
    asked = voice.say("instructions", about, named(about))
    number = tag(counted(tally.count, about), tally.refs)
    said = voice.say("responses", about, {"counted": number, "be": verb(tally.count)})
    return _proposal(asked, said, tally.refs)


def _with_cut_off(tally: Tally, voice: Voice) -> Proposal:
    about = tally.category
    variables = {
        "counted": tag(counted(tally.count, about), tally.refs),
        "be": verb(tally.count),
        "more": tag(cut_off(len(tally.partly)), tally.partly),
        "more_be": verb(len(tally.partly)),
    }
    asked = voice.say("instructions", about, named(about))
    said = voice.say("responses_with_cut_off", about, variables)
    return _proposal(asked, said, tally.refs + tally.partly)


def _at_least(tally: Tally, voice: Voice) -> Proposal:
    about = tally.category
    number = tag(at_least(tally.count, about), tally.refs)
    asked = voice.say("instructions_at_least", about, named(about))
    said = voice.say("responses_at_least", about, {"counted": number, "be": verb(tally.count)})
    return _proposal(asked, said, tally.refs)


def _proposal(asked: str, said: str, refs: tuple[str, ...]) -> Proposal:
    return Proposal(task=TaskType.VQA, instruction=asked, response=said, refs=refs)
