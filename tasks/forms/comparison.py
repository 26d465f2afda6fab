"""Comparison: of which of two classes are there more, and by how many."""

from collections.abc import Iterable
from itertools import combinations
from typing import Final

from schemas.vocabulary import TaskType
from tasks.forms.proposal import Outcome, Proposal, Voice
from tasks.forms.view import Tally, View
from tasks.grounding.references import tag
from tasks.lexicon import counted, number_word, plural, related

KINDS: Final = ("more", "which", "difference")


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield comparisons of classes that are counted exactly and have nothing to do with another."""
    exact = [tally for tally in view.tallies if tally.exact and tally.count]
    pairs = [
        pair for pair in combinations(exact, 2) if not related(pair[0].category, pair[1].category)
    ]
    tried = [(pair, kind) for pair in pairs for kind in KINDS]
    for pair, kind in voice.order(tried, lambda one: _about(*one))[:quota]:
        yield _compared(pair, kind, voice)


def _compared(pair: tuple[Tally, Tally], kind: str, voice: Voice) -> Proposal:
    about = _about(pair, kind)
    one, other = pair if voice.pick(2, about) else pair[::-1]
    asked = {"things": plural(one.category), "others": plural(other.category)}
    more, fewer = (one, other) if one.count >= other.count else (other, one)
    said = {
        "more": _tagged(more),
        "fewer": _tagged(fewer),
        "things": plural(more.category),
        "others": plural(fewer.category),
        "difference": number_word(more.count - fewer.count),
    }
    return Proposal(
        task=TaskType.VQA,
        instruction=voice.say(f"{kind}_instructions", about, asked),
        response=voice.say(_answer(one, other, kind), about, said),
        refs=one.refs + other.refs,
    )


def _answer(one: Tally, other: Tally, kind: str) -> str:
    if one.count == other.count:
        return f"{kind}_equal"
    if kind == "more":
        return "more_yes" if one.count > other.count else "more_no"
    return f"{kind}_responses"


def _tagged(tally: Tally) -> str:
    return tag(counted(tally.count, tally.category), tally.refs)


def _about(pair: tuple[Tally, Tally], kind: str) -> str:
    return f"{pair[0].category}/{pair[1].category}/{kind}"
