"""Referring expressions: the box that one names is asked for, or the expression for its box."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.vocabulary import Reason, TaskType
from tasks.labels import mending
from tasks.labels.boxes import LEFT_OVER, Placed, place
from tasks.labels.columns import Image, Labels
from tasks.labels.how import EXPRESSION, EXPRESSION_REGION, How
from tasks.labels.regions import Described, add_region, reject_repeated
from tasks.labels.sheet import Mark, Sheet

REF = "e1"


@dataclass(frozen=True)
class _Named:
    """An expression and the one thing that it names."""

    place: int
    words: str
    where: Placed


def adapt_expressions(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> int:
    """Add what becomes of the expressions of one image; return how many candidates they were.

    With ``regions``, each is two: its box is asked for, and it describes its box.
    """
    forms = tried(how)
    named = list(_read(image, labels, places, sheet, forms))
    for one in _unique(image, labels, named, sheet):
        _add(image, labels, one, sheet, how)
    if EXPRESSION_REGION in forms:
        texts = [
            Described(one.place, mending.sentence(one.words), one.where, EXPRESSION_REGION)
            for one in named
        ]
        for text in reject_repeated(image, labels, texts, sheet):
            add_region(image, labels, text, sheet, how)
    return len(places) * len(forms)


def tried(how: How) -> tuple[str, ...]:
    """Return the forms that each expression is tried in."""
    return (EXPRESSION, EXPRESSION_REGION) if how.params.regions else (EXPRESSION,)


def _read(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, forms: Sequence[str]
) -> Iterator[_Named]:
    given, polygons = labels.texts("expression"), labels.column("polygon")
    for at in places:
        words, where = mending.expression(given[at]), place(polygons[at], image)
        if words and where:
            yield _Named(at, words, where)
            continue
        reason = Reason.EMPTY_OBJECT if words else Reason.EMPTY_LABEL
        detail = LEFT_OVER if words else "the expression has no words; delete the label"
        for form in forms:
            sheet.reject(image, form, at, reason, detail, given[at])


def _unique(
    image: Image, labels: Labels, named: Sequence[_Named], sheet: Sheet
) -> Iterator[_Named]:
    """Yield one label of each expression; where it is given for several boxes, it names none."""
    same: dict[str, list[_Named]] = {}
    for one in named:
        same.setdefault(mending.same(one.words), []).append(one)
    for group in same.values():
        boxes = {one.where.text for one in group}
        if len(boxes) == 1:
            yield group[0]
            reason, rest = Reason.REPEATED_LABEL, group[1:]
            detail = f"says the same as label {labels.ids[group[0].place]} of the image"
        else:
            reason, rest = Reason.NOT_UNIQUE, group
            detail = (
                f"“{group[0].words}” is given for {len(boxes)} boxes: {', '.join(sorted(boxes))}"
            )
        for one in rest:
            given = labels.texts("expression")[one.place]
            sheet.reject(image, EXPRESSION, one.place, reason, detail, given)


def _add(image: Image, labels: Labels, one: _Named, sheet: Sheet, how: How) -> None:
    label_id, given = labels.ids[one.place], labels.texts("expression")[one.place]
    draw = how.draw(label_id)
    asked = how.words.pick(EXPRESSION, "instructions", draw).fill({"expression": one.words})
    units = how.words.pick(EXPRESSION, "units", draw, 1).fill({"size": image.size}).text
    boxes = how.words.pick(EXPRESSION, "boxes", draw, 2).fill({"units": units})
    said = how.words.pick(EXPRESSION, "responses", draw, 3).fill({"box": one.where.text})
    start = len(asked.text) + 1 + boxes.places["units"][0]
    marks = (
        Mark(0, start, start + len(units), (), "units"),
        Mark(1, *said.places["box"], (REF,), "box"),
    )
    thing = one.where.thing(REF, label_id, labels.column("category")[one.place])
    turns = (f"{asked.text} {boxes.text}", said.text)
    original = None if one.words == given else given
    task = TaskType.VISUAL_GROUNDING
    sheet.sample(image, task, EXPRESSION, (one.place,), turns, original, (thing,), marks)
