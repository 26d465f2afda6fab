"""What is said of a release as a whole: leaks, agreement, mixture, blind baseline, as records."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

import pyarrow as pa
from pydantic import Field

from schemas.agreement import Agreement
from schemas.arrow import from_batch
from schemas.identity import Link
from schemas.mixture import BlindRow, MixtureRow
from schemas.record import Record
from schemas.release import ReleasePart
from schemas.scene import Finding
from schemas.vocabulary import FindingKind
from tasks.storage.published import read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

MOST_SHOWN: Final = 40  # pairs and contradictions that a page shows; the tables have them all
_CONTRADICTIONS: Final = [("kind", "=", FindingKind.CONTRADICTS_OTHER_SOURCE.value)]

R = TypeVar("R", bound=Record)


class Wholes(Record):
    """The tables of ``reports/``, the longest of them cut short."""

    links: tuple[Link, ...] = Field((), description="leaks first")
    pairs: int = Field(0, ge=0, description="of scenes that show the same ground")
    leaks: int = Field(0, ge=0, description="pairs whose official splits disagree")
    agreements: tuple[Agreement, ...] = ()
    contradictions: tuple[Finding, ...] = Field((), description="the first few")
    mixture: tuple[MixtureRow, ...] = ()
    blind: tuple[BlindRow, ...] = ()


def wholes(store: Store, version: str, tables: tuple[ReleasePart, ...]) -> Wholes:
    """Read the reports of release ``version``."""
    paths = {
        part.path: release_path(version, part.path) for part in tables if part.table == "report"
    }

    def rows(name: str, model: type[R]) -> Iterator[R]:
        path = paths.get(f"reports/{name}.parquet")
        batches = read_table(store, path).to_batches(max_chunksize=1024) if path else ()
        return (row for batch in batches for row in from_batch(batch, model))

    said = [
        read_table(store, release_path(version, part.path), filters=_CONTRADICTIONS)
        for part in tables
        if part.table == "findings"
    ]
    pairs = leaks = 0
    for link in rows("links", Link):
        pairs, leaks = pairs + 1, leaks + link.leak
    shown = (link for leak in (True, False) for link in rows("links", Link) if link.leak is leak)
    return Wholes(
        links=tuple(islice(shown, MOST_SHOWN)),
        pairs=pairs,
        leaks=leaks,
        agreements=tuple(rows("agree", Agreement)),
        contradictions=tuple(islice(_findings(said), MOST_SHOWN)),
        mixture=tuple(rows("mixture", MixtureRow)),
        blind=tuple(rows("blind", BlindRow)),
    )


def _findings(tables: Iterable[pa.Table]) -> Iterator[Finding]:
    for table in tables:
        for batch in table.to_batches(max_chunksize=1024):
            yield from from_batch(batch, Finding)
