"""Stage ingest: candidates whose images were looked at become scenes, with what is odd about them."""

from collections.abc import Iterator

from schemas.errors import AccountingError
from schemas.geometry import Window
from schemas.known import ImageHeader, SeenImage
from schemas.params import IngestParams
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding, IngestedScene, Look, Scene, SceneCandidate
from schemas.vocabulary import FindingKind, Reason
from tasks._stage import Context, stage
from tasks.imagery.header import right_suffixes
from tasks.look import NAME
from tasks.sources.folder import suffix
from tasks.sources.judge import judged, lost_classes, wrong_size
from tasks.sources.judge_picture import odd_picture, unreadable
from tasks.sources.quarantine import held_back


@stage("ingest", writes=IngestedScene, version=3, scenes="candidates")
def ingest_shard(
    context: Context, candidates: tuple[Part, ...], seen: Part, params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    """Judge every candidate by ``seen``, what its image is; the same bytes are kept once."""
    first: dict[str, str] = {}
    images = context.rows(seen, SeenImage)
    for part in candidates:
        for candidate in context.rows(part, SceneCandidate):
            context.candidates += 1
            if candidate.id in first:
                yield _rejection(
                    candidate, Reason.DUPLICATE_IMAGE,
                    f"“{candidate.name}” has the same bytes as “{first[candidate.id]}”, which is "
                    "kept. Remove one of them.",
                )  # fmt: skip
                continue
            first[candidate.id] = candidate.name
            image = next(images, None) if candidate.sha256 is not None else None
            yield from ingest_scene(candidate, image, params)


def ingest_scene(
    candidate: SceneCandidate, image: SeenImage | None, params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    """Yield the scene of ``candidate``, or why there is none, and what is odd about its labels.

    There is no ``image`` where it is absent.
    """
    for row in _ingested(candidate, image, params):
        named = isinstance(row, Finding)
        yield row.model_copy(update={"scene_id": candidate.id}) if named else row


def _ingested(
    candidate: SceneCandidate, image: SeenImage | None, params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    if candidate.sha256 is None or image is None:
        yield from _unseen(candidate, _missing(candidate))
        return
    if image.scene_id != candidate.id:
        raise AccountingError(
            f"The image of scene {image.scene_id} stands where that of {candidate.id} is expected. "
            "This is a defect; please report it."
        )
    taken = _taken(candidate, image, params)
    if isinstance(taken, Rejection):
        yield from _unseen(candidate, taken)
    else:
        yield from _judged(candidate, *taken, params)


def ingest_labels(candidate: SceneCandidate) -> tuple[Finding, ...]:
    """Return what is odd about the labels of ``candidate``, its image not looked at."""
    return judged(candidate, _stated(candidate))[1]


def _judged(
    candidate: SceneCandidate, header: ImageHeader, look: Look, params: IngestParams
) -> Iterator[IngestedScene | Rejection | Finding]:
    """Yield the scene, unless something that was found odd holds it back; then what is odd."""
    window = Window(x0=0, y0=0, x1=header.width, y1=header.height)
    kept, findings = judged(candidate, window)
    findings = (*findings, *wrong_size(candidate, header), *odd_picture(candidate, look))
    if held := held_back(candidate, findings, params.quarantine):
        yield _rejection(candidate, Reason.QUARANTINED, held)
    else:
        scene = _scene(candidate, header, look, lost_classes(candidate, findings))
        yield IngestedScene(scene=scene, look=look, annotations=kept)
    yield from findings


def _unseen(candidate: SceneCandidate, why: Rejection) -> Iterator[Rejection | Finding]:
    """Yield why there is no scene, and what its labels alone show to be odd."""
    yield why
    if why.reason == Reason.UNREADABLE_IMAGE:
        yield unreadable(why)
    yield from ingest_labels(candidate)


def _stated(candidate: SceneCandidate) -> Window | None:
    """Return the whole image as the labels say how large it is."""
    if candidate.width is None or candidate.height is None:
        return None
    return Window(x0=0, y0=0, x1=candidate.width, y1=candidate.height)


def _taken(
    candidate: SceneCandidate, image: SeenImage, params: IngestParams
) -> tuple[ImageHeader, Look] | Rejection:
    """Return the header and the look of the image, or why it is not taken."""
    refused = _refused(candidate, image.header, params) if image.header else None
    if refused is not None:
        return refused
    if image.header is None or image.look is None:
        detail = (image.fault or "").replace(NAME, f"“{candidate.name}”", 1)
        return _rejection(candidate, Reason.UNREADABLE_IMAGE, detail)
    return image.header, image.look


def _refused(
    candidate: SceneCandidate, header: ImageHeader, params: IngestParams
) -> Rejection | None:
    suffixes = right_suffixes(header)
    if suffix(candidate.name) not in suffixes:
        remedy = f"Rename it to end in {suffixes[0]}" if suffixes else "Save it as PNG"
        detail = (
            f"The content of “{candidate.name}” is {header.format}. {remedy}, "
            "or replace it by the right file."
        )
        return _rejection(candidate, Reason.WRONG_EXTENSION, detail)
    if header.width * header.height > params.max_pixels:
        detail = (
            f"“{candidate.name}” has {header.width}×{header.height} px, more than the "
            f"{params.max_pixels:,} px that are allowed. Cut it into smaller images, or raise the "
            "parameter ingest.max_pixels."
        )
        return _rejection(candidate, Reason.TOO_LARGE, detail)
    return None


def _scene(candidate: SceneCandidate, header: ImageHeader, look: Look, lost: set[str]) -> Scene:
    return Scene(
        id=candidate.id,
        source=candidate.source,
        name=candidate.name,
        uri=candidate.uri,
        sha256=candidate.sha256 or "",
        perceptual_hash=look.hashes[0],
        aliases=candidate.aliases,
        width=header.width,
        height=header.height,
        bands=header.bands,
        gsd=candidate.gsd or header.gsd or candidate.assumed_gsd,
        crs=header.crs,
        transform=header.transform,
        split=candidate.split,
        licence=candidate.licence,
        attribution=candidate.attribution,
        parent=candidate.parent,
        bare=_is_bare(candidate),
        exhaustive=tuple(name for name in candidate.exhaustive if name not in lost),
    )


def _is_bare(candidate: SceneCandidate) -> bool:
    labelled = candidate.annotations or candidate.exhaustive
    return not labelled and FindingKind.EMPTY_LABEL not in candidate.finding_kinds


def _missing(candidate: SceneCandidate) -> Rejection:
    labels = len(candidate.annotations)
    return _rejection(
        candidate, Reason.MISSING_IMAGE,
        f"There is no image “{candidate.name}” for its {labels} labels. Put it below the source "
        "folder, or name the folder where it lies as “images” of the source.",
    )  # fmt: skip


def _rejection(candidate: SceneCandidate, reason: Reason, detail: str) -> Rejection:
    return Rejection(
        stage="ingest", subject="scene", subject_id=candidate.id, source=candidate.source,
        reason=reason, detail=detail, file=candidate.name, scene_id=candidate.id,
    )  # fmt: skip
