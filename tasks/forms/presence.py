"""Presence: is there such a thing in the picture? As many no as yes where the labels allow it."""

from collections.abc import Iterable, Iterator
from typing import Final

from schemas.tile import TileOutline
from schemas.vocabulary import TaskType
from tasks.forms.proposal import Outcome, Proposal, Voice, at_least, named, verb
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted, related, with_article

SHORT: Final = 3  # one question in so many asks for a bare yes or no


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield questions about classes that are there, and as many about classes that are not."""
    there = voice.order((t for t in view.tallies if t.count), lambda tally: tally.category)
    there = there[: quota - quota // 2]
    room = min(quota // 2, len(there)) if there else min(quota, 1)
    missing = voice.order(absent(view.tile), str)[:room]
    yield from (_yes(tally, voice) for tally in there)
    yield from (_no(category, voice) for category in missing)


def absent(tile: TileOutline) -> Iterator[str]:
    """Yield the classes that are certainly not in ``tile``.

    The source labels all objects of the class, and nothing in the tile, however little of it is
    visible, is of that class, of one above, of one below or of one that overlaps with it.
    """
    present = {thing.category for thing in tile.objects}
    for category in tile.scene.exhaustive:
        if not any(related(category, other) for other in present):
            yield category


def _yes(tally: Tally, voice: Voice) -> Proposal:
    number = (counted if tally.exact else at_least)(tally.count, tally.category)
    variables = {"counted": tag(number, tally.refs), "be": verb(tally.count)}
    return _asked(tally.category, "yes", variables, tally.refs, voice)


def _no(category: str, voice: Voice) -> Proposal:
    return _asked(category, "no", named(category), (), voice)


def _asked(
    category: str, answer: str, variables: dict[str, str], refs: tuple[str, ...], voice: Voice
) -> Proposal:
    short = voice.pick(SHORT, category) == 0
    asked = named(category) | {"a_thing": with_article(category)}
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say("short_instructions" if short else "instructions", category, asked),
        response=voice.say(f"short_{answer}" if short else answer, category, variables),
        refs=refs,
    )
