"""Unanswerable: questions that no picture from above can answer; the answer says so, and what it shows."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from schemas.vocabulary import TaskType
from tasks.forms.premises import Tried, contents, in_turn
from tasks.forms.proposal import Outcome, Proposal, Voice, named
from tasks.forms.view import View
from tasks.lexicon import broader

ABOUT: Final[Mapping[str, str]] = {
    "aircraft": "aircraft",
    "ship": "ship",
    "vehicle": "vehicle",
    "storage tank": "tank",
    "bridge": "crossing",
    "building": "building",
    "harbour": "water",
    "swimming pool": "water",
    "soccer field": "sport",
    "tennis court": "sport",
    "basketball court": "sport",
    "baseball diamond": "sport",
    "ground track field": "sport",
    "stadium": "sport",
}
"""The classes of which more than the picture can be asked, and the list of questions about each."""
PLACE: Final = "place"  # what can be asked of every picture


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield questions about the place, and about things that are there, in turn.

    None where nothing is seen well: then there is nothing to say instead.
    """
    shown, refs = contents(view)
    if not shown:
        return
    tried = [Tried(PLACE, PLACE, partial(_unknown, PLACE, PLACE, {}, shown, refs, voice))]
    for tally in view.tallies:
        kind = _kind(tally.category)
        if kind and len(tally.refs) > 1:
            ask = partial(_unknown, kind, tally.category, named(tally.category), shown, refs, voice)
            tried.append(Tried(kind, tally.category, ask))
    yield from (one.write() for one in in_turn(tried, voice)[:quota])


def _kind(category: str) -> str | None:
    """Return the list of questions for ``category``, None where there is none."""
    names = (category, *sorted(broader(category)))
    return next((ABOUT[name] for name in names if name in ABOUT), None)


def _unknown(
    kind: str,
    about: str,
    things: Mapping[str, str],
    shown: str,
    refs: tuple[str, ...],
    voice: Voice,
) -> Proposal:
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say(f"{kind}_instructions", about, things),
        response=voice.say("responses", about, {"contents": shown}),
        refs=refs,
    )
