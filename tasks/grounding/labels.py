"""Labels in words on their way to samples: in batches where nothing can be checked, else one by one."""

from collections.abc import Iterable, Iterator, Set
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import arrow_schema, from_batch
from schemas.errors import AccountingError
from schemas.label_params import LABEL_FORMS
from schemas.sample import Draft, Sample

_LABEL_FORMS: Final = pa.array(LABEL_FORMS, pa.string())


def checkable(tiles: Iterable[pa.RecordBatch]) -> frozenset[str]:
    """Return the ids of the ``tiles`` that have objects, against which labels in words can be held."""
    found: list[str] = []
    for batch in tiles:
        filled = pc.greater(pc.list_value_length(batch["objects"]), 0)
        found += batch["id"].filter(filled).to_pylist()
    return frozenset(found)


def label_samples(
    drafts: Iterable[pa.RecordBatch], windows: pa.Table, checked: Set[str]
) -> Iterator[pa.RecordBatch]:
    """Yield the drafts that restate labels as samples, but for those of ``checked`` tiles.

    ``windows`` holds id and window of every tile. Raises AccountingError for a draft of no tile.
    """
    schema = arrow_schema(Sample)
    held = pa.array(sorted(checked), pa.string())
    for batch in drafts:
        open_ = pc.invert(pc.is_in(batch["tile_id"], value_set=held))
        labels = batch.filter(pc.and_(_restates_labels(batch), open_))
        if not labels.num_rows:
            continue
        places = pc.index_in(labels["tile_id"], value_set=windows["id"].combine_chunks())
        if places.null_count:
            raise AccountingError(
                f"{places.null_count} samples are of tiles that are not there, such as "
                f"{labels['tile_id'][0]}. This is a defect; please report it."
            )
        columns = {name: labels[name] for name in labels.schema.names}
        columns["window"] = windows["window"].combine_chunks().take(places)
        yield pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)


def checked_drafts(drafts: Iterable[pa.RecordBatch], checked: Set[str]) -> Iterator[Draft]:
    """Yield the drafts that are checked one by one: those of forms, and labels of ``checked`` tiles."""
    held = pa.array(sorted(checked), pa.string())
    for batch in drafts:
        of_held = pc.is_in(batch["tile_id"], value_set=held)
        wanted = pc.or_(pc.invert(_restates_labels(batch)), of_held)
        yield from from_batch(batch.filter(wanted), Draft)


def is_label(draft: Draft) -> bool:
    """Say whether ``draft`` restates a label in words."""
    return draft.lineage.form in LABEL_FORMS


def _restates_labels(batch: pa.RecordBatch) -> pa.BooleanArray:
    return pc.is_in(pc.struct_field(batch["lineage"], "form"), value_set=_LABEL_FORMS)
