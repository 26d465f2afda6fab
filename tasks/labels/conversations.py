"""Conversations as they were given, hardly mended; boxes in them are canonical already."""

import re
from collections.abc import Sequence
from typing import Any, Final

from schemas.scene import TextBox
from schemas.turn import Turn
from schemas.vocabulary import Reason, TaskType
from tasks.labels.boxes import CANONICAL, Placed, place
from tasks.labels.columns import Image, Labels
from tasks.labels.how import CONVERSATION, How
from tasks.labels.sheet import Mark, Sheet, Thing

_BEFORE_STOP: Final = re.compile(r" +(?=[.,?!](?:\s|$))")
ROLES: Final = ("user", "assistant")


def adapt_conversations(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> int:
    """Add what becomes of the conversations of one image; return how many candidates they were.

    One question with its answer is no dialogue, but a question.
    """
    told: dict[tuple[str, ...], int] = {}
    for at in places:
        turns = tuple(Turn.model_validate(turn) for turn in labels.column("turns")[at])
        boxes = tuple(_box(box) for box in labels.column("boxes")[at] or ())
        problem = _problem(turns, boxes, image)
        given = labels.given(at)
        if problem:
            reason = Reason.BROKEN_CONVERSATION
            sheet.reject(image, CONVERSATION, at, reason, problem, given)
            continue
        first = told.setdefault(tuple(turn.content.strip() for turn in turns), at)
        if first != at:
            detail = f"says the same as label {labels.ids[first]} of the image"
            sheet.reject(image, CONVERSATION, at, Reason.REPEATED_LABEL, detail, given)
            continue
        _add(image, labels, at, turns, boxes, sheet, how)
    return len(places)


def _box(given: dict[str, Any]) -> TextBox:
    return TextBox.model_validate(given)


def _problem(turns: Sequence[Turn], boxes: Sequence[TextBox], image: Image) -> str | None:
    """Return what is wrong with a conversation, None where it can be published."""
    if len(turns) % 2 or any(turn.role != ROLES[n % 2] for n, turn in enumerate(turns)):
        return f"its {len(turns)} turns are not user’s and assistant’s in turn; correct the labels"
    blank = next((n for n, turn in enumerate(turns, 1) if not turn.content.strip()), None)
    if blank:
        return f"turn {blank} has no words; correct the label or delete the conversation"
    for box in boxes:
        text = turns[box.turn].content[box.start : box.end] if box.turn < len(turns) else ""
        if not CANONICAL.fullmatch(text):
            return f"turn {box.turn + 1} has “{text}” for a box, which is not [x0, y0, x1, y1]"
        if place(box.polygon, image) is None:
            return f"the box {text} of turn {box.turn + 1} has no area inside the image"
    return None


def _add(
    image: Image,
    labels: Labels,
    at: int,
    turns: Sequence[Turn],
    boxes: Sequence[TextBox],
    sheet: Sheet,
    how: How,
) -> None:
    boxed = {box.turn for box in boxes}
    texts = [_mended(turn.content, n in boxed) for n, turn in enumerate(turns)]
    shifts = [len(turn.content) - len(turn.content.lstrip()) for turn in turns]
    given = labels.given(at)
    original = None if "\n".join(texts) == given else given
    things, marks = _things(boxes, shifts, labels.ids[at], image)
    if boxes:
        line = how.words.pick(CONVERSATION, "units", how.draw(labels.ids[at]))
        start = len(texts[0])
        texts[0] += line.fill({"size": image.size}).text
        marks.append(Mark(0, start, len(texts[0]), (), "units"))
    task = TaskType.VQA if len(turns) == 2 else TaskType.DIALOGUE
    sheet.sample(image, task, CONVERSATION, (at,), texts, original, things, sorted(marks))


def _things(
    boxes: Sequence[TextBox], shifts: Sequence[int], label_id: str, image: Image
) -> tuple[list[Thing], list[Mark]]:
    """Return the objects that the boxes show, equal ones once, and where the boxes stand."""
    refs: dict[Placed, str] = {}
    marks = []
    for box in boxes:
        where = place(box.polygon, image)
        if where is not None:
            ref = refs.setdefault(where, f"e{len(refs) + 1}")
            start, end = box.start - shifts[box.turn], box.end - shifts[box.turn]
            marks.append(Mark(box.turn, start, end, (ref,), "box"))
    things = [where.thing(ref, label_id, None) for where, ref in refs.items()]
    return things, marks


def _mended(text: str, has_boxes: bool) -> str:
    """Return ``text`` without blanks at its ends and before stops; boxes keep their places."""
    return text.strip() if has_boxes else _BEFORE_STOP.sub("", text.strip())
