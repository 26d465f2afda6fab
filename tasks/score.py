"""Score: the published tables are measured by the six principles and judged before they are released.

What is written beside the tables are the numbers (``reports/scorecard.parquet``) and the Data Docs;
both are files of the release like all others.
"""

import logging
from collections.abc import Iterator, Sequence

import pyarrow as pa

from schemas.arrow import arrow_schema, to_batch
from schemas.errors import DamagedPart, UsageError
from schemas.gate import GateParams
from schemas.release import Manifest, Part, ReleasePart, Scored
from schemas.scorecard import Scorecard, ScoreRow
from tasks._stage import retried
from tasks.quality.bounds import Checked, check_tables
from tasks.report.docs import data_docs
from tasks.scorecard.beside import read_beside
from tasks.scorecard.compare import scorecard
from tasks.scorecard.gate import gate_tables, judged_by, sample_groups
from tasks.scorecard.numbers import numbers
from tasks.scorecard.reading import count_release
from tasks.storage.published import write_document, write_table
from tasks.storage.releases import latest, read_manifest
from tasks.storage.store import Store

log = logging.getLogger(__name__)


@retried("score", "score-{version}")
def score_release(
    root: str,
    version: str,
    created: str,
    published: tuple[ReleasePart, ...],
    reports: tuple[Part, ...],
    params: GateParams,
) -> Scored:
    """Measure and judge what was ``published`` of release ``version``, beside the latest release.

    ``created`` is UTC in ISO 8601; ``reports`` are parts about all samples, of which the blind
    baseline, the turned samples and the covered facts are used. Nothing is held back here: that is
    for the flow to do by the verdict.
    """
    return score(Store(root), version, created, published, reports, params)


def score(
    store: Store,
    version: str,
    created: str,
    published: tuple[ReleasePart, ...],
    reports: tuple[Part, ...],
    params: GateParams,
) -> Scored:
    """Do what ``score_release`` does."""
    previous, before = _before(store)
    counted = count_release(store, version, published)
    found = numbers(counted, read_beside(store, reports))
    card = scorecard(found, params, previous, before)
    checked = check_tables(gate_tables(card, sample_groups(counted.groups), params))
    card, verdict = judged_by(card, checked)
    files = tuple(_files(store, version, created, card, checked))
    return Scored(scorecard=card, gate=verdict, files=files)


def score_files(store: Store, manifest: Manifest) -> Iterator[ReleasePart]:
    """Write what ``score`` wrote beside the tables of ``manifest`` again; nothing where it did not."""
    card = manifest.scorecard
    if card is None:
        return
    counted = count_release(store, manifest.version, manifest.parts)
    groups = sample_groups(counted.groups)
    checked = check_tables(gate_tables(card, groups, manifest.parameters.gate))
    yield from _files(store, manifest.version, manifest.created, card, checked)


def _files(
    store: Store, version: str, created: str, card: Scorecard, checked: Sequence[Checked]
) -> Iterator[ReleasePart]:
    yield _written(store, version, card)
    for path, content in data_docs(checked, version, created):
        yield write_document(store, version, path, content)


def _before(store: Store) -> tuple[str | None, Scorecard | None]:
    """Return the latest release and its scorecard; neither where it cannot be read."""
    try:
        previous = latest(store)
        return previous, read_manifest(store, previous).scorecard if previous else None
    except (DamagedPart, UsageError) as error:
        log.warning("compared with no earlier release: %s", error)
        return None, None


def _written(store: Store, version: str, card: Scorecard) -> ReleasePart:
    """Write the numbers alone: thresholds and comparison are no property of the release."""
    names = set(ScoreRow.model_fields)
    rows = [ScoreRow.model_validate(score.model_dump(include=names)) for score in card.scores]
    table = pa.Table.from_batches([to_batch(rows, ScoreRow)])
    path = "reports/scorecard.parquet"
    return write_table(store, version, path, "report", arrow_schema(ScoreRow), [table])
