"""What is odd about the labels of a scene, once the size of its picture is known."""

from collections.abc import Iterable, Iterator
from typing import Final

from schemas.geometry import Polygon, Window
from schemas.known import ImageHeader
from schemas.scene import (
    Annotation,
    Finding,
    ObjectAnnotation,
    ReferringAnnotation,
    RegionAnnotation,
    SceneCandidate,
)
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.judge_pairs import near_duplicates, overlap
from tasks.sources.judge_picture import boxes_in_corner
from tasks.sources.judge_text import odd_texts
from tasks.spatial.polygons import area, box_of, is_self_crossing, visible_fraction

Outlined = ObjectAnnotation | ReferringAnnotation | RegionAnnotation

_SEVERITY: Final = {
    FindingKind.OUTSIDE_IMAGE: Severity.WARNING,
    FindingKind.PARTLY_OUTSIDE_IMAGE: Severity.NOTE,
    FindingKind.SELF_CROSSING: Severity.WARNING,
    FindingKind.ZERO_AREA: Severity.WARNING,
    FindingKind.DUPLICATE_LABEL: Severity.WARNING,
    FindingKind.DUPLICATE_OBJECT: Severity.WARNING,
}


def judged(
    candidate: SceneCandidate, window: Window | None
) -> tuple[tuple[Annotation, ...], tuple[Finding, ...]]:
    """Return the annotations to keep, and a finding for each oddity of any of them.

    ``window`` is the whole image; None where nobody knows its size, so that what lies outside it
    cannot be told.
    """
    rows = list(usable(candidate, window))
    kept = tuple(row for row in rows if not isinstance(row, Finding))
    objects = [row for row in kept if isinstance(row, ObjectAnnotation)]
    findings = [row for row in rows if isinstance(row, Finding)]
    findings += (_twice(candidate, *pair) for pair in near_duplicates(objects))
    findings += odd_texts(candidate)
    if window is not None:
        findings += boxes_in_corner(candidate, window)
    return kept, tuple(findings)


def usable(candidate: SceneCandidate, window: Window | None) -> Iterator[Annotation | Finding]:
    """Yield the objects and other annotations to keep, and a finding for each odd object.

    Labels outside the image and rings that cross themselves are kept as given. An object without
    area cannot be seen or counted, and one that repeats an earlier one would be counted twice: both
    are left out. Expressions and regions are kept whatever their boxes are.
    """
    seen: dict[tuple[str, Polygon], ObjectAnnotation] = {}
    for annotation in candidate.annotations:
        if not isinstance(annotation, ObjectAnnotation):
            yield annotation
            if isinstance(annotation, ReferringAnnotation | RegionAnnotation):
                yield from _oddities(candidate, annotation, window)
            continue
        first = seen.setdefault((annotation.category, annotation.polygon), annotation)
        if first is not annotation:
            where = first.origin.element or f"line {first.origin.line}"
            text = f"is the same as {where}; it is left out."
            yield _finding(candidate, annotation, FindingKind.DUPLICATE_LABEL, text)
        elif area(annotation.polygon) == 0:
            text = "has no area; it is left out."
            yield _finding(candidate, annotation, FindingKind.ZERO_AREA, text)
        else:
            yield annotation
            yield from _oddities(candidate, annotation, window)


def wrong_size(candidate: SceneCandidate, header: ImageHeader) -> Iterator[Finding]:
    """Yield a finding where the labels give the image another size than it has."""
    said = (candidate.width or header.width, candidate.height or header.height)
    if said == (header.width, header.height):
        return
    yield Finding(
        source=candidate.source, kind=FindingKind.WRONG_SIZE, severity=Severity.ERROR,
        file=candidate.name,
        detail=f"The image is {header.width}×{header.height} px as displayed, its labels were made "
        f"on {said[0]}×{said[1]} px.",
        remedy="Put in the image that was labelled, not turned and not resized: "
        "until then its labels may not fit.",
    )  # fmt: skip


def lost_classes(candidate: SceneCandidate, findings: Iterable[Finding]) -> set[str]:
    """Return the classes of which an object was left out, so that not every one is labelled."""
    lost = {(f.file, f.line, f.element) for f in findings if f.kind == FindingKind.ZERO_AREA}
    return {
        annotation.category
        for annotation in candidate.annotations
        if isinstance(annotation, ObjectAnnotation)
        and (annotation.origin.file, annotation.origin.line, annotation.origin.element) in lost
    }


def _oddities(
    candidate: SceneCandidate, annotation: Outlined, window: Window | None
) -> Iterator[Finding]:
    if area(annotation.polygon) == 0:
        yield _finding(candidate, annotation, FindingKind.ZERO_AREA, "has no area.")
    elif is_self_crossing(annotation.polygon):
        text = "has sides that cross each other; it counts as its convex hull."
        yield _finding(candidate, annotation, FindingKind.SELF_CROSSING, text)
    if window is None:
        return
    x0, y0, x1, y1 = box_of(annotation.polygon)
    if x0 >= 0 and y0 >= 0 and x1 <= window.x1 and y1 <= window.y1:
        return
    extent = f"x {x0:g} to {x1:g}, y {y0:g} to {y1:g} in {window.x1}×{window.y1} px"
    if visible_fraction(annotation.polygon, window) == 0:
        text = f"lies outside the image ({extent})."
        yield _finding(candidate, annotation, FindingKind.OUTSIDE_IMAGE, text)
    else:
        text = f"leaves the image ({extent}); it is clipped in tiles."
        yield _finding(candidate, annotation, FindingKind.PARTLY_OUTSIDE_IMAGE, text)


def _twice(candidate: SceneCandidate, first: ObjectAnnotation, again: ObjectAnnotation) -> Finding:
    where = first.origin.element or f"line {first.origin.line}"
    share = overlap(first, again)
    text = f"covers the same place as that of {where} (IoU {share:.3f}); both are kept."
    return _finding(candidate, again, FindingKind.DUPLICATE_OBJECT, text)


def _finding(
    candidate: SceneCandidate, annotation: Outlined, kind: FindingKind, text: str
) -> Finding:
    origin = annotation.origin
    if isinstance(annotation, ObjectAnnotation):
        what = annotation.category_as_given
    else:
        what = f"box of the {annotation.kind} text"
    return Finding(
        source=candidate.source, kind=kind, severity=_SEVERITY[kind],
        file=origin.file, line=origin.line, element=origin.element,
        detail=f"The {what} of {candidate.name} {text}",
        remedy="Correct the label, or take it out.",
    )  # fmt: skip
