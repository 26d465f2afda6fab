"""Which dialects there are, and which of them texts are written in."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from schemas.errors import UnknownName
from tasks.spatial.dialects.dialect import Dialect, Form, Frame, Place
from tasks.spatial.dialects.oriented import FALCON, GEOCHAT, SKYSENSEGPT, YOLO_OBB
from tasks.spatial.dialects.upright import UPRIGHT, resized

_UPRIGHT: Final = {dialect.name: dialect for dialect in UPRIGHT}
_FORMS: Final[dict[str, Form]] = {  # narrow forms first: a wide one may match inside of them
    "skysensegpt": SKYSENSEGPT.form,
    "falcon": FALCON.form,
    "internvl": _UPRIGHT["internvl"].form,
    "geochat": GEOCHAT.form,
    "vrsbench": _UPRIGHT["vrsbench"].form,
    "qwen": _UPRIGHT["qwen3"].form,
    "brackets": _UPRIGHT["pixels"].form,
    "yolo_obb": YOLO_OBB.form,
}

Numbers = tuple[float, ...]


def dialects() -> dict[str, Dialect]:
    """Return all dialects by name, sorted."""
    every: list[Dialect] = [*UPRIGHT, GEOCHAT, SKYSENSEGPT, FALCON, YOLO_OBB]
    return {dialect.name: dialect for dialect in sorted(every, key=lambda one: one.name)}


def dialect_named(name: str) -> Dialect:
    """Return the dialect ``name``; raises UnknownName where there is none."""
    known = dialects()
    if name not in known:
        raise UnknownName("dialect", name, known)
    return known[name]


def recognise_dialect(texts: Sequence[str], frames: Sequence[Frame] | None = None) -> str | None:
    """Return the dialect of the boxes in ``texts``; None where they hold none, or nothing fits.

    The form that most boxes have decides; where several dialects share it, the ranges of all its
    numbers do. ``frames`` are the pictures of the texts, in the same order, where they are known.
    """
    seen: dict[str, list[tuple[Numbers, Frame | None]]] = {}
    pictures: Sequence[Frame | None] = frames or [None] * len(texts)
    for text, frame in zip(texts, pictures, strict=True):
        for form, place in _forms(text):
            seen.setdefault(form, []).append((place.numbers, frame))
    if not seen:
        return None
    form = max(seen, key=lambda name: len(seen[name]))
    if form == "brackets":
        return _bracketed(seen[form])
    return _qwen(seen[form]) if form == "qwen" else form


def _forms(text: str) -> Iterator[tuple[str, Place]]:
    """Yield every box of ``text`` with the first form that fits it."""
    taken: list[tuple[int, int]] = []  # sorted, and they do not overlap
    for name, form in _FORMS.items():
        fresh = [place for place in form.places(text) if _is_free(place, taken)]
        taken = sorted([*taken, *((place.start, place.end) for place in fresh)])
        yield from ((name, place) for place in fresh)


def _is_free(place: Place, taken: Sequence[tuple[int, int]]) -> bool:
    after = bisect_left(taken, (place.start, place.start))
    before_ends = taken[after - 1][1] if after else 0
    return before_ends <= place.start and (after == len(taken) or taken[after][0] >= place.end)


def _bracketed(boxes: Sequence[tuple[Numbers, Frame | None]]) -> str | None:
    """Tell LLaVA's shares, corners in pixels and widths and heights in pixels apart."""
    numbers = [numbers for numbers, _ in boxes]
    if all(0 <= number <= 1 for one in numbers for number in one):
        return "llava"
    ordered = Counter(c > a and d > b for a, b, c, d in numbers)
    if not ordered[False]:
        return "pixels"
    fits = all(frame is None or _fits(one, frame) for one, frame in boxes)
    if ordered[False] * 20 < ordered[True] or not fits:  # a few slips, or no widths at all
        return "pixels"
    return "coco_xywh"


def _fits(numbers: Numbers, frame: Frame) -> bool:
    x, y, width, height = numbers
    return x + width <= frame.width + 1 and y + height <= frame.height + 1


def _qwen(boxes: Sequence[tuple[Numbers, Frame | None]]) -> str:
    """Tell pixels of the resized picture from thousandths: the closer range that holds all."""
    largest = max(number for numbers, _ in boxes for number in numbers)
    if largest > 1000:
        return "qwen25"
    pictures = [resized(frame) for _, frame in boxes if frame is not None]
    if not pictures:
        return "qwen3"
    beyond = any(
        max(numbers[::2]) > resized(frame).width or max(numbers[1::2]) > resized(frame).height
        for numbers, frame in boxes
        if frame is not None
    )
    widest = max(max(one.width, one.height) for one in pictures)
    return "qwen3" if beyond or widest > 1000 else "qwen25"
