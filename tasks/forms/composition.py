"""Composition: one sentence on what the picture holds, and how much of it."""

from collections.abc import Iterable, Sequence

from schemas.tile import TileObject
from schemas.vocabulary import TaskType
from tasks.forms.proposal import Outcome, Proposal, Voice, listed, verb
from tasks.forms.view import View
from tasks.grounding.references import tag
from tasks.lexicon import broader, counted


def propose(view: View, voice: Voice, quota: int) -> Iterable[Outcome]:
    """Yield summaries that name every class of the picture with its number."""
    classes = sorted({thing.category for thing in view.tile.objects})
    named = [category for category in classes if _members(view, category, described=True)]
    if not named:
        return
    named.sort(key=lambda category: (-len(_members(view, category, described=True)), category))
    things = listed([_counted(view, category, named) for category in named])
    rest = _cut_off(view, classes)
    for number in range(quota):
        said = voice.say("responses", str(number), {"things": things})
        yield Proposal(
            task=TaskType.CAPTION,
            instruction=voice.say("instructions", str(number), {}),
            response=f"{said} {rest}".strip(),
            refs=tuple(thing.ref for thing in view.tile.objects),
        )


def _counted(view: View, category: str, named: Sequence[str]) -> str:
    """Return “14 small vehicles”; “two other planes” where planes of a kind are named beside."""
    members = _members(view, category, described=True)
    number = counted(len(members), category)
    if any(category in broader(other) for other in named):
        count, words = number.split(" ", 1)
        number = f"{count} other {words}"
    known = view.by_category[category]
    sure = known.exhaustive and not any(thing.crowd for thing in members)
    return tag(number if sure else f"at least {number}", [thing.ref for thing in members])


def _cut_off(view: View, classes: Sequence[str]) -> str:
    """Return a sentence on those that are hardly visible, nothing where there are none."""
    hidden = {name: _members(view, name, described=False) for name in classes}
    things = [_more(view, name, members) for name, members in hidden.items() if members]
    if not things:
        return ""
    be = verb(sum(map(len, hidden.values())))
    return f"In addition, {listed(things)} {be} only partly visible at the edge."


def _more(view: View, category: str, members: Sequence[TileObject]) -> str:
    count, words = counted(len(members), category).split(" ", 1)
    more = " more" if _members(view, category, described=True) else ""
    return tag(f"{count}{more} {words}", [thing.ref for thing in members])


def _members(view: View, category: str, *, described: bool) -> list[TileObject]:
    return [o for o in view.tile.objects if o.category == category and o.described is described]
