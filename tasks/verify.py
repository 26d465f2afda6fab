"""Stage verify: what is published of the drafts, as the objects of their tile say of each statement.

Every text was held against the labels by the stage that wrote it; here that is done for what was
asked for once more. What is false in a text that a teacher wrote is mended where that is certain;
what stays false is a rejection. Labels in words are checked here, where their scene has objects too,
and never mended.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat, tee
from types import MappingProxyType
from typing import Final

import pyarrow as pa

from prompts import Phrasings, load_phrasings
from schemas.arrow import arrow_schema
from schemas.geometry import Window
from schemas.params import VerifyParams
from schemas.record import Record, content_id
from schemas.release import Part
from schemas.sample import Draft, Rejection, Sample
from schemas.teacher import ConversedTile, DescribedObjects, MendedAnswer, SynthesizedTile
from schemas.tile import Tile, TileObject, TileOutline
from schemas.turn import Turn
from schemas.verdict import Held, Verdict
from schemas.vocabulary import Origin, Reason
from tasks._stage import Context, stage
from tasks.grounding.checks import Said, check_turns
from tasks.grounding.consistency import disagreements
from tasks.grounding.drafts import (
    DETAILED,
    LOCAL,
    MEND,
    dialogue_draft,
    local_drafts,
    rejection,
    synthesis_draft,
)
from tasks.grounding.held import mended_by, own_objects, said_in
from tasks.grounding.labels import checkable, checked_drafts, is_label, label_samples
from tasks.grounding.mending import Mended, checked_only, mend
from tasks.grounding.references import BrokenReference, Parsed
from tasks.grounding.spans import spans_of
from tasks.grounding.truth import Truth, truth_of
from tasks.grounding.verdicts import REASONS, first_contradicted
from tasks.model.local_facts import beside

DEFAULTS = VerifyParams()
NOTHING: Final[Mapping[str, Held]] = MappingProxyType({})


class _TileWindow(Record):
    """The columns of a tile that a sample of a label takes over."""

    id: str
    window: Window


class _TileObjects(Record):
    """The columns that tell whether a tile has objects."""

    id: str
    objects: tuple[TileObject, ...]


@stage(
    "verify",
    writes=Sample,
    version=3,
    prompts=(f"phrasings/{LOCAL}", f"phrasings/{DETAILED}"),
    words=("tasks.lexicon", "tasks.imagery", "tasks.grounding.reading"),
    scenes="tiles",
    passes=True,
)
def verify_shard(
    context: Context,
    tiles: Part,
    adapted: Part,
    described: Part,
    synthesized: Part,
    conversed: Part,
    mended: Part,
    params: VerifyParams = DEFAULTS,
) -> Iterator[Sample | Rejection | pa.RecordBatch]:
    """Verify what is said of every tile of the shard; one candidate per draft.

    Labels in words of tiles without objects pass as they are, before all others: nothing but
    themselves tells whether they are true. Adapted drafts come as they are, the others are composed
    of what the teacher wrote; what it wrote once more takes the place of the first. One tile's rows
    are in memory at a time.
    """
    held = checkable(context.batches(tiles, _TileObjects)) if params.labels else frozenset[str]()
    windows = pa.Table.from_batches(context.batches(tiles, _TileWindow), arrow_schema(_TileWindow))
    for batch in label_samples(context.batches(adapted, Draft), windows, held):
        context.candidates += batch.num_rows
        yield batch
    local, detailed = load_phrasings(LOCAL), load_phrasings(DETAILED)
    seen = tee(context.rows(tiles, Tile), 5)
    together = zip(
        beside(seen[0], checked_drafts(context.batches(adapted, Draft), held)),
        beside(seen[1], context.rows(described, DescribedObjects)),
        beside(seen[2], context.rows(synthesized, SynthesizedTile)),
        beside(seen[3], context.rows(conversed, ConversedTile)),
        beside(seen[4], context.rows(mended, MendedAnswer)),
        strict=True,
    )
    for (tile, drafts), (_, locals_), (_, wholes), (_, dialogues), (_, again) in together:
        composed = list(_composed(tile, locals_, wholes, dialogues, again, local, detailed))
        known = {draft.id: one for draft, one in composed if isinstance(draft, Draft) and one}
        every = (*drafts, *(draft for draft, _ in composed))
        for outcome in verify_tile(tile, every, params, known):
            context.candidates += 1
            yield outcome


def verify_tile(
    tile: TileOutline,
    drafts: Iterable[Draft | Rejection],
    params: VerifyParams = DEFAULTS,
    held: Mapping[str, Held] = NOTHING,
) -> Iterator[Sample | Rejection]:
    """Yield what becomes of each of ``drafts`` about ``tile``; the same text is kept once.

    What was rejected when it was composed passes through. ``held`` tells by their ids of drafts that
    were held against the labels already.
    """
    truth = truth_of(tile)
    kept: dict[str, str] = {}
    for draft in drafts:
        outcome: Sample | Rejection
        if isinstance(draft, Draft):
            outcome = verify_draft(draft, tile, truth, params, held.get(draft.id))
        else:
            outcome = draft
        if isinstance(outcome, Sample):
            text = content_id(outcome.task, [turn.model_dump() for turn in outcome.turns])
            if text in kept and isinstance(draft, Draft):
                detail = f"has the same text as sample {kept[text]}"
                outcome = _rejected(draft, tile, Reason.DUPLICATE_SAMPLE, detail)
            else:
                kept[text] = outcome.id
        yield outcome


def verify_draft(
    draft: Draft,
    tile: TileOutline,
    truth: Truth | None = None,
    params: VerifyParams = DEFAULTS,
    held: Held | None = None,
) -> Sample | Rejection:
    """Check ``draft``, mend it where a teacher wrote it, and take its tags out.

    ``truth`` is what is known of ``tile``, given where several drafts are checked; ``held`` is what
    came of that before. A statement that is false in the end rejects the draft.
    """
    truth = truth or truth_of(tile)
    if is_label(draft):
        return _verified_label(draft, tile, truth)
    try:
        said = said_in(draft)
    except BrokenReference as error:
        return _rejected(draft, tile, Reason.BROKEN_REFERENCE, str(error))
    blank = next((n for n, one in enumerate(said) if not one.text.plain.strip()), None)
    if blank is not None:
        return _rejected(draft, tile, Reason.EMPTY_TEXT, f"turn {blank + 1} has no words")
    own = own_objects(draft)
    strangers = [ref for ref in own if ref not in truth.objects]
    if strangers:
        detail = f"the tile has no object {strangers[0]}"
        return _rejected(draft, tile, Reason.UNKNOWN_OBJECT, detail)
    found = _found(draft, said, own, truth, params, held)
    wrong = (*found.wrong, *found.clashes)
    if wrong:
        return _false(draft, tile, wrong[0])
    return _sample(draft, tile, found)


def _found(
    draft: Draft,
    said: tuple[Said, ...],
    own: tuple[str, ...],
    truth: Truth,
    params: VerifyParams,
    held: Held | None,
) -> Mended:
    form, known = draft.lineage.form, draft.lineage.verdicts
    if known:
        wrong = tuple(verdict for verdict in known if verdict.outcome == "contradicted")
        return Mended(said, known, wrong, disagreements(said), ())
    if not params.mend or draft.lineage.origin is not Origin.GENERATED:
        return checked_only(said, truth, form, own)
    return mend(said, truth, form, own) if held is None else mended_by(held, said)


def _verified_label(draft: Draft, tile: TileOutline, truth: Truth) -> Sample | Rejection:
    """Check a label in words: its objects are its own, so its text stands for itself."""
    said = tuple(Said(turn.role, Parsed(turn.content, ())) for turn in draft.turns)
    verdicts = (*check_turns(said, truth), *disagreements(said))
    wrong = first_contradicted(verdicts)
    if wrong is not None:
        return _false(draft, tile, wrong)
    lineage = draft.lineage.model_copy(update={"verdicts": verdicts})
    return Sample(**{**dict(draft), "window": tile.window, "lineage": lineage})


def _false(draft: Draft, tile: TileOutline, wrong: Verdict) -> Rejection:
    detail = f"“{wrong.claim}” ({wrong.kind}) is false: {wrong.evidence}"
    return _rejected(draft, tile, REASONS[wrong.kind], detail)


def _composed(
    tile: TileOutline,
    described: Iterable[DescribedObjects],
    synthesized: Iterable[SynthesizedTile],
    conversed: Iterable[ConversedTile],
    mended: Iterable[MendedAnswer],
    local: Phrasings,
    detailed: Phrasings,
) -> Iterator[tuple[Draft | Rejection, Held | None]]:
    """Yield each draft with what came of holding it against the labels, where that was done."""
    again = {answer.replaces: answer for answer in mended}
    for row in described:
        drafts = local_drafts(tile, row, local, again.get(row.exchange.request_key))
        for draft, held in zip(drafts, row.held or repeat(None), strict=False):
            yield draft, _of_first(draft, held)
    for whole in synthesized:
        first = synthesis_draft(tile, whole, detailed, again.get(whole.exchange.request_key))
        yield first, _of_first(first, whole.held)
    for dialogue in conversed:
        spoken = dialogue_draft(tile, dialogue, again.get(dialogue.exchange.request_key))
        yield spoken, _of_first(spoken, dialogue.held)


def _of_first(draft: Draft | Rejection, held: Held | None) -> Held | None:
    """Return ``held`` where it is about ``draft``, and not about one that was asked for again."""
    return held if isinstance(draft, Draft) and draft.lineage.stage != MEND else None


def _sample(draft: Draft, tile: TileOutline, found: Mended) -> Sample:
    turns = tuple(Turn(role=one.role, content=one.text.plain) for one in found.said)
    new_id = content_id(tile.id, draft.task, [turn.model_dump() for turn in turns])
    return Sample(
        id=new_id if found.repairs else draft.id,
        task=draft.task,
        source=draft.source,
        split=draft.split,
        scene_id=draft.scene_id,
        tile_id=draft.tile_id,
        window=tile.window,
        turns=turns,
        objects=draft.objects,
        lineage=draft.lineage.model_copy(
            update={
                "spans": spans_of([one.text for one in found.said]),
                "verdicts": found.verdicts,
                "repairs": (*draft.lineage.repairs, *found.repairs),
            }
        ),
    )


def _rejected(draft: Draft, tile: TileOutline, reason: Reason, detail: str) -> Rejection:
    where = f"{draft.lineage.form}, tile {tile.id} of {tile.scene.name}"
    return rejection(tile, draft.id, reason, f"{where}: {detail}", draft.model_dump_json())
