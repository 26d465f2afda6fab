"""Published rows made by hand, small enough to count on paper."""

from schemas.arrow import to_batch
from schemas.geometry import Window
from schemas.record import content_id
from schemas.sample import Lineage, Sample, SampleObject
from schemas.turn import Span, Turn
from schemas.verdict import Verdict
from schemas.vocabulary import Origin


def row(task, *texts, form="form", objects=(), spans=(), claims=(), roles=("user", "assistant")):
    """Return a sample whose turns say ``texts``; it speaks of ``objects``."""
    turns = tuple(Turn(role=roles[n % 2], content=text) for n, text in enumerate(texts))
    return Sample(
        id=content_id(task, list(texts), form), task=task, source="dota", split="train",
        scene_id="s", tile_id="t", window=Window(x0=0, y0=0, x1=9, y1=9), turns=turns,
        objects=tuple(thing(ref) for ref in objects),
        lineage=Lineage(
            origin=Origin.ADAPTED, stage="adapt", form=form, labels=(), prompt="p",
            prompt_fingerprint="f", seed=0, spans=tuple(spans), verdicts=tuple(claims),
        ),
    )  # fmt: skip


def thing(ref):
    return SampleObject(
        ref=ref, annotation_id=ref, category="plane", polygon=((0, 0), (4, 0), (4, 4)),
        box=(0, 0, 4, 4),
    )  # fmt: skip


def phrase(turn, *refs, kind="phrase"):
    return Span(turn=turn, start=0, end=1, refs=refs, kind=kind)


def claim(kind, outcome="supported", turn=1, refs=(), borderline=False):
    return Verdict(
        claim="x", kind=kind, outcome=outcome, evidence="y", turn=turn, refs=refs,
        borderline=borderline,
    )  # fmt: skip


def batch(*rows):
    return to_batch(rows, Sample)
