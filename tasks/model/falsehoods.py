"""Texts of the teacher that are false and that verification cannot mend by itself."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, repeat, tee
from typing import NamedTuple, TypeVar

from prompts import Phrasings
from schemas.sample import Draft
from schemas.teacher import ConversedTile, DescribedObjects, Fault, LocalFact, SynthesizedTile
from schemas.tile import TileOutline
from schemas.verdict import Held, Verdict
from tasks.grounding.drafts import dialogue_draft, local_drafts, refs_in, synthesis_draft
from tasks.grounding.held import own_objects, said_in
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

    def unheld(self) -> "Told":
        """Return the same without what came of holding it against the labels."""
        return Told(
            tuple(row.model_copy(update={"held": ()}) for row in self.described),
            tuple(row.model_copy(update={"held": None}) for row in self.synthesized),
            tuple(row.model_copy(update={"held": None}) for row in self.conversed),
        )

    def doubtful(self) -> "Told":
        """Return the answers in which something is false, or may be: they were not held yet."""
        return Told(
            tuple(r for r in self.described if not r.held or any(one.wrong for one in r.held)),
            tuple(r for r in self.synthesized if r.held is None or r.held.wrong),
            tuple(r for r in self.conversed if r.held is None or r.held.wrong),
        )


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
            said = said_in(draft)
        except BrokenReference:
            return ()  # nothing can be checked; verify rejects it
        form, own = draft.lineage.form, own_objects(draft)
        return (mend if mended else checked_only)(said, truth, form, own).wrong

    return check


def falsehoods(
    tile: TileOutline,
    said: Told,
    check: Check,
    local: Phrasings,
    detailed: Phrasings,
    *,
    held: bool = True,
) -> Falsehoods:
    """Return the answers in ``said`` in which something is false.

    ``check`` finds what is; where ``held``, it is not asked about answers that were held against the
    labels already, and mended as far as that was certain. ``local`` and ``detailed`` are the
    phrasings by which local facts and descriptions are asked for.
    """
    said = said.doubtful() if held else said.unheld()
    facts = ((row, _in_facts(tile, row, check, local)) for row in said.described)
    whole = (
        (row, _in(synthesis_draft(tile, row, detailed), check, row.held))
        for row in said.synthesized
    )
    spoken = (
        (row, _in(draft, check, row.held))
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
    held = row.held or repeat(None, len(row.reply.facts))
    for place, (fact, draft, one) in enumerate(zip(row.reply.facts, drafts, held, strict=True)):
        if isinstance(draft, Draft) and refs_in(fact) <= shown:
            found = _in(draft, check, one, place)
            facts = (fact,) if found.faults else ()
            wrong = Wrong(
                wrong.facts + facts, wrong.faults + found.faults, wrong.verdicts + found.verdicts
            )
    return wrong


def _in(draft: Draft, check: Check, held: Held | None, place: int = 0) -> Wrong:
    """Return what is false in ``draft``, turn by turn: as ``held`` tells, else ``check``."""
    found = check(draft) if held is None else held.wrong
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
