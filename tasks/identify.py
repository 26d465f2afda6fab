"""Stage identify: scenes of all sources that show the same ground get one component and split."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from pydantic import JsonValue

from schemas.arrow import fingerprint
from schemas.identity import Link, Placement
from schemas.params import SplitParams
from schemas.record import Record, content_id
from schemas.release import NOWHERE, Located, Part
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks._stage import find_part, report, retried, write_part
from tasks.identity.columns import known_of, sketches_of
from tasks.identity.evidence import evidence
from tasks.identity.fits import KnownFits
from tasks.identity.known import Known
from tasks.identity.links import components, link_rows
from tasks.identity.placing import Layout, layout, overlaps, place
from tasks.imagery.look import grey_of
from tasks.reuse.results import remember_parts, remembered_parts
from tasks.reuse.scenes import of_rows
from tasks.sources.located import ImagePlace, addresses
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

_VERSION: Final = 1  # raised when other links are found
_STEP: Final = "identify"


class Identified(Record):
    """Where every scene goes, and what shows the same ground as what."""

    placed: tuple[Part, ...]
    links: Part


@retried("identify", "identify")
def identify_scenes(
    root: str, scenes: Sequence[object], params: SplitParams, located: Located = NOWHERE
) -> Identified:
    """Place the scenes of all ingested parts in ``scenes``; what is no part is passed over.

    Links are keyed by what they are found in, which labels have no part in, so pictures are compared
    once; a placed part is keyed by its rows, so one that does not change is found and not written
    again. ``located`` says where the images are. Raises SourceError where a picture that must be
    compared has gone.
    """
    store = Store(root)
    parts = sorted((one for one in scenes if isinstance(one, Part)), key=lambda one: one.shard)
    keys: list[JsonValue] = [part.key for part in parts]
    columns: list[JsonValue] = [fingerprint(m) for m in (Link, Finding, Placement, Rejection)]
    key = content_id(_STEP, _VERSION, columns, keys, params.model_dump(mode="json"))
    found = remembered_parts(store, _STEP, key)
    if found is None:
        found = (*_identified(store, parts, params, located),)
        remember_parts(store, _STEP, key, found)
    for part in found:
        report(part)
    return Identified(placed=found[1:], links=found[0])


def _identified(
    store: Store, parts: Sequence[Part], params: SplitParams, located: Located
) -> Iterator[Part]:
    """Yield the part of the links, then those of the places, in the order of ``parts``."""
    known = known_of(store, parts)
    if known.has_crops:
        known = known.located(_addresses(store, located))
    links = _links(store, parts, known)
    rows = {card.id: row for row, card in enumerate(known.cards)}
    pairs = read_rows(store, links.path, Link)
    ground = components(len(known), ((rows[p.first_id], rows[p.second_id]) for p in pairs))
    yield links
    yield from _placed(store, parts, layout(known, ground), params)


def _addresses(store: Store, located: Located) -> Mapping[str, str]:
    return addresses((part, read_rows(store, part.path, ImagePlace)) for part in located.parts)


def _links(store: Store, parts: Sequence[Part], known: Known) -> Part:
    """Return the part of all links and of what they say about official splits."""
    made_of: list[JsonValue] = [fingerprint(Link), fingerprint(Finding)]
    key = content_id("links", _VERSION, made_of, known.content_id())
    found = find_part(store, "links", 0, key)
    if found is not None:
        return found
    fits = KnownFits(store, _VERSION) if known.has_crops else None
    edges = evidence(known, partial(sketches_of, store, parts, known), grey_of, fits)
    if fits is not None:
        fits.keep()
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
    scenes: list[tuple[str, str, int]] = []
    for row in rows:
        digest.update(f"{type(row).__name__} {row.model_dump_json()}\n".encode())
        if isinstance(row, Placement):
            content = content_id(_STEP, row.model_dump(mode="json"))
            scenes.append((row.scene_id, content, 1))
    made_of: list[JsonValue] = [fingerprint(Placement), fingerprint(Rejection)]
    key = content_id(_STEP, made_of, digest.hexdigest())
    return find_part(store, _STEP, shard, key) or write_part(
        _STEP, shard, key, Placement, store, rows, of_rows(scenes)
    )
