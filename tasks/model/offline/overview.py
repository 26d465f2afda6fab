"""The sentences that speak of the whole tile: what and how many there is, and what it suggests."""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final

import yaml

from schemas.facts import CountFact, FactSheet
from tasks.grounding.references import tag
from tasks.lexicon.lexicon import broader, counted, noun, number_word, plural, with_article
from tasks.model.offline.gists import refs_by_class
from tasks.model.offline.phrases import agreement, listed
from tasks.model.offline.plans import Voice
from tasks.model.offline.sight import View

MANY: Final = 4  # of a class from which it tells something about a place


def overall(sheet: FactSheet, voice: Voice) -> list[str]:
    """Return the sentence with the counts of all classes, and one on what is only partly visible."""
    shown = [count for count in sheet.counts if count.count]
    things = [amount(count, sheet) for count in shown]
    sentences = []
    if things:
        slots = {
            "things": listed(things),
            **agreement(1 if len(things) == 1 and shown[0].count == 1 else 2),
            **there(shown),
        }
        sentences.append(voice.say("synthesis.overall", slots))
    return [*sentences, *_partly(sheet, voice, among_others=bool(things))]


def there(shown: Sequence[CountFact]) -> dict[str, str]:
    """Return “there is” or “there are” for the slot of that name: the first of a list decides."""
    return {"there": "there is" if shown[0].count == 1 else "there are"}


def amount(count: CountFact, sheet: FactSheet, *, numbered: bool = False) -> str:
    """Return “nine planes”, tagged where every one of them is known; “at least” where a floor.

    One is “a plane”, or “one plane” where ``numbered``.
    """
    refs = refs_by_class(sheet).get(count.category, ())
    number = counted(count.count, count.category)
    if count.crowd or not count.exhaustive:
        words = f"at least {number}"
    else:
        words = with_article(count.category) if count.count == 1 and not numbered else number
    return tag(words, refs) if len(refs) == count.count else words


def closing(view: View, voice: Voice) -> str | None:
    """Return what the most numerous class suggests of the place; None for few or for unknown."""
    for count in view.sheet.counts:
        use = use_of(count.category)
        refs = refs_by_class(view.sheet).get(count.category, ())
        if count.count < MANY or use is None or len(refs) != count.count:
            continue
        rows = [c for c in view.companies if c.category == count.category and c.kind == "row"]
        kinds = tag(plural(count.category), refs)
        slots = {"kinds": kinds, "use": use}
        if not rows or sum(len(row.refs) for row in rows) < 0.6 * count.count:
            return voice.say("synthesis.closing", slots)
        name = "a row" if len(rows) == 1 else "rows"
        return voice.say("synthesis.closing_rows", {**slots, "rows": name})
    return None


@cache
def use_of(category: str) -> str | None:
    """Return what many such things suggest of a place: “is used to park or store vehicles”."""
    uses = _uses()
    if category in uses:
        return uses[category]
    above = sorted(c for c in broader(category) if c in uses)
    return uses[above[0]] if above else None


@cache
def _uses() -> dict[str, str]:
    text = resources.files(__package__).joinpath("uses.yaml").read_text(encoding="utf-8")
    uses: dict[str, str] = yaml.safe_load(text)
    return uses


def _partly(sheet: FactSheet, voice: Voice, *, among_others: bool) -> list[str]:
    cut = [count for count in sheet.counts if count.partly_visible]
    if not cut:
        return []
    words = [_more(count) for count in cut]
    total = sum(count.partly_visible for count in cut)
    family = "synthesis.partly" if among_others else "synthesis.partly_alone"
    return [voice.say(family, {"more": listed(words), **agreement(total)})]


def _more(count: CountFact) -> str:
    number, kind = number_word(count.partly_visible), noun(count.category, count.partly_visible)
    return f"{number} more {kind}" if count.count else f"{number} {kind}"
