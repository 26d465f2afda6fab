"""Stage verify: every statement of every draft is held against the objects of its tile.

What is false in a text that a teacher wrote is mended where that is certain; what stays false is a
rejection. Labels in words are checked where their scene has objects too, and never mended.
"""

from collections.abc import Iterable, Iterator
from itertools import tee

import pyarrow as pa

from prompts import Phrasings, load_phrasings
from schemas.arrow import arrow_schema
from schemas.geometry import Window
from schemas.params import VerifyParams
from schemas.record import Record, content_id
from schemas.release import Part
from schemas.sample import Draft, Rejection, Sample, Span, SpanKind
from schemas.scene import SceneClassAnnotation
from schemas.teacher import ConversedTile, DescribedObjects, MendedAnswer, SynthesizedTile
from schemas.tile import Tile, TileObject, TileOutline
from schemas.turn import Turn
from schemas.verdict import Verdict
from schemas.vocabulary import Origin, Reason
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
from tasks.grounding.labels import checkable, checked_drafts, is_label, label_samples
from tasks.grounding.mending import Mended, checked_only, mend
from tasks.grounding.references import BrokenReference, Parsed, TextSpan, parse
from tasks.grounding.truth import Truth
from tasks.grounding.verdicts import REASONS, first_contradicted
from tasks.model.local_facts import beside

DEFAULTS = VerifyParams()


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
    version=2,
    prompts=(f"phrasings/{LOCAL}", f"phrasings/{DETAILED}"),
    words=("tasks.lexicon", "tasks.imagery", "tasks.grounding"),
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
        composed = _composed(tile, locals_, wholes, dialogues, again, local, detailed)
        for outcome in verify_tile(tile, (*drafts, *composed), params):
            context.candidates += 1
            yield outcome


def verify_tile(
    tile: TileOutline, drafts: Iterable[Draft | Rejection], params: VerifyParams = DEFAULTS
) -> Iterator[Sample | Rejection]:
    """Yield what becomes of each of ``drafts`` about ``tile``; the same text is kept once.

    What was rejected when it was composed passes through.
    """
    truth = truth_of(tile)
    kept: dict[str, str] = {}
    for draft in drafts:
        outcome = verify_draft(draft, tile, truth, params) if isinstance(draft, Draft) else draft
        if isinstance(outcome, Sample):
            text = content_id(outcome.task, [turn.model_dump() for turn in outcome.turns])
            if text in kept and isinstance(draft, Draft):
                detail = f"has the same text as sample {kept[text]}"
                outcome = _rejected(draft, tile, Reason.DUPLICATE_SAMPLE, detail)
            else:
                kept[text] = outcome.id
        yield outcome


def truth_of(tile: TileOutline) -> Truth:
    """Return what is known of ``tile``; its picture is decoded when a colour is asked for."""
    if not isinstance(tile, Tile):
        return Truth(tile)
    classes = [label.category for label in tile.labels if isinstance(label, SceneClassAnnotation)]
    return Truth(tile, lambda: tile.image, classes)


def verify_draft(
    draft: Draft,
    tile: TileOutline,
    truth: Truth | None = None,
    params: VerifyParams = DEFAULTS,
) -> Sample | Rejection:
    """Check ``draft``, mend it where a teacher wrote it, and take its tags out.

    ``truth`` is what is known of ``tile``, given where several drafts are checked. A statement that
    is false in the end rejects the draft.
    """
    truth = truth or truth_of(tile)
    if is_label(draft):
        return _verified_label(draft, tile, truth)
    try:
        said = tuple(Said(turn.role, parse(turn.content)) for turn in draft.turns)
    except BrokenReference as error:
        return _rejected(draft, tile, Reason.BROKEN_REFERENCE, str(error))
    blank = next((n for n, one in enumerate(said) if not one.text.plain.strip()), None)
    if blank is not None:
        return _rejected(draft, tile, Reason.EMPTY_TEXT, f"turn {blank + 1} has no words")
    own = tuple(thing.ref for thing in draft.objects)
    strangers = [ref for ref in own if ref not in truth.objects]
    if strangers:
        detail = f"the tile has no object {strangers[0]}"
        return _rejected(draft, tile, Reason.UNKNOWN_OBJECT, detail)
    form = draft.lineage.form
    mended = draft.lineage.origin is Origin.GENERATED and params.mend
    found = (mend if mended else checked_only)(said, truth, form, own)
    if found.wrong:
        return _false(draft, tile, found.wrong[0])
    return _sample(draft, tile, found)


def _verified_label(draft: Draft, tile: TileOutline, truth: Truth) -> Sample | Rejection:
    """Check a label in words: its objects are its own, so its text stands for itself."""
    said = tuple(Said(turn.role, Parsed(turn.content, ())) for turn in draft.turns)
    verdicts = check_turns(said, truth)
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
) -> Iterator[Draft | Rejection]:
    again = {answer.replaces: answer for answer in mended}
    for row in described:
        yield from local_drafts(tile, row, local, again.get(row.exchange.request_key))
    for whole in synthesized:
        yield synthesis_draft(tile, whole, detailed, again.get(whole.exchange.request_key))
    for dialogue in conversed:
        yield dialogue_draft(tile, dialogue, again.get(dialogue.exchange.request_key))


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
                "spans": _spans(found.said),
                "verdicts": found.verdicts,
                "repairs": (*draft.lineage.repairs, *found.repairs),
            }
        ),
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
