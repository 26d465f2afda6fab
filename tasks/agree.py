"""Agree: what several sources say about the same image is compared, and contradictions are named."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import JsonValue

from schemas.agreement import Agreement, AgreementKind
from schemas.arrow import fingerprint, from_batch
from schemas.identity import Link
from schemas.record import content_id, words_fingerprint
from schemas.release import Part
from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import FindingKind, Severity
from tasks._stage import find_part, report, retried, write_part
from tasks.agreement.compare import Comparison, Fit, compared
from tasks.agreement.joined import ImageName, joined
from tasks.agreement.sides import Side, side_of
from tasks.storage.parts import read_batches, read_rows
from tasks.storage.store import Store

VERSION: Final = 1  # raised when the code changes what it writes


@retried("agree", "agree")
def agree_sources(root: str, scanned: tuple[Part, ...], links: Part) -> Part:
    """Compare what the sources say about the same images; write one row per pair and kind.

    Every contradiction is a finding that names both origins. Absent images take part too.
    """
    store = Store(root)
    keys: list[JsonValue] = [part.key for part in _in_order(scanned)]
    made_of: list[JsonValue] = [fingerprint(Agreement), words_fingerprint("tasks.lexicon")]
    key = content_id("agree", VERSION, made_of, keys, links.key)
    part = find_part(store, "agree", 0, key)
    if part is None:
        rows = agreements(store, scanned, links)
        part = write_part("agree", 0, key, Agreement, store, rows)
    report(part)
    return part


def agreements(
    store: Store, scanned: tuple[Part, ...], links: Part
) -> Iterator[Agreement | Finding]:
    """Yield a finding for every contradiction, image by image, then the counts."""
    groups = joined(_names(store, scanned), read_rows(store, links.path, Link))
    by_group: dict[str, list[Side]] = {}
    for name, side in _sides(store, scanned, groups):
        by_group.setdefault(groups[name], []).append(side)
    tally: dict[tuple[str, str, AgreementKind], _Count] = {}
    for group in sorted(by_group):
        sides = sorted(by_group.pop(group), key=lambda side: (side.source, side.name))
        for first, second in combinations(sides, 2):
            if first.source != second.source:
                yield from _compared(first, second, tally)
    yield from (_row(*pair, count) for pair, count in sorted(tally.items()))


@dataclass
class _Count:
    """What became of the comparisons of one pair of sources and one kind."""

    images: int = 0
    fits: Counter[Fit] = field(default_factory=Counter)


def _compared(
    first: Side, second: Side, tally: dict[tuple[str, str, AgreementKind], _Count]
) -> Iterator[Finding]:
    kinds: set[AgreementKind] = set()
    for comparison in compared(first, second):
        count = tally.setdefault((first.source, second.source, comparison.kind), _Count())
        count.fits[comparison.fit] += 1
        count.images += comparison.kind not in kinds
        kinds.add(comparison.kind)
        if comparison.fit is Fit.DISAGREE:
            yield _finding(comparison)


def _row(first: str, second: str, kind: AgreementKind, count: _Count) -> Agreement:
    return Agreement(
        first_source=first,
        second_source=second,
        kind=kind,
        images=count.images,
        agree=count.fits[Fit.AGREE],
        disagree=count.fits[Fit.DISAGREE],
        unsure=count.fits[Fit.UNSURE],
    )


def _finding(found: Comparison) -> Finding:
    by, other = found.by, found.other
    where = found.there_place or other.name
    return Finding(
        source=by.source, kind=FindingKind.CONTRADICTS_OTHER_SOURCE, severity=Severity.WARNING,
        file=found.place.file, line=found.place.line, element=found.place.element,
        detail=f"{by.source} {found.said} ({found.place}, image {by.name}), but {other.source} "
        f"{found.there} ({where}, image {other.name}).",
        remedy="Look at the image, and correct the source that is wrong or leave it out.",
    )  # fmt: skip


def _in_order(scanned: tuple[Part, ...]) -> list[Part]:
    return sorted(scanned, key=lambda part: (part.shard, part.key))


def _names(store: Store, scanned: tuple[Part, ...]) -> Iterator[ImageName]:
    for part in _in_order(scanned):
        yield from read_rows(store, part.path, ImageName)


def _sides(
    store: Store, scanned: tuple[Part, ...], groups: dict[str, str]
) -> Iterator[tuple[str, Side]]:
    """Yield the id and the labels of the images of ``groups``; no other row is decoded."""
    wanted = pa.array(sorted(groups), pa.string())
    for part in _in_order(scanned):
        for batch in read_batches(store, part.path, SceneCandidate):
            rows = batch.filter(pc.is_in(batch.column("id"), value_set=wanted))
            for candidate in from_batch(rows, SceneCandidate):
                yield candidate.id, side_of(candidate)
