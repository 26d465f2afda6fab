"""The rules of the samples table that its columns do not give: of one row, and of the whole table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from schemas.record import Record
from schemas.sample import Sample
from schemas.vocabulary import Origin, Split

ALLOWANCE: Final = 1.0  # px by which a clipped object may leave its tile


@dataclass(frozen=True)
class RowRule:
    """Something that must hold of every sample."""

    name: str
    holds: Callable[[Sample], bool]


class SampleKey(Record):
    """One row per sample: what tells it from all others, and where it belongs."""

    id: str
    scene_id: str
    split: Split


@dataclass(frozen=True)
class TableRule:
    """Something that must hold of the table of keys, or of the distinct pairs in two columns of it.

    ``unique``: no value of ``column`` comes twice. ``rows``: there are as many as verify and augment
    kept.
    """

    name: str
    kind: Literal["unique", "rows"]
    column: str = ""
    pairs: tuple[str, ...] = ()


def _roles_alternate(sample: Sample) -> bool:
    roles = [turn.role for turn in sample.turns]
    return len(roles) % 2 == 0 and roles == ["user", "assistant"] * (len(roles) // 2)


def _spans_fit(sample: Sample) -> bool:
    lengths = [len(turn.content) for turn in sample.turns]
    return all(
        span.turn < len(lengths) and span.start < span.end <= lengths[span.turn]
        for span in sample.lineage.spans
    )


def _spans_mean_objects(sample: Sample) -> bool:
    known = {thing.ref for thing in sample.objects}
    return all(known.issuperset(span.refs) for span in sample.lineage.spans)


def _objects_in_window(sample: Sample) -> bool:
    window = sample.window
    return all(
        thing.box[0] >= window.x0 - ALLOWANCE
        and thing.box[1] >= window.y0 - ALLOWANCE
        and thing.box[2] <= window.x1 + ALLOWANCE
        and thing.box[3] <= window.y1 + ALLOWANCE
        for thing in sample.objects
    )


def _names_its_model(sample: Sample) -> bool:
    lineage = sample.lineage
    return lineage.origin is Origin.ADAPTED or bool(lineage.model and lineage.request_key)


def _no_text_holds(*pieces: str) -> Callable[[Sample], bool]:
    def holds(sample: Sample) -> bool:
        texts = [turn.content.lower() for turn in sample.turns]
        return not any(piece in text for text in texts for piece in pieces)

    return holds


ROW_RULES: Final[Sequence[RowRule]] = (
    RowRule("at least one assistant turn", lambda s: any(t.role == "assistant" for t in s.turns)),
    RowRule("roles alternate, user first and assistant last", _roles_alternate),
    RowRule("no turn is blank", lambda s: all(t.content.strip() for t in s.turns)),
    RowRule(
        "no reference tags are left in the text",
        _no_text_holds("<ref", "</ref", "<box", "</box", "<units", "</units"),
    ),
    RowRule("no underscores in the text", _no_text_holds("_")),
    RowRule("spans lie within their turn", _spans_fit),
    RowRule("spans mean objects of the sample", _spans_mean_objects),
    RowRule("objects lie within the tile", _objects_in_window),
    RowRule("a generated sample names its model and request", _names_its_model),
    RowRule(
        "no statement is contradicted",
        lambda s: all(v.outcome != "contradicted" for v in s.lineage.verdicts),
    ),
)

TABLE_RULES: Final[Sequence[TableRule]] = (
    TableRule("ids are unique", "unique", column="id"),
    TableRule("as many rows as were handed on", "rows"),
    TableRule(
        "every scene is on one side of the split",
        "unique",
        column="scene_id",
        pairs=("scene_id", "split"),
    ),
)
