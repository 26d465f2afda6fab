"""Stage verify: every statement of every draft is held against the objects of its tile."""

from collections.abc import Iterable, Iterator
from itertools import tee
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from prompts import Phrasings, load_phrasings
from schemas.arrow import arrow_schema, from_batch, to_batch
from schemas.errors import AccountingError
from schemas.geometry import Window
from schemas.label_params import LABEL_FORMS
from schemas.record import Record, content_id
from schemas.release import Part
from schemas.sample import Draft, Rejection, Sample, Span, SpanKind
from schemas.teacher import ConversedTile, DescribedObjects, MendedAnswer, SynthesizedTile
from schemas.tile import TileOutline
from schemas.turn import Turn
from schemas.verdict import Verdict
from schemas.vocabulary import Reason
from tasks._stage import Context, stage
from tasks.grounding.checks import Said, check_turns
from tasks.grounding.drafts import (
    DETAILED,
    LOCAL,
    dialogue_draft,
    local_drafts,
    rejection,
    synthesis_draft,
)
from tasks.grounding.references import BrokenReference, Parsed, TextSpan, parse
from tasks.grounding.truth import Truth
from tasks.grounding.verdicts import REASONS, first_contradicted
from tasks.model.local_facts import beside

_LABEL_FORMS: Final = pa.array(LABEL_FORMS, pa.string())


class _TileWindow(Record):
    """The columns of a tile that a sample of a label takes over."""

    id: str
    window: Window


@stage(
    "verify",
    writes=Sample,
    prompts=(f"phrasings/{LOCAL}", f"phrasings/{DETAILED}"),
    words=("tasks.lexicon", "tasks.grounding"),
)
def verify_shard(
    context: Context,
    tiles: Part,
    adapted: Part,
    described: Part,
    synthesized: Part,
    conversed: Part,
    mended: Part,
) -> Iterator[Sample | Rejection | pa.RecordBatch]:
    """Verify what is said of every tile of the shard; one candidate per draft.

    Labels in words pass as they are, before all others: nothing but themselves tells whether they
    are true. Adapted drafts come as they are, the others are composed of what the teacher wrote;
    what it wrote once more takes the place of the first. One tile's rows are in memory at a time.
    """
    yield from label_samples(context, tiles, adapted)
    local, detailed = load_phrasings(LOCAL), load_phrasings(DETAILED)
    outlines = tee(context.rows(tiles, TileOutline), 5)
    together = zip(
        beside(outlines[0], _tagged_drafts(context, adapted)),
        beside(outlines[1], context.rows(described, DescribedObjects)),
        beside(outlines[2], context.rows(synthesized, SynthesizedTile)),
        beside(outlines[3], context.rows(conversed, ConversedTile)),
        beside(outlines[4], context.rows(mended, MendedAnswer)),
        strict=True,
    )
    for (tile, drafts), (_, locals_), (_, wholes), (_, dialogues), (_, again) in together:
        composed = _composed(tile, locals_, wholes, dialogues, again, local, detailed)
        for outcome in verify_tile(tile, (*drafts, *composed)):
            context.candidates += 1
            yield outcome


def label_samples(context: Context, tiles: Part, adapted: Part) -> Iterator[pa.RecordBatch]:
    """Yield the drafts of ``adapted`` that restate labels in words as samples, batch by batch."""
    shown = list(context.rows(tiles, _TileWindow))
    ids = pa.array([tile.id for tile in shown], pa.string())
    windows = to_batch(shown, _TileWindow)["window"]
    schema = arrow_schema(Sample)
    for batch in context.batches(adapted, Draft):
        labels = batch.filter(_restates_labels(batch))
        if not labels.num_rows:
            continue
        context.candidates += labels.num_rows
        places = pc.index_in(labels["tile_id"], value_set=ids)
        if places.null_count:
            raise AccountingError(
                f"Part {adapted.path} holds {places.null_count} samples of tiles that "
                f"{tiles.path} lacks. This is a defect; please report it."
            )
        columns = {name: labels[name] for name in labels.schema.names}
        columns["window"] = windows.take(places)
        yield pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def _tagged_drafts(context: Context, adapted: Part) -> Iterator[Draft]:
    """Yield the other drafts of ``adapted``, whose tags are still in their text."""
    for batch in context.batches(adapted, Draft):
        tagged = batch.filter(pc.invert(_restates_labels(batch)))
        yield from from_batch(tagged, Draft)


def _restates_labels(batch: pa.RecordBatch) -> pa.BooleanArray:
    return pc.is_in(pc.struct_field(batch["lineage"], "form"), value_set=_LABEL_FORMS)


