"""Draws a stratified random sample of a release: by task type, source and what verification said."""

import hashlib
from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush, nsmallest
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.record import content_id
from schemas.release import Manifest, ReleasePart
from schemas.review import Checked, DrawnSample, ReviewParams, ReviewSheet, Stratum
from schemas.vocabulary import TaskType
from tasks.storage.published import read_table
from tasks.storage.releases import MANIFEST, release_path
from tasks.storage.store import Store

COLUMNS: Final = [
    "id", "task", "source", "lineage.verdicts.list.element.outcome",
    "lineage.repairs.list.element.how",
]  # fmt: skip
_WORST_LAST: Final = (
    (Checked.UNVERIFIABLE, "unverifiable"),
    (Checked.CONTRADICTED, "contradicted"),
)


class _Group(NamedTuple):
    task: str
    source: str
    checked: Checked


class _Candidate(NamedTuple):
    place: str  # in the draw
    id: str
    part: str


class _Pool:
    """How many samples each group has, and those of it that come first in the draw."""

    def __init__(self, params: ReviewParams) -> None:
        self._seed, self._most = params.seed, params.each or params.samples
        self.sizes: dict[_Group, int] = {}
        self.first: dict[_Group, list[_Candidate]] = {}

    def add(self, part: ReleasePart, rows: pa.Table) -> None:
        """Take up the samples of one file."""
        names = (rows[name].to_pylist() for name in ("id", "task", "source"))
        by_group: dict[_Group, list[str]] = {}
        for one, *key in zip(*names, checked_of(rows["lineage"]), strict=True):
            by_group.setdefault(_Group(*key), []).append(one)
        for group, ids in by_group.items():
            self.sizes[group] = self.sizes.get(group, 0) + len(ids)
            new = (_Candidate(_place("draw", self._seed, one), one, part.path) for one in ids)
            kept = self.first.get(group, [])
            self.first[group] = nsmallest(self._most, chain(kept, new))


def draw_sheet(store: Store, manifest: Manifest, params: ReviewParams) -> ReviewSheet:
    """Draw the samples of a sheet, without replacement; one file of the release is in memory at once.

    Those are drawn whose hash with the seed comes first, and another hash orders them, so equal
    arguments give the same sheet, and whoever stops early has seen a random part of each stratum.
    """
    pool = _Pool(params)
    for part in manifest.parts:
        if part.table == "samples" and part.rows:
            path = release_path(manifest.version, part.path)
            pool.add(part, read_table(store, path, COLUMNS))
    groups = sorted(pool.sizes)
    counts = shares([pool.sizes[group] for group in groups], params)
    strata = {g: _stratum(g, pool.sizes[g], n) for g, n in zip(groups, counts, strict=True)}
    drawn = [
        DrawnSample(id=one.id, stratum=stratum.name, part=one.part)
        for group, stratum in strata.items()
        for one in pool.first[group][: stratum.drawn]
    ]
    samples = tuple(sorted(drawn, key=lambda one: _place("order", params.seed, one.id)))
    sha256, given = manifest_sha256(store, manifest.version), params.model_dump(mode="json")
    return ReviewSheet(
        id=content_id("review", sha256, given, [one.id for one in samples]),
        version=manifest.version,
        manifest_sha256=sha256,
        params=params,
        strata=tuple(strata.values()),
        samples=samples,
    )


def manifest_sha256(store: Store, version: str) -> str:
    """Return the SHA-256 of the manifest of ``version``: two releases of one name differ in it."""
    return hashlib.sha256(store.read(release_path(version, MANIFEST))).hexdigest()


def checked_of(lineage: pa.ChunkedArray) -> list[Checked]:
    """Return what verification said of each sample whose ``lineage`` has verdicts and repairs."""
    whole = lineage.combine_chunks()
    verdicts, repairs = whole.field("verdicts"), whole.field("repairs")
    found = np.empty(len(whole), object)
    found[:] = Checked.SUPPORTED
    found[_empty(verdicts)] = Checked.UNCHECKED
    parents = pc.list_parent_indices(verdicts)
    outcomes = pc.struct_field(pc.list_flatten(verdicts), "outcome")
    marked = {
        checked: parents.filter(pc.equal(outcomes, outcome)).to_numpy()
        for checked, outcome in _WORST_LAST
    }
    found[marked[Checked.UNVERIFIABLE]] = Checked.UNVERIFIABLE
    found[~_empty(repairs)] = Checked.REPAIRED
    found[marked[Checked.CONTRADICTED]] = Checked.CONTRADICTED
    return list(found)


def shares(sizes: Sequence[int], params: ReviewParams) -> list[int]:
    """Return how many to draw from strata of ``sizes``: proportional to them, with a floor.

    The floor takes half of all at most, so that large strata keep about their share, on which the
    error of the whole rests. What is left goes one by one where size / (drawn + 1/2) is largest:
    Webster's method with minimum requirements (Balinski and Young, Fair Representation, 1982).
    """
    if params.each is not None:
        return [min(size, params.each) for size in sizes]
    found = _floors(sizes, params)
    left = min(params.samples, sum(sizes)) - sum(found)
    queue = [
        (-size / (drawn + 0.5), place)
        for place, (size, drawn) in enumerate(zip(sizes, found, strict=True))
        if drawn < size
    ]
    heapify(queue)
    for _ in range(left):
        _, place = heappop(queue)
        found[place] += 1
        if found[place] < sizes[place]:
            heappush(queue, (-sizes[place] / (found[place] + 0.5), place))
    return found


def _floors(sizes: Sequence[int], params: ReviewParams) -> list[int]:
    """Return the highest floor, up to that of ``params``, that takes half of all samples at most."""
    floors: Iterator[list[int]] = (
        [min(size, floor) for size in sizes] for floor in range(params.floor, 0, -1)
    )
    return next((one for one in floors if 2 * sum(one) <= params.samples), [0] * len(sizes))


def _stratum(group: _Group, members: int, drawn: int) -> Stratum:
    return Stratum(
        task=TaskType(group.task), source=group.source, checked=group.checked, members=members,
        drawn=drawn,
    )  # fmt: skip


def _empty(lists: pa.ListArray) -> NDArray[np.bool_]:
    empty: NDArray[np.bool_] = pc.equal(pc.list_value_length(lists), 0).to_numpy(False)
    return empty


def _place(purpose: str, seed: int, sample_id: str) -> str:
    text = f"review/{purpose}/{seed}/{sample_id}"
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
