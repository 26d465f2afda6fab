"""Regions: a text about a box is asked for by that box."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.vocabulary import Reason, TaskType
from tasks.labels import mending
from tasks.labels.boxes import LEFT_OVER, Placed, place
from tasks.labels.columns import Image, Labels
from tasks.labels.how import REGION_TEXT, How
from tasks.labels.sheet import Mark, Sheet

REF: Final = "e1"


@dataclass(frozen=True)
class Described:
    """A text about a box; ``form`` says what kind of label it came with."""

    place: int
    text: str
    where: Placed
    form: str


def adapt_regions(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> int:
    """Add what becomes of the region texts of one image; return how many candidates they were."""
    texts = _read(image, labels, places, sheet)
    for text in reject_repeated(image, labels, texts, sheet):
        add_region(image, labels, text, sheet, how)
    return len(places)


def reject_repeated(
    image: Image, labels: Labels, texts: Iterable[Described], sheet: Sheet
) -> Iterator[Described]:
    """Yield the first of those texts that say the same of the same box; reject the others."""
    first: dict[tuple[str, str], Described] = {}
    for text in texts:
        earlier = first.setdefault((mending.same(text.text), text.where.text), text)
        if earlier is text:
            yield text
            continue
        detail = f"says the same of the same box as label {labels.ids[earlier.place]} of the image"
        given = labels.given(text.place)
        sheet.reject(image, text.form, text.place, Reason.REPEATED_LABEL, detail, given)


def add_region(image: Image, labels: Labels, one: Described, sheet: Sheet, how: How) -> None:
    """Add the draft that asks for a text by its box."""
    label_id, given = labels.ids[one.place], labels.given(one.place)
    draw = how.draw(f"{label_id}/{one.form}")
    units = how.words.pick(REGION_TEXT, "units", draw).fill({"size": image.size}).text
    line = how.words.pick(REGION_TEXT, "instructions", draw, 1)
    asked = line.fill({"box": one.where.text, "units": units})
    marks = (
        Mark(0, *asked.places["box"], (REF,), "box"),
        Mark(0, *asked.places["units"], (), "units"),
        Mark(1, 0, len(one.text.rstrip(".!?…")) or len(one.text), (REF,), "phrase"),
    )
    thing = one.where.thing(REF, label_id, labels.column("category")[one.place])
    original = None if one.text == given else given
    turns = (asked.text, one.text)
    task = TaskType.REGION_CAPTION
    sheet.sample(image, task, one.form, (one.place,), turns, original, (thing,), marks)


def _read(image: Image, labels: Labels, places: Sequence[int], sheet: Sheet) -> Iterator[Described]:
    given, polygons = labels.texts("text"), labels.column("polygon")
    for at in places:
        text, where = mending.sentence(given[at]), place(polygons[at], image)
        if text and where:
            yield Described(at, text, where, REGION_TEXT)
            continue
        reason = Reason.EMPTY_OBJECT if text else Reason.EMPTY_LABEL
        detail = LEFT_OVER if text else "the text has no words; delete it from the label file"
        sheet.reject(image, REGION_TEXT, at, reason, detail, given[at])
