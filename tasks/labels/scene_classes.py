"""Scene classes: the class of the whole image is asked for."""

from collections.abc import Sequence

from schemas.vocabulary import Reason, TaskType
from tasks.labels import mending
from tasks.labels.columns import Image, Labels
from tasks.labels.how import SCENE_CLASS, How
from tasks.labels.sheet import Sheet


def adapt_scene_classes(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> int:
    """Add what becomes of the classes of one image; return how many candidates they were.

    A scene of two classes contradicts itself: neither is asked for.
    """
    classes, given = labels.texts("category"), labels.texts("category_as_given")
    named = {place: mending.spaced(classes[place]) for place in places}
    found = sorted({name.casefold(): name for name in named.values() if name}.values())
    kept = None
    for place, name in named.items():
        if not name:
            reason, detail = Reason.EMPTY_LABEL, "the class has no name; add it to the labels"
        elif len(found) > 1:
            listed = ", ".join(f"“{one}”" for one in found)
            reason, detail = Reason.CONTRADICTORY, f"the image has the classes {listed}; keep one"
        elif kept is None:
            kept = place
            continue
        else:
            detail = f"says the same as label {labels.ids[kept]} of the image"
            reason = Reason.REPEATED_LABEL
        sheet.reject(image, SCENE_CLASS, place, reason, detail, given[place])
    if kept is not None:
        _add(image, labels, kept, sheet, how)
    return len(places)


def _add(image: Image, labels: Labels, place: int, sheet: Sheet, how: How) -> None:
    given = labels.texts("category_as_given")[place]
    lines = how.words.plain(SCENE_CLASS, "instructions")
    asked = lines[how.draw(labels.ids[place]) % len(lines)]
    said = mending.capital(mending.spaced(labels.texts("category")[place]))
    original = None if said == given else given
    task = TaskType.SCENE_CLASSIFICATION
    sheet.sample(image, task, SCENE_CLASS, (place,), (asked, said), original)
