"""True statements of seeded scenes, each in two wordings, and the same with one fact made false."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Final

import yaml

from tests.truth.checking import Shown
from tests.truth.fact import Fact, Kind, Scenery
from tests.truth.facts_amounts import amounts, pairs
from tests.truth.facts_looks import looks
from tests.truth.facts_places import places, relations
from tests.truth.seeded import seeded_scene
from tests.truth.world import world_of

EACH: Final = 3  # facts of one kind a scene gives at most
_SENTENCE: Final = re.compile(r"(^|(?<=[.!?]\s))[a-z]")


@dataclass(frozen=True)
class Text:
    """Turns, the last one the assistant's, and the characters of it that the fact stands in."""

    turns: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Case:
    """One true statement and what became of it when one fact was changed."""

    scene: int  # seed; even ones are for tuning, odd ones are held out
    fact: str  # the same for all wordings of one fact
    kind: Kind
    source: str  # teacher, caption or plan
    plan: str
    true: Text
    false: Text

    @property
    def held_out(self) -> bool:
        """Whether its figures count."""
        return bool(self.scene % 2)


@cache
def plans() -> Mapping[str, tuple[tuple[str, str], ...]]:
    """Return for each form its plans, each with its source."""
    text = (Path(__file__).parent / "plans.yaml").read_text("utf-8")
    return {
        form: tuple((source, plan) for source, written in by_source.items() for plan in written)
        for form, by_source in yaml.safe_load(text).items()
    }


def seeded_cases(seed: int) -> tuple[Shown, list[Case]]:
    """Return scene ``seed`` and its cases: at most three facts a kind, two wordings a fact."""
    shown = seeded_scene(seed)
    scenery = Scenery(world_of(shown.outline, shown.picture), random.Random(f"facts {seed}"))
    by_kind: dict[Kind, list[Fact]] = defaultdict(list)
    for fact in chain(*(yields(scenery) for yields in (amounts, pairs, looks, places, relations))):
        by_kind[fact.kind].append(fact)
    chosen = [
        fact
        for kind in sorted(by_kind)
        for fact in islice(_mixed(by_kind[kind], scenery.draw), EACH)
    ]
    numbered = enumerate(chosen)
    return shown, [case for n, fact in numbered for case in _worded(seed, n, fact, scenery.draw)]


def _mixed(facts: Sequence[Fact], draw: random.Random) -> Iterator[Fact]:
    """Yield ``facts`` shuffled, one of each form in turn."""
    by_form: dict[str, list[Fact]] = defaultdict(list)
    for fact in draw.sample(facts, len(facts)):
        by_form[fact.form].append(fact)
    for turn in zip_longest(*by_form.values()):
        yield from (fact for fact in turn if fact is not None)


def _worded(seed: int, number: int, fact: Fact, draw: random.Random) -> Iterator[Case]:
    for source, plan in draw.sample(half_of(fact.form, seed % 2), 2):
        yield Case(
            scene=seed,
            fact=f"{seed}.{number}",
            kind=fact.kind,
            source=source,
            plan=plan,
            true=rendered(plan, fact.slots, source),
            false=rendered(plan, {**fact.slots, **fact.wrong}, source),
        )


def half_of(form: str, half: int) -> Sequence[tuple[str, str]]:
    """Return every second plan of each source of a form: 0 for tuning, 1 held out."""
    by_source: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for source, plan in plans()[form]:
        by_source[source].append((source, plan))
    return [one for written in by_source.values() for one in written[half::2]]


def rendered(plan: str, slots: Mapping[str, str], source: str) -> Text:
    """Fill the slots of a plan; captions stay in lower case, other sentences begin with a capital."""
    turns = tuple(part.strip().format_map(slots) for part in plan.split("|"))
    if source != "caption":
        turns = tuple(_SENTENCE.sub(lambda found: found[0].upper(), turn) for turn in turns)
    return Text(turns, 0, len(turns[-1]))
