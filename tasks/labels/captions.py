"""Captions: sentences mended, each kept once an image, the original beside them.

Half of RSICD's images repeat one sentence five times, and full stops stand after a blank.
"""

from collections.abc import Sequence

from schemas.vocabulary import Reason, TaskType
from tasks.labels.columns import Image, Labels
from tasks.labels.how import CAPTION, How
from tasks.labels.mending import same, sentence
from tasks.labels.sheet import Sheet


def adapt_captions(
    image: Image, labels: Labels, places: Sequence[int], sheet: Sheet, how: How
) -> int:
    """Add what becomes of the captions of one image; return how many candidates they were."""
    given, ids = labels.texts("text"), labels.ids
    first: dict[str, int] = {}
    for place in places:
        text = sentence(given[place])
        if not text:
            detail = "the caption has no words; delete it from the label file"
            sheet.reject(image, CAPTION, place, Reason.EMPTY_LABEL, detail, given[place])
            continue
        if first.setdefault(same(text), place) != place:
            detail = f"says the same as label {ids[first[same(text)]]} of the image"
            sheet.reject(image, CAPTION, place, Reason.REPEATED_LABEL, detail, given[place])
    chosen = how.chosen([ids[place] for place in first.values()], how.params.captions)
    for place in first.values():
        if ids[place] in chosen:
            _add(image, labels, place, sheet, how)
        else:
            detail = f"the image gives {len(first)} captions, adapt.labels.captions allows "
            detail += f"{how.params.captions}; raise it to keep more"
            sheet.reject(image, CAPTION, place, Reason.OVER_QUOTA, detail, given[place])
    return len(places)


def _add(image: Image, labels: Labels, place: int, sheet: Sheet, how: How) -> None:
    given = labels.texts("text")[place]
    lines = how.words.plain(CAPTION, "instructions")
    asked = lines[how.draw(labels.ids[place]) % len(lines)]
    said = sentence(given)
    original = None if said == given else given
    sheet.sample(image, TaskType.CAPTION, CAPTION, (place,), (asked, said), original)
