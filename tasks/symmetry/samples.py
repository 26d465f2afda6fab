"""Samples turned as a whole: text, spans and objects, with what they were made of."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.record import content_id
from schemas.sample import Sample, SampleObject
from schemas.symmetry import Symmetry, TurnedSample
from schemas.tile import TileOutline
from schemas.turn import Span, Turn
from tasks.spatial.polygons import box_of
from tasks.symmetry.passage import CannotTurn
from tasks.symmetry.tiles import Placing, turned_id
from tasks.symmetry.words import Edit, edited, edits, moved


class Unturned(NamedTuple):
    """A sample that is not turned, and which of its words are to blame."""

    why: str


def turn_sample(sample: Sample, tile: TileOutline, symmetry: Symmetry) -> Sample | Unturned:
    """Return ``sample`` of ``tile`` as it is true of the turned tile, without verdicts.

    Its coordinates are px of the turned tile; its phrases mean the objects that they meant.
    """
    placing = Placing(sample.window, symmetry)
    try:
        changes = _changes(sample, placing, north_up=tile.scene.north_up)
        spans = tuple(_span(span, changes[span.turn]) for span in sample.lineage.spans)
    except CannotTurn as error:
        return Unturned(str(error))
    turns = tuple(
        Turn(role=turn.role, content=edited(turn.content, own))
        for turn, own in zip(sample.turns, changes, strict=True)
    )
    tile_id = turned_id(sample.tile_id, symmetry)
    made_of = TurnedSample(
        symmetry=symmetry, sample=sample.id, tile=sample.tile_id, window=sample.window
    )
    return sample.model_copy(
        update={
            "id": content_id(tile_id, sample.task, [turn.model_dump() for turn in turns]),
            "tile_id": tile_id,
            "window": placing.turned,
            "turns": turns,
            "objects": tuple(_object(thing, placing) for thing in sample.objects),
            "lineage": sample.lineage.model_copy(
                update={"spans": spans, "verdicts": (), "turned": made_of}
            ),
        }
    )


def _changes(sample: Sample, placing: Placing, *, north_up: bool) -> Sequence[tuple[Edit, ...]]:
    """Return what changes in each turn; an answer is read with its question."""

    def each() -> Iterator[tuple[Edit, ...]]:
        asked = ""
        for turn in sample.turns:
            yield edits(
                turn.content, placing.symmetry, placing.size, north_up=north_up, asked=asked
            )
            asked = turn.content if turn.role == "user" else ""

    return list(each())


def _span(span: Span, changes: Sequence[Edit]) -> Span:
    start, end = moved(span.start, span.end, changes)
    return span.model_copy(update={"start": start, "end": end})


def _object(thing: SampleObject, placing: Placing) -> SampleObject:
    polygon = placing.polygon(thing.polygon)
    return thing.model_copy(update={"polygon": polygon, "box": box_of(polygon)})
