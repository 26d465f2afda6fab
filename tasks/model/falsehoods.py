"""Texts of the teacher that are false and that verification cannot mend by itself."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, tee
from typing import NamedTuple, TypeVar

from prompts import Phrasings
from schemas.sample import Draft
from schemas.teacher import ConversedTile, DescribedObjects, Fault, LocalFact, SynthesizedTile
from schemas.tile import TileOutline
from schemas.verdict import Verdict
from tasks.grounding.checks import Said
from tasks.grounding.drafts import dialogue_draft, local_drafts, refs_in, synthesis_draft
from tasks.grounding.mending import checked_only, mend
from tasks.grounding.references import BrokenReference, parse
from tasks.grounding.truth import Truth
from tasks.model.local_facts import beside

T = TypeVar("T", bound=TileOutline)

Check = Callable[[Draft], tuple[Verdict, ...]]
"""Returns the statements of a draft that are false and that only the teacher can put right."""


class Told(NamedTuple):
    """What the teacher said of one tile."""

    described: tuple[DescribedObjects, ...]
    synthesized: tuple[SynthesizedTile, ...]
    conversed: tuple[ConversedTile, ...]


class Wrong(NamedTuple):
    """What is false in one answer."""

    facts: tuple[LocalFact, ...]  # the false ones, where it holds local facts
    faults: tuple[Fault, ...]
    verdicts: tuple[Verdict, ...]


class Falsehoods(NamedTuple):
    """The answers about one tile in which something is false."""

    local: tuple[tuple[DescribedObjects, Wrong], ...]
    whole: tuple[tuple[SynthesizedTile, Wrong], ...]
    spoken: tuple[tuple[ConversedTile, Wrong], ...]


def told(
    tiles: Iterable[T],
    described: Iterable[DescribedObjects],
    synthesized: Iterable[SynthesizedTile],
    conversed: Iterable[ConversedTile],
) -> Iterator[tuple[T, Told]]:
    """Yield each tile with what was said of it; all must come in the same order of tiles."""
    first, second, third = tee(tiles, 3)
    together = zip(
        beside(first, described), beside(second, synthesized), beside(third, conversed), strict=True
    )
    for (tile, local), (_, whole), (_, spoken) in together:
        yield tile, Told(local, whole, spoken)


def against(truth: Truth, *, mended: bool = True) -> Check:
    """Return the check that holds drafts against ``truth``.

    Where verification mends what it can, that is not asked for again.
    """

    def check(draft: Draft) -> tuple[Verdict, ...]:
        try:
            said = tuple(Said(turn.role, parse(turn.content)) for turn in draft.turns)
        except BrokenReference:
            return ()  # nothing can be checked; verify rejects it
        own = tuple(thing.ref for thing in draft.objects)
        found = (mend if mended else checked_only)(said, truth, draft.lineage.form, own)
        return found.wrong

    return check


def falsehoods(
    tile: TileOutline, said: Told, check: Check, local: Phrasings, detailed: Phrasings
) -> Falsehoods:
    """Return the answers in ``said`` of which ``check`` finds something false.

    ``local`` and ``detailed`` are the phrasings by which local facts and descriptions are asked for.
    """
    facts = ((row, _in_facts(tile, row, check, local)) for row in said.described)
    whole = ((row, _in(synthesis_draft(tile, row, detailed), check)) for row in said.synthesized)
    spoken = (
        (row, _in(draft, check))
        for row in said.conversed
        if isinstance(draft := dialogue_draft(tile, row), Draft)
    )
    return Falsehoods(
        tuple((row, wrong) for row, wrong in facts if wrong.faults),
        tuple((row, wrong) for row, wrong in whole if wrong.faults),
        tuple((row, wrong) for row, wrong in spoken if wrong.faults),
    )


def _in_facts(
    tile: TileOutline, row: DescribedObjects, check: Check, phrasings: Phrasings
) -> Wrong:
    """Return what is false in the local facts of ``row``.

    No other words are true of objects that can hardly be seen, so facts about them are left alone.
    """
    shown = {thing.ref for thing in tile.objects if thing.described}
    wrong = Wrong((), (), ())
    drafts = local_drafts(tile, row, phrasings)
    for place, (fact, draft) in enumerate(zip(row.reply.facts, drafts, strict=True)):
        if isinstance(draft, Draft) and refs_in(fact) <= shown:
            found = _in(draft, check, place)
            facts = (fact,) if found.faults else ()
            wrong = Wrong(
                wrong.facts + facts, wrong.faults + found.faults, wrong.verdicts + found.verdicts
            )
    return wrong


def _in(draft: Draft, check: Check, place: int = 0) -> Wrong:
    """Return what is false in ``draft``, turn by turn."""
    found = check(draft)
    by_turn = sorted(found, key=lambda verdict: _turn_of(verdict, draft))
    faults = []
    for turn, group in groupby(by_turn, key=lambda verdict: _turn_of(verdict, draft)):
        verdicts = list(group)
        because = "; ".join(f"“{verdict.claim}”: {verdict.evidence}" for verdict in verdicts)
        faults.append(Fault(place=place, turn=turn, kind=verdicts[0].kind, because=because))
    return Wrong((), tuple(faults), tuple(found))


def _turn_of(verdict: Verdict, draft: Draft) -> int:
    """Return the answer that ``verdict`` is about: its turn, or the first that holds its words."""
    answers = [place for place, turn in enumerate(draft.turns) if turn.role == "assistant"]
    if verdict.turn in answers:
        return verdict.turn
    holding = (n for n in answers if verdict.claim in parse(draft.turns[n].content).plain)
    return next(holding, answers[0])
