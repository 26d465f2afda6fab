"""What the labels say of a text, kept in the row of the text: each is held against them once.

describe, synthesize, converse ─▶ hold ────▶ row.held ────────────────▶ true facts, mend, coverage,
adapt ──────────────────────────▶ checked ─▶ draft.lineage.verdicts ──▶ verify
"""

from collections.abc import Iterable, Sequence

from schemas.sample import Draft
from schemas.tile import Tile
from schemas.turn import Turn
from schemas.verdict import Held
from tasks.grounding.checks import Said, check_turns
from tasks.grounding.mending import Mended, mend
from tasks.grounding.references import BrokenReference, parse
from tasks.grounding.spans import parsed, spans_of
from tasks.grounding.truth import Truth, truth_of


class Truths:
    """What is known of the tiles of a shard, one at a time, in their order."""

    def __init__(self, tiles: Iterable[Tile]) -> None:
        """Read ``tiles`` as far as they are asked for."""
        self._tiles = iter(tiles)
        self._tile: Tile | None = None
        self._truth: Truth | None = None

    def of(self, tile_id: str) -> Truth:
        """Return what is known of a tile that is not before the last one that was asked for."""
        while self._tile is None or self._tile.id != tile_id:
            self._tile, self._truth = next(self._tiles), None
        self._truth = self._truth or truth_of(self._tile)
        return self._truth


def hold_draft(draft: Draft, truth: Truth) -> Held:
    """Hold ``draft`` against ``truth``; nothing is said of one whose tags are broken."""
    try:
        said = said_in(draft)
    except BrokenReference:
        return Held()
    return hold(said, truth, draft.lineage.form, own_objects(draft))


def checked(draft: Draft, truths: Truths) -> Draft:
    """Return ``draft``, which a form wrote, with the verdict on each of its statements.

    As it is where its tags are broken: verify rejects it.
    """
    try:
        said = said_in(draft)
    except BrokenReference:
        return draft
    form, own = draft.lineage.form, own_objects(draft)
    verdicts = check_turns(said, truths.of(draft.tile_id), form, own)
    lineage = draft.lineage.model_copy(update={"verdicts": verdicts})
    return draft.model_copy(update={"lineage": lineage})


def hold(said: Sequence[Said], truth: Truth, form: str = "", own: tuple[str, ...] = ()) -> Held:
    """Hold a conversation against ``truth``, and mend it as far as that is certain."""
    found = mend(said, truth, form, own)
    mended = found.said if found.repairs else ()
    return Held(
        verdicts=found.verdicts, wrong=found.wrong, clashes=found.clashes, repairs=found.repairs,
        turns=tuple(Turn(role=one.role, content=one.text.plain) for one in mended),
        spans=spans_of([one.text for one in mended]),
    )  # fmt: skip


def mended_by(held: Held, said: tuple[Said, ...]) -> Mended:
    """Return what came of the conversation ``said``, of which ``held`` tells."""
    return Mended(mended_turns(held) or said, held.verdicts, held.wrong, held.clashes, held.repairs)


def mended_turns(held: Held) -> tuple[Said, ...]:
    """Return the conversation as it was mended; nothing where it was not."""
    return tuple(
        Said(turn.role, parsed(turn.content, number, held.spans))
        for number, turn in enumerate(held.turns)
    )


def said_in(draft: Draft) -> tuple[Said, ...]:
    """Return the turns of ``draft`` with their tags taken apart; raises BrokenReference."""
    return tuple(Said(turn.role, parse(turn.content)) for turn in draft.turns)


def own_objects(draft: Draft) -> tuple[str, ...]:
    """Return the objects that ``draft`` is about."""
    return tuple(thing.ref for thing in draft.objects)
