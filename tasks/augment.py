"""Stages augment and turned: training samples are added once more, turned, with their pictures.

Nothing is asked of the teacher. A sample is turned only where its words are turned with certainty
and verification says the same of both; everything else is a Rejection.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import from_batch
from schemas.label_params import LABEL_FORMS
from schemas.record import ID_LENGTH, content_id
from schemas.release import Part
from schemas.sample import Rejection, Sample
from schemas.symmetry import AugmentParams, Symmetry
from schemas.tile import Tile, TileOutline
from schemas.verdict import ClaimKind, Verdict
from schemas.vocabulary import Reason, Split
from tasks._stage import Context, stage
from tasks.grounding.truth import Truth
from tasks.mixture.reading import read_columns
from tasks.model.local_facts import beside
from tasks.symmetry.agreement import difference, verdicts_on
from tasks.symmetry.samples import Unturned, turn_sample
from tasks.symmetry.tiles import turn_outline, turn_tile, turned_id

_WORDS: Final = ("tasks.lexicon", "tasks.grounding.reading", "tasks.symmetry")
_SEEN: Final = {"outcome", "evidence", "found", "margin", "borderline"}
_LABEL_FORMS: Final = pa.array(LABEL_FORMS, pa.string())


@stage("augment", writes=Sample, version=2, words=_WORDS, scenes="tiles", passes=True)
def augment_shard(
    context: Context, tiles: Part, verified: Part, params: AugmentParams
) -> Iterator[Sample | Rejection]:
    """Turn a share of the training samples; all of one tile are turned the same way.

    Samples of labels stand before all others, so tiles are gone through twice.
    """
    given: set[str] = set()
    for labels in (True, False) if params.share else ():
        drawn = _drawn(context, verified, params, labels=labels)
        for tile, samples in beside(context.rows(tiles, TileOutline), drawn):
            for outcome in augment_tile(tile, samples, params) if samples else ():
                row = _once(outcome, given)
                context.candidates += 1
                yield row


@stage("turned", writes=Tile, scenes="tiles")
def turn_tiles(context: Context, tiles: Part, augmented: Part, quality: int) -> Iterator[Tile]:
    """Turn the tiles of ``augmented`` samples, pictures encoded with JPEG ``quality`` 1 to 100."""
    ways = _ways(context, augmented)
    for tile in context.rows(tiles, Tile) if ways else ():
        if tile.id in ways:
            context.candidates += 1
            yield turn_tile(tile, ways[tile.id], quality)


def augment_tile(
    tile: TileOutline, samples: Iterable[Sample], params: AugmentParams
) -> Iterator[Sample | Rejection]:
    """Yield ``samples`` of ``tile`` turned, each with the verdicts on it, or why one is not."""
    symmetry = way_of(tile.id, params)
    truth, turned_truth = Truth(tile), Truth(turn_outline(tile, symmetry))
    for sample in samples:
        turned = turn_sample(sample, tile, symmetry)
        if isinstance(turned, Unturned):
            yield _rejection(sample, symmetry, Reason.UNTURNABLE, turned.why)
            continue
        before, verdicts = verdicts_on(sample, truth), verdicts_on(turned, turned_truth)
        differs = difference(before, verdicts)
        if differs:
            yield _rejection(sample, symmetry, Reason.NOT_INVARIANT, differs)
            continue
        own = (
            as_seen(sample, before, verdicts) if sample.lineage.verdicts else ()
        )  # else labels in words
        lineage = turned.lineage.model_copy(update={"verdicts": own})
        yield turned.model_copy(update={"lineage": lineage})


def as_seen(
    sample: Sample, before: Sequence[Verdict], turned: Sequence[Verdict]
) -> tuple[Verdict, ...]:
    """Return the verdicts on a ``turned`` text, with what was seen in the picture of ``sample``.

    Turning changes no colour, so pictures are not looked at again. ``before`` are the verdicts on the
    sample's own text without its picture, one for each of ``turned``.
    """
    seen = {
        (one.turn, one.start, one.end): one.model_dump(include=_SEEN)
        for one in sample.lineage.verdicts
        if one.kind is ClaimKind.COLOUR
    }
    return tuple(
        other.model_copy(update=seen.get((one.turn, one.start, one.end), {}))
        if other.kind is ClaimKind.COLOUR
        else other
        for one, other in zip(before, turned, strict=True)
    )


def way_of(tile_id: str, params: AugmentParams) -> Symmetry:
    """Return how the tile is turned, drawn by seed."""
    draw = int(content_id(params.seed, "symmetry", tile_id), 16)
    return params.symmetries[draw % len(params.symmetries)]


def _drawn(
    context: Context, verified: Part, params: AugmentParams, *, labels: bool
) -> Iterator[Sample]:
    """Yield the training samples that are drawn, those of labels or the others."""
    for batch in context.batches(verified, Sample):
        forms = pc.struct_field(batch["lineage"], "form")
        of_kind = pc.equal(pc.is_in(forms, value_set=_LABEL_FORMS), labels)
        train = pc.and_(of_kind, pc.equal(batch["split"], Split.TRAIN.value))
        drawn = pa.array([_is_drawn(one, params) for one in batch["id"].to_pylist()], pa.bool_())
        yield from from_batch(batch.filter(pc.and_(train, drawn)), Sample)


def _is_drawn(sample_id: str, params: AugmentParams) -> bool:
    return int(content_id(params.seed, sample_id), 16) < params.share * 16**ID_LENGTH


def _once(outcome: Sample | Rejection, given: set[str]) -> Sample | Rejection:
    """Return ``outcome``, a Rejection where its text was given already: synonyms may fall together."""
    if isinstance(outcome, Rejection) or outcome.lineage.turned is None:
        return outcome
    if outcome.id in given:
        why = f"it reads as sample {outcome.id} then does"
        return _rejection(outcome, outcome.lineage.turned.symmetry, Reason.DUPLICATE_SAMPLE, why)
    given.add(outcome.id)
    return outcome


def _rejection(sample: Sample, symmetry: Symmetry, reason: Reason, why: str) -> Rejection:
    made_of = sample.lineage.turned
    name, tile = (made_of.sample, made_of.tile) if made_of else (sample.id, sample.tile_id)
    origin = next(iter(sample.lineage.labels), None)
    return Rejection(
        stage="augment",
        subject="sample",
        subject_id=content_id(turned_id(tile, symmetry), name),
        source=sample.source,
        reason=reason,
        detail=f"{sample.lineage.form}, sample {name} turned ({symmetry}): {why}. The sample "
        "itself is kept.",
        file=origin.file if origin else None,
        line=origin.line if origin else None,
        payload=sample.model_dump_json(),
        scene_id=sample.scene_id,
    )


def _ways(context: Context, augmented: Part) -> dict[str, Symmetry]:
    """Return the tiles of ``augmented`` samples, and how each is turned."""
    found: dict[str, Symmetry] = {}
    for batch in read_columns(context.store, augmented.path, ("lineage.turned",)):
        for turned in batch.column("lineage").field("turned").to_pylist():
            found[turned["tile"]] = Symmetry(turned["symmetry"])
    return found
