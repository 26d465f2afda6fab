"""Mix: of the valid samples of all shards, some are chosen to be published; the rest is rejected.

What is chosen depends on all of them, so this is one task over all shards. Its parts are keyed by
the choice: a shard of which the same samples are chosen is found, not written again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field, JsonValue

from schemas.arrow import arrow_schema, fingerprint
from schemas.mixture import BlindRow, Chosen, MixtureParams, MixtureRow
from schemas.record import Record, content_id, words_fingerprint
from schemas.release import Part
from tasks._stage import Context, Where, find_part, report, retried, stage, write_part
from tasks.mixture import Choice, Columns, Gathering, blind_rows, choose, mixture_rows
from tasks.mixture.columns import NAMES
from tasks.mixture.fates import Fate
from tasks.mixture.reading import read_columns
from tasks.mixture.rejected import NAMES as REJECTED_NAMES
from tasks.mixture.rejected import rejections
from tasks.storage.store import Store

_WORDS: Final = ("tasks.lexicon", "tasks.licences", "tasks.mixture")


class Mixed(Record):
    """What is published of each shard, and what the mixture did to all of them."""

    chosen: tuple[Part, ...]
    mixture: Part
    blind: Part


class _Fates(Record):
    """The choice for the rows of one shard; in the key of its part ``key`` stands for all of it."""

    key: str
    fate: bytes = Field(exclude=True)
    percent: bytes = Field(exclude=True)
    params: MixtureParams = Field(exclude=True)


@retried("mix", "mix")
def mix_samples(root: str, validated: tuple[Part, ...], params: MixtureParams) -> Mixed:
    """Choose among the samples of all ``validated`` parts by licence, balance, images and shares.

    Every sample that is not chosen is a rejection: LICENCE, UNBALANCED or OVER_QUOTA.
    """
    store = Store(root)
    parts = sorted(validated, key=lambda part: part.shard)
    columns = gather(store, parts, params.seed)
    choice = choose(columns, params)
    chosen = tuple(_chosen(root, parts, choice, params))
    mixture = _table(store, "mixture", MixtureRow, list(mixture_rows(columns, choice, params)))
    blind = _table(store, "blind", BlindRow, list(blind_rows(columns, choice, params)))
    for part in (mixture, blind):
        report(part)
    return Mixed(chosen=chosen, mixture=mixture, blind=blind)


def gather(store: Store, parts: Sequence[Part], seed: int) -> Columns:
    """Return what the mixture needs to know of the samples of ``parts``, in their order."""
    gathering = Gathering(seed)
    for part in parts:
        for batch in read_columns(store, part.path, NAMES):
            gathering.add(batch)
    return gathering.finish()


@stage("mix", writes=Chosen, words=_WORDS)
def mix_shard(context: Context, validated: Part, fates: _Fates) -> Iterator[pa.RecordBatch]:
    """Write which samples of the shard are published, and a rejection for each other one."""
    fate, percent = (np.frombuffer(one, np.int8) for one in (fates.fate, fates.percent))
    context.candidates = len(fate)
    start = 0
    for batch in read_columns(context.store, validated.path, REJECTED_NAMES):
        rows = slice(start, start := start + batch.num_rows)
        yield from _written(batch, fate[rows], percent[rows], fates.params)


def _written(
    batch: pa.RecordBatch,
    fate: NDArray[np.int8],
    percent: NDArray[np.int8],
    params: MixtureParams,
) -> Iterator[pa.RecordBatch]:
    out = fate != Fate.CHOSEN
    ids = batch.column("id").filter(pa.array(~out))
    if len(ids):
        yield pa.RecordBatch.from_arrays([ids], schema=arrow_schema(Chosen))
    if out.any():
        yield rejections(batch.filter(pa.array(out)), fate[out], percent[out], params)


def _chosen(
    root: str, parts: Sequence[Part], choice: Choice, params: MixtureParams
) -> Iterator[Part]:
    """Yield the part of every shard."""
    start = 0
    for part in parts:
        rows = slice(start, start := start + part.rows)
        fates = _fates(choice.fate[rows].tobytes(), choice.percent[rows].tobytes(), params)
        yield mix_shard.fn(Where(root=root, shard=part.shard), part, fates)


def _fates(fate: bytes, percent: bytes, params: MixtureParams) -> _Fates:
    """Return the fates with a key that changes where a row or the words of a rejection would."""
    said = params.model_dump(mode="json", exclude={"seed"}) if any(fate) else None
    key = content_id(hashlib.sha256(fate + percent).hexdigest(), said)
    return _Fates(key=key, fate=fate, percent=percent, params=params)


def _table(store: Store, name: str, model: type[Record], rows: Sequence[Record]) -> Part:
    made_of: list[JsonValue] = [words_fingerprint(package) for package in _WORDS]
    made_of += [row.model_dump(mode="json") for row in rows]
    key = content_id(name, fingerprint(model), made_of)
    return find_part(store, name, 0, key) or write_part(name, 0, key, model, store, rows)
