"""Stage adapt: questions and texts that the labels answer by themselves, without a teacher.

Objects become drafts one by one, form by form; labels in words become batches of drafts.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

import pyarrow as pa

from prompts import Phrasings, load_phrasings
from schemas.params import AdaptParams
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Draft, Lineage, Rejection
from schemas.scene import Finding, LabelOrigin
from schemas.tile import LabelledTile, Tile, TileObject, TileOutline
from schemas.turn import Turn
from schemas.vocabulary import Origin
from tasks._stage import Context, stage
from tasks.forms import (
    absent_class,
    comparison,
    composition,
    counting,
    false_premise,
    grounding,
    position,
    presence,
    referring,
    region,
    unanswerable,
    wrong_attribute,
)
from tasks.forms.proposal import Form, Proposal, Refusal, Voice
from tasks.forms.view import look_at
from tasks.grounding.held import Truths, checked
from tasks.labels import PROMPTS, Adapted, adapt_labels, load_how
from tasks.spatial.facts import sample_object

FORMS: Final[Mapping[str, Form]] = {
    "composition": composition.propose,
    "presence": presence.propose,
    "counting": counting.propose,
    "comparison": comparison.propose,
    "position": position.propose,
    "grounding": grounding.propose,
    "referring": referring.propose,
    "region": region.propose,
    "absent_class": absent_class.propose,
    "wrong_attribute": wrong_attribute.propose,
    "false_premise": false_premise.propose,
    "unanswerable": unanswerable.propose,
}
LABELS: Final = 5_000  # of the tiles whose labels are adapted at once


@stage(
    "adapt",
    writes=Draft,
    version=4,
    prompts=(*(f"phrasings/{form}" for form in sorted(FORMS)), *PROMPTS),
    words=("tasks.lexicon", "tasks.imagery", "tasks.grounding.reading"),
    scenes="tiles",
)
def adapt_shard(
    context: Context, tiles: Part, params: AdaptParams
) -> Iterator[Draft | Rejection | Finding | pa.RecordBatch]:
    """Write the drafts of every tile of one shard, tile by tile: those of objects come first.

    They are held against the labels and the picture, once and for all stages.
    Labels are adapted a batch of tiles at a time; of the batch, one tile's objects are in memory.
    """
    phrasings = {form: load_phrasings(form) for form in FORMS}
    how = load_how(params.labels, params.seed)
    outlines = context.rows(tiles, TileOutline)
    truths = Truths(context.rows(tiles, Tile))
    for batch in context.batches(tiles, LabelledTile):
        for few in batched_by_labels(batch):
            said = adapt_labels(few, how)
            context.candidates += said.candidates
            yield said.rejections
            some = islice(outlines, few.num_rows)
            yield from _together(context, some, truths, said, params, phrasings)


def batched_by_labels(batch: pa.RecordBatch, most: int = LABELS) -> Iterator[pa.RecordBatch]:
    """Yield ``batch`` in slices of at most ``most`` labels; a tile that has more comes alone."""
    counts = batch.column("labels").value_lengths().to_pylist()
    start = held = 0
    for row, count in enumerate(counts):
        if held + count > most and row > start:
            yield batch.slice(start, row - start)
            start, held = row, 0
        held += count
    yield batch.slice(start)


def _together(
    context: Context,
    outlines: Iterator[TileOutline],
    truths: Truths,
    said: Adapted,
    params: AdaptParams,
    phrasings: Mapping[str, Phrasings],
) -> Iterator[Draft | Rejection | pa.RecordBatch]:
    """Yield the drafts of each tile's objects, then those of its labels; long runs as one batch."""
    ends = {row: end for end, row in enumerate(said.rows, start=1)}
    given = start = 0
    for row, tile in enumerate(outlines):
        for outcome in adapt(tile, params, phrasings):
            if given > start:
                yield said.drafts.slice(start, given - start)
                start = given
            context.candidates += 1
            yield checked(outcome, truths) if isinstance(outcome, Draft) else outcome
        given = ends.get(row, given)
    yield said.drafts.slice(start)


def adapt(
    tile: TileOutline, params: AdaptParams, phrasings: Mapping[str, Phrasings]
) -> Iterator[Draft | Rejection]:
    """Yield the drafts of ``tile``, form by form, and what was tried in vain.

    ``phrasings`` holds the file of every form. Objects and phrasings are drawn by ``params.seed``
    and the tile's id; a draft that another quotation of the same form repeats is given once.
    """
    view = look_at(tile)
    quotas = params.model_dump(include=set(FORMS))
    given: set[str] = set()
    for form, propose in FORMS.items():
        voice = Voice(phrasings[form], seed=f"{params.seed}/{tile.id}/{form}")
        for outcome in propose(view, voice, quotas[form]):
            row = _row(outcome, form, tile, voice, params.seed)
            key = row.id if isinstance(row, Draft) else f"{form}/{row.detail}"
            if key not in given:
                given.add(key)
                yield row


def _row(
    outcome: Proposal | Refusal, form: str, tile: TileOutline, voice: Voice, seed: int
) -> Draft | Rejection:
    if isinstance(outcome, Refusal):
        return _rejection(outcome, form, tile)
    return _draft(outcome, form, tile, voice.phrasings, seed)


def _draft(
    proposal: Proposal, form: str, tile: TileOutline, phrasings: Phrasings, seed: int
) -> Draft:
    turns = (
        Turn(role="user", content=proposal.instruction),
        Turn(role="assistant", content=proposal.response),
    )
    spoken = set(proposal.refs)
    things = [thing for thing in tile.objects if thing.ref in spoken]
    return Draft(
        id=content_id(tile.id, proposal.task, [turn.model_dump() for turn in turns]),
        task=proposal.task,
        source=tile.scene.source,
        split=tile.split,
        scene_id=tile.scene.id,
        tile_id=tile.id,
        turns=turns,
        objects=tuple(sample_object(thing) for thing in things),
        lineage=Lineage(
            origin=Origin.ADAPTED,
            stage="adapt",
            form=proposal.form or form,
            labels=_labels(things, tile),
            prompt=f"phrasings/{form}",
            prompt_fingerprint=phrasings.fingerprint,
            model=None,
            seed=seed,
            licence=tile.scene.licence,
            attribution=tile.scene.attribution,
        ),
    )


def _labels(things: list[TileObject], tile: TileOutline) -> tuple[LabelOrigin, ...]:
    """Return where the objects were read; what is absent was read from the whole files."""
    if things:
        return tuple(thing.origin for thing in things)
    return tuple(LabelOrigin(file=file) for file in sorted({o.origin.file for o in tile.objects}))


def _rejection(refusal: Refusal, form: str, tile: TileOutline) -> Rejection:
    """Return the row of what was tried; its id is that of the attempt, as there is no text yet."""
    thing = next((o for o in tile.objects if o.ref == refusal.subject), None)
    return Rejection(
        stage="adapt",
        subject="sample",
        subject_id=content_id(tile.id, form, refusal.subject),
        source=tile.scene.source,
        reason=refusal.reason,
        detail=f"{form}, tile {tile.id} of {tile.scene.name}: {refusal.detail}",
        file=thing.origin.file if thing else None,
        line=thing.origin.line if thing else None,
        scene_id=tile.scene.id,
    )
