"""The sheet: one HTML file with the drawn samples and their pictures, to be answered in a browser."""

from collections.abc import Iterator
from typing import Final

from jinja2 import ChoiceLoader, Environment, PackageLoader
from pydantic import Field

from schemas.errors import UsageError
from schemas.image_row import ImageObject
from schemas.record import Record
from schemas.review import LONG_SIDE, LONGEST_COMMENT, LONGEST_NAME, ReviewSheet
from schemas.sample import Sample
from schemas.verdict import ClaimKind
from schemas.vocabulary import TaskType
from tasks.report.plates import (
    Legend,
    Outline,
    Piece,
    ShownTurn,
    legend_of,
    outlines_of,
    thumbnail,
    turns_of,
)
from tasks.report.rendering import environment
from tasks.review.rows import TileRow, sheet_samples, sheet_tiles
from tasks.spatial.dialects import Frame, dialect_named
from tasks.storage.store import Store

WRITTEN: Final = "box in the text"
_PIXELS: Final = dialect_named("pixels")


class ShownSample(Record):
    """One sample as a reviewer sees it: nothing says what verification thought of it."""

    id: str
    task: TaskType
    source: str
    tile_id: str
    scene: str
    width: int
    height: int
    gsd: float | None
    picture: None = Field(None, description="stands once in the page for all samples of a tile")
    outlines: tuple[Outline, ...]
    legend: tuple[Legend, ...]
    turns: tuple[ShownTurn, ...]
    refs: tuple[str, ...] = Field(description="objects that it speaks of")


def sheet_page(store: Store, sheet: ReviewSheet, long_side: int = LONG_SIDE) -> str:
    """Return ``sheet`` as one HTML page that fetches nothing; pictures at most ``long_side`` px.

    Raises UsageError where the release has no sample, DamagedPart where a row of it is gone.
    """
    if not sheet.samples:
        raise UsageError(f"Release “{sheet.version}” has no sample, so there is nothing to review.")
    samples = sheet_samples(store, sheet)
    of_tile: dict[str, list[Sample]] = {}
    for sample in samples.values():
        of_tile.setdefault(sample.tile_id, []).append(sample)
    pictures: dict[str, str] = {}
    shown: dict[str, ShownSample] = {}
    for tile in sheet_tiles(store, sheet, samples):
        pictures[tile.tile_id] = thumbnail(tile.image.bytes, (long_side, long_side))
        shown |= {one.id: shown_sample(one, tile) for one in of_tile[tile.tile_id]}
    template = _environment().get_template("sheet.html.jinja")
    return template.render(
        sheet=sheet,
        asked=sheet.model_dump(mode="json", exclude={"params", "strata"}),
        samples=[shown[one.id] for one in sheet.samples],
        pictures=pictures,
        kinds=list(ClaimKind),
        longest_name=LONGEST_NAME,
        longest_comment=LONGEST_COMMENT,
    )


def shown_sample(sample: Sample, tile: TileRow) -> ShownSample:
    """Return ``sample`` over its tile: its objects marked, and the boxes that its text writes."""
    turns, boxes = _with_boxes(turns_of(sample, "phrase", "box"), Frame(width=tile.width, height=tile.height))  # fmt: skip
    meant = {thing.ref for thing in sample.objects}
    outlines = (*_marked(sample, tile, meant), *boxes)
    return ShownSample(
        id=sample.id,
        task=sample.task,
        source=sample.source,
        tile_id=tile.tile_id,
        scene=tile.scene,
        width=tile.width,
        height=tile.height,
        gsd=tile.gsd,
        outlines=outlines,
        legend=legend_of(outlines),
        turns=turns,
        refs=tuple(sorted(meant)),
    )


def _marked(sample: Sample, tile: TileRow, meant: set[str]) -> Iterator[Outline]:
    """Yield the objects of the tile, and those that only the sample has, the meant ones on top."""
    known = {thing.ref for thing in tile.objects}
    own = (
        ImageObject(
            ref=thing.ref, category=thing.category, polygon=thing.polygon, box=thing.box,
            described=True,
        )
        for thing in sample.objects
        if thing.ref not in known
    )  # fmt: skip
    outlines = outlines_of((*tile.objects, *own), tile.window)
    for outline in sorted(outlines, key=lambda one: one.ref in meant):
        mark = "meant" if outline.ref in meant else ""
        yield outline.model_copy(update={"mark": mark})


def _with_boxes(
    turns: tuple[ShownTurn, ...], frame: Frame
) -> tuple[tuple[ShownTurn, ...], tuple[Outline, ...]]:
    """Return ``turns`` with references to the boxes that they write, and these as outlines.

    They are drawn from the numbers in the text, because it is the text that is reviewed.
    """
    boxes: list[Outline] = []

    def tied(piece: Piece) -> Piece:
        found = _PIXELS.find(piece.text, frame) if piece.refs else ()
        new = [_box(len(boxes) + n, one.polygon) for n, one in enumerate(found)]
        boxes.extend(new)
        return piece.model_copy(update={"refs": (*(box.ref for box in new), *piece.refs)})

    cut = tuple(turn.model_copy(update={"pieces": tuple(map(tied, turn.pieces))}) for turn in turns)
    return cut, tuple(boxes)


def _box(number: int, polygon: tuple[tuple[float, float], ...]) -> Outline:
    return Outline(
        ref=f"text{number}", category=WRITTEN, points=" ".join(f"{x:g},{y:g}" for x, y in polygon),
        colour=7, described=True, mark="written",
    )  # fmt: skip


def _environment() -> Environment:
    """Return the templates of the report with those of the sheet before them."""
    loader = ChoiceLoader([PackageLoader("tasks.review"), PackageLoader("tasks.report")])
    return environment().overlay(loader=loader)
