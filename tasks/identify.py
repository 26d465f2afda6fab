"""Stage identify: scenes of all sources that show the same ground get one component and split."""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Final

from pydantic import JsonValue

from schemas.arrow import fingerprint
from schemas.identity import Link, Placement
from schemas.params import SplitParams
from schemas.record import Record, content_id
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks._stage import find_part, report, retried, write_part
from tasks.identity.columns import known_of, sketches_of
from tasks.identity.evidence import evidence
from tasks.identity.known import Known
from tasks.identity.links import components, link_rows
from tasks.identity.placing import Layout, layout, overlaps, place
from tasks.imagery.look import grey_of
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

_VERSION: Final = 1  # raised when other links are found


class Identified(Record):
    """Where every scene goes, and what shows the same ground as what."""

    placed: tuple[Part, ...]
    links: Part


@retried("identify", "identify")
def identify_scenes(root: str, scenes: Sequence[object], params: SplitParams) -> Identified:
    """Place the scenes of all ingested parts in ``scenes``; what is no part is passed over.

    Links are keyed by the parts that they were found in, so pictures are compared once; a placed
    part is keyed by its rows, so one that does not change is found and not written again. Raises
    SourceError where a picture that must be compared has gone.
    """
    store = Store(root)
    parts = sorted((one for one in scenes if isinstance(one, Part)), key=lambda one: one.shard)
    known = known_of(store, parts)
    links = _links(store, parts, known)
    rows = {card.id: row for row, card in enumerate(known.cards)}
    pairs = read_rows(store, links.path, Link)
    ground = components(len(known), ((rows[p.first_id], rows[p.second_id]) for p in pairs))
    placed = tuple(_placed(store, parts, layout(known, ground), params))
    for part in (*placed, links):
        report(part)
    return Identified(placed=placed, links=links)


def _links(store: Store, parts: Sequence[Part], known: Known) -> Part:
    """Return the part of all links and of what they say about official splits."""
    made_of: list[JsonValue] = [fingerprint(Link), fingerprint(Finding)]
    key = content_id("links", _VERSION, made_of, [part.key for part in parts])
    found = find_part(store, "links", 0, key)
    if found is not None:
        return found
    edges = evidence(known, partial(sketches_of, store, parts, known), grey_of)
    ground = components(len(known), ((one.first, one.second) for one in edges))
    rows = (*link_rows(known, edges), *overlaps(layout(known, ground), edges))
    return write_part("links", 0, key, Link, store, rows)


def _placed(
    store: Store, parts: Sequence[Part], laid_out: Layout, params: SplitParams
) -> list[Part]:
    """Return one part of places for each of ``parts``, its rows in the order of theirs."""
    rows: list[list[tuple[int, Placement | Rejection]]] = [[] for _ in parts]
    for row, card in enumerate(laid_out.known.cards):
        rows[card.place.part].append((card.place.row, place(laid_out, row, params)))
    return [
        _part(store, part.shard, [row for _, row in sorted(found, key=lambda one: one[0])])
        for part, found in zip(parts, rows, strict=True)
    ]


def _part(store: Store, shard: int, rows: Sequence[Placement | Rejection]) -> Part:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{type(row).__name__} {row.model_dump_json()}\n".encode())
    made_of: list[JsonValue] = [fingerprint(Placement), fingerprint(Rejection)]
    key = content_id("identify", made_of, digest.hexdigest())
    return find_part(store, "identify", shard, key) or write_part(
        "identify", shard, key, Placement, store, rows
    )