def verify_tile(
    tile: TileOutline, drafts: Iterable[Draft | Rejection]
) -> Iterator[Sample | Rejection]:
    """Yield what becomes of each of ``drafts`` about ``tile``; the same text is kept once.

    What was rejected when it was composed passes through.
    """
    truth = Truth(tile)
    kept: dict[str, str] = {}
    for draft in drafts:
        outcome = verify_draft(draft, tile, truth) if isinstance(draft, Draft) else draft
        if isinstance(outcome, Sample):
            text = content_id(outcome.task, [turn.model_dump() for turn in outcome.turns])
            if text in kept and isinstance(draft, Draft):
                detail = f"has the same text as sample {kept[text]}"
                outcome = _rejected(draft, tile, Reason.DUPLICATE_SAMPLE, detail)
            else:
                kept[text] = outcome.id
        yield outcome


def verify_draft(draft: Draft, tile: TileOutline, truth: Truth | None = None) -> Sample | Rejection:
    """Check ``draft`` and take its tags out; the first false statement rejects it.

    ``truth`` is what is known of ``tile``, given where several drafts are checked.
    """
    try:
        said = tuple(Said(turn.role, parse(turn.content)) for turn in draft.turns)
    except BrokenReference as error:
        return _rejected(draft, tile, Reason.BROKEN_REFERENCE, str(error))
    blank = next((n for n, one in enumerate(said) if not one.text.plain.strip()), None)
    if blank is not None:
        return _rejected(draft, tile, Reason.EMPTY_TEXT, f"turn {blank + 1} has no words")
    truth = truth or Truth(tile)
    own = tuple(thing.ref for thing in draft.objects)
    strangers = [ref for ref in own if ref not in truth.objects]
    if strangers:
        detail = f"the tile has no object {strangers[0]}"
        return _rejected(draft, tile, Reason.UNKNOWN_OBJECT, detail)
    verdicts = check_turns(said, truth, draft.lineage.form, own)
    wrong = first_contradicted(verdicts)
    if wrong is not None:
        detail = f"“{wrong.claim}” ({wrong.kind}) is false: {wrong.evidence}"
        return _rejected(draft, tile, REASONS[wrong.kind], detail)
    return _sample(draft, tile, said, verdicts)


def _composed(
    tile: TileOutline,
    described: Iterable[DescribedObjects],
    synthesized: Iterable[SynthesizedTile],
    conversed: Iterable[ConversedTile],
    mended: Iterable[MendedAnswer],
    local: Phrasings,
    detailed: Phrasings,
) -> Iterator[Draft | Rejection]:
    again = {answer.replaces: answer for answer in mended}
    for row in described:
        yield from local_drafts(tile, row, local, again.get(row.exchange.request_key))
    for whole in synthesized:
        yield synthesis_draft(tile, whole, detailed, again.get(whole.exchange.request_key))
    for dialogue in conversed:
        yield dialogue_draft(tile, dialogue, again.get(dialogue.exchange.request_key))


def _sample(
    draft: Draft, tile: TileOutline, said: tuple[Said, ...], verdicts: tuple[Verdict, ...]
) -> Sample:
    return Sample(
        id=draft.id,
        task=draft.task,
        source=draft.source,
        split=draft.split,
        scene_id=draft.scene_id,
        tile_id=draft.tile_id,
        window=tile.window,
        turns=tuple(Turn(role=one.role, content=one.text.plain) for one in said),
        objects=draft.objects,
        lineage=draft.lineage.model_copy(update={"spans": _spans(said), "verdicts": verdicts}),
    )


def _spans(said: tuple[Said, ...]) -> tuple[Span, ...]:
    """Return phrases, boxes and units of all turns, in the order of the text."""
    found = [
        Span(turn=number, start=span.start, end=span.end, refs=span.refs, kind=kind)
        for number, one in enumerate(said)
        for kind, spans in _by_kind(one.text)
        for span in spans
    ]
    return tuple(sorted(found, key=lambda span: (span.turn, span.start)))


def _by_kind(text: Parsed) -> Iterator[tuple[SpanKind, tuple[TextSpan, ...]]]:
    yield "phrase", text.spans
    yield "box", text.boxes
    yield "units", text.units


def _rejected(draft: Draft, tile: TileOutline, reason: Reason, detail: str) -> Rejection:
    where = f"{draft.lineage.form}, tile {tile.id} of {tile.scene.name}"
    return rejection(tile, draft.id, reason, f"{where}: {detail}", draft.model_dump_json())
