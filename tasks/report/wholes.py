"""What is said of a release as a whole: leaks, agreement, coverage, symmetry and the rest."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from schemas.agreement import Agreement
from schemas.arrow import arrow_schema, from_batch
from schemas.coverage import CoverageTally, FactCoverage
from schemas.identity import Link
from schemas.judgement import JudgedTask
from schemas.mixture import BlindRow, MixtureRow
from schemas.record import Record
from schemas.release import ReleasePart
from schemas.scene import Finding
from schemas.symmetry import TURNS, SymmetryRow, SymmetryTally
from schemas.vocabulary import FindingKind
from tasks.storage.published import read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

MOST_SHOWN: Final = 40  # pairs and contradictions that a page shows; the tables have them all
_COVERED: Final = ("facts", "covered", "contradicted", "omitted")
_CONTRADICTIONS: Final = [("kind", "=", FindingKind.CONTRADICTS_OTHER_SOURCE.value)]

R = TypeVar("R", bound=Record)


class Wholes(Record):
    """The tables of ``reports/``, the longest of them cut short."""

    links: tuple[Link, ...] = Field((), description="leaks first")
    pairs: int = Field(0, ge=0, description="of scenes that show the same ground")
    leaks: int = Field(0, ge=0, description="pairs whose official splits disagree")
    agreements: tuple[Agreement, ...] = ()
    contradictions: tuple[Finding, ...] = Field((), description="the first few")
    coverage: CoverageTally | None = Field(None, description="none without descriptions")
    symmetry: tuple[SymmetryTally, ...] = Field((), description="none where nothing was turned")
    mixture: tuple[MixtureRow, ...] = ()
    blind: tuple[BlindRow, ...] = ()
    judged: tuple[JudgedTask, ...] = Field((), description="by task type, all of them last")


def wholes(store: Store, version: str, tables: tuple[ReleasePart, ...]) -> Wholes:
    """Read the reports of release ``version``."""
    paths = {
        part.path: release_path(version, part.path) for part in tables if part.table == "report"
    }

    def table(name: str, model: type[Record], *columns: str) -> pa.Table:
        path, names = paths.get(f"reports/{name}.parquet"), list(columns or model.model_fields)
        rows = read_table(store, path, names) if path else arrow_schema(model).empty_table()
        return rows.select(names)

    said = (
        read_table(store, release_path(version, part.path), filters=_CONTRADICTIONS)
        for part in tables
        if part.table == "findings"
    )
    links = table("links", Link)
    leaking = links.filter(links["leak"])
    others = links.filter(pc.invert(links["leak"]))
    return Wholes(
        links=tuple(_few((leaking, others), Link)),
        pairs=links.num_rows,
        leaks=leaking.num_rows,
        agreements=tuple(_rows(table("agree", Agreement), Agreement)),
        contradictions=tuple(_few(said, Finding)),
        coverage=_covered(table("coverage", FactCoverage, *_COVERED, "at_odds")),
        symmetry=tuple(_tallies(table("symmetry", SymmetryRow, "symmetry", "outcome"))),
        mixture=tuple(_rows(table("mixture", MixtureRow), MixtureRow)),
        blind=tuple(_rows(table("blind", BlindRow), BlindRow)),
        judged=tuple(_rows(table("judged", JudgedTask), JudgedTask)),
    )


def _covered(rows: pa.Table) -> CoverageTally | None:
    """Return what became of all local facts; None where there is no description."""
    if not rows.num_rows:
        return None
    facts, covered, contradicted, omitted = (pc.sum(rows[name]).as_py() for name in _COVERED)
    return CoverageTally(
        facts=facts, covered=covered, contradicted=contradicted, omitted=omitted,
        descriptions=rows.num_rows, at_odds=pc.sum(pc.list_value_length(rows["at_odds"])).as_py(),
    )  # fmt: skip


def _tallies(rows: pa.Table) -> Iterator[SymmetryTally]:
    """Yield how many samples agree under each symmetry."""
    counts = rows.group_by(["symmetry", "outcome"]).aggregate([([], "count_all")]).to_pylist()
    found = {(row["symmetry"], row["outcome"]): row["count_all"] for row in counts}
    for symmetry in TURNS if found else ():
        agree, differ, unturned = (
            found.get((symmetry, outcome), 0) for outcome in ("agree", "differ", "unturned")
        )
        yield SymmetryTally(symmetry=symmetry, agree=agree, differ=differ, unturned=unturned)


def _rows(table: pa.Table, model: type[R]) -> Iterator[R]:
    for batch in table.to_batches(max_chunksize=1024):
        yield from from_batch(batch, model)


def _few(tables: Iterable[pa.Table], model: type[R]) -> Iterator[R]:
    """Yield the first rows of ``tables``, as many as are shown."""
    cut = (table.slice(0, MOST_SHOWN) for table in tables)
    return islice((row for table in cut for row in _rows(table, model)), MOST_SHOWN)
