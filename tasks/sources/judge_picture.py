"""What is odd about the picture of a scene, and about where its labels lie in it."""

from collections.abc import Iterator
from typing import Final

from schemas.geometry import Window
from schemas.sample import Rejection
from schemas.scene import Finding, Look, ObjectAnnotation, SceneCandidate
from schemas.vocabulary import FindingKind, Severity
from tasks.spatial.polygons import box_of

PLAIN: Final = 1.0  # grey levels of standard deviation; a picture with less shows nothing
MANY: Final = 10  # boxes; fewer lie in one corner by chance


def odd_picture(candidate: SceneCandidate, look: Look) -> Iterator[Finding]:
    """Yield a finding where the picture is all one colour."""
    if look.contrast < PLAIN:
        yield Finding(
            source=candidate.source, kind=FindingKind.ONE_COLOUR, severity=Severity.WARNING,
            file=candidate.name,
            detail=f"The picture is all one colour (its grey varies by {look.contrast:.2f} of 255).",
            remedy="Replace it by a whole copy, or take it out with its labels.",
        )  # fmt: skip


def boxes_in_corner(candidate: SceneCandidate, window: Window) -> Iterator[Finding]:
    """Yield a finding where all of many objects lie in a corner, a quarter wide and high."""
    objects = [one for one in candidate.annotations if isinstance(one, ObjectAnnotation)]
    if len(objects) < MANY:
        return
    boxes = [box_of(one.polygon) for one in objects]
    x0, y0 = min(box[0] for box in boxes), min(box[1] for box in boxes)
    x1, y1 = max(box[2] for box in boxes), max(box[3] for box in boxes)
    narrow = x1 <= window.x1 / 4 or x0 >= window.x1 * 3 / 4
    low = y1 <= window.y1 / 4 or y0 >= window.y1 * 3 / 4
    if narrow and low:
        yield Finding(
            source=candidate.source, kind=FindingKind.BOXES_IN_CORNER, severity=Severity.WARNING,
            file=objects[0].origin.file,
            detail=f"All {len(objects)} objects of {candidate.name} lie in one corner of it, "
            f"x {x0:g} to {x1:g}, y {y0:g} to {y1:g} of {window.x1}×{window.y1} px.",
            remedy="See whether the labels were made on a smaller picture, or in other units.",
        )  # fmt: skip


def unreadable(rejection: Rejection) -> Finding:
    """Return the finding beside the rejection of an image that cannot be read."""
    return Finding(
        source=rejection.source, kind=FindingKind.UNREADABLE_IMAGE, severity=Severity.ERROR,
        file=rejection.file or rejection.subject_id, detail=rejection.detail,
        remedy="Replace the image by a whole copy, or take it out with its labels.",
    )  # fmt: skip
