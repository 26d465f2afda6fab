"""Publish: validated samples and their pictures become the files of a release.

The files of a shard depend on nothing but its rows, so equal rows give equal bytes in every
release. The manifest is written last: its existence is the commit. Which release is the latest is
another matter: see promote.
"""

import logging
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from platform import python_version
from typing import Final

from schemas.changes import Cause, SceneChange
from schemas.errors import PipelineError
from schemas.params import BuildParams, PublishParams
from schemas.release import FailedShard, Manifest, Part, ReleasePart, Scored
from tasks._stage import retried
from tasks.planning.changes import SCAN, scanned_by, scene_changes
from tasks.report.card import dataset_card
from tasks.report.figures import Summary
from tasks.report.page import report_page
from tasks.report.summary import summarize
from tasks.sources.scan import shard_of
from tasks.storage.accounting import (
    check_accounting,
    count_stages,
    reports_in,
    sample_candidates,
)
from tasks.storage.index import write_index
from tasks.storage.layout import (
    write_findings,
    write_images,
    write_rejections,
    write_report,
    write_samples,
)
from tasks.storage.lease import Lease
from tasks.storage.published import write_document
from tasks.storage.releases import (
    check_version_free,
    commit_manifest,
    latest,
    read_manifest,
    release_path,
)
from tasks.storage.store import Store

log = logging.getLogger(__name__)

PACKAGES: Final = (
    "rs-gpt4v", "great-expectations", "numpy", "openai", "pillow", "prefect", "pyarrow",
    "pydantic", "shapely", "simplejpeg",
)  # fmt: skip


@retried("publish", "publish-{shard}")
def publish_shard(
    root: str,
    version: str,
    shard: int,
    validated: Part,
    chosen: Part,
    tiles: Part,
    params: PublishParams,
    turned: Part | None = None,
) -> tuple[ReleasePart, ...]:
    """Write the chosen samples of one shard, and every tile that has one, into a release.

    ``turned`` are tiles, too.
    """
    store = Store(root)
    shown = tuple(part for part in (tiles, turned) if part is not None)
    return (
        *write_samples(store, version, shard, validated, chosen),
        *write_images(store, version, shard, validated, chosen, shown, params.row_group),
    )


@retried("commit", "commit-{version}")
def commit_release(
    root: str,
    version: str,
    created: str,
    params: BuildParams,
    parts: tuple[Part, ...],
    published: tuple[ReleasePart, ...],
    failed: tuple[FailedShard, ...] = (),
    scored: Scored | None = None,
    lease: Lease | None = None,
) -> Manifest:
    """Make release ``version`` of what was published, and return its manifest.

    ``created`` is UTC in ISO 8601; ``parts`` are those of every stage and finished shard, ``failed``
    the shards that the release lacks, ``scored`` its numbers and the verdict of its gate. Raises
    AccountingError where samples + rejections are not the candidates, UsageError where the version
    exists and LeaseLost where another holds ``lease``: then there is no manifest. The latest release
    stays what it was.
    """
    return commit(
        Store(root), version, created, params, parts, published, software_versions(), failed,
        scored, lease,
    )  # fmt: skip


def commit(
    store: Store,
    version: str,
    created: str,
    params: BuildParams,
    parts: tuple[Part, ...],
    published: tuple[ReleasePart, ...],
    software: dict[str, str],
    failed: tuple[FailedShard, ...] = (),
    scored: Scored | None = None,
    lease: Lease | None = None,
) -> Manifest:
    """Do what ``commit_release`` does, with the software versions as an argument."""
    check_version_free(store, version)
    stages = count_stages(parts)
    samples = sum(part.rows for part in published if part.table == "samples")
    check_accounting(stages, samples)
    aside = (*write_rejections(store, version, parts), *write_findings(store, version, parts))
    reports = (write_report(store, version, name, parts) for name in reports_in(parts))
    measured = scored.files if scored else ()
    files = sorted((*published, *aside, *reports, *measured), key=lambda part: part.path)
    tables = tuple(part for part in files if part.table != "document")
    summary = summarize(store, version, tables, parts)
    manifest = Manifest(
        version=version,
        created=created,
        software=software,
        parameters=params,
        prompts=summary.prompts,
        stages=stages,
        samples=samples,
        candidates=sample_candidates(stages),
        rejections=summary.rejections_by_reason,
        findings=summary.findings_by_kind,
        tasks=summary.tasks,
        licences=summary.terms,
        usage=summary.usage,
        parts=tuple(files),
        inputs=tuple(sorted(part.path for part in parts)),
        code={part.stage: part.code for part in parts if part.code},
        failed=failed,
        removed=_removed(store, params, parts, failed),
        scorecard=scored.scorecard if scored else None,
        gate=scored.gate if scored else None,
    )
    return _finish(store, manifest, summary, lease)


def _removed(
    store: Store, params: BuildParams, parts: tuple[Part, ...], failed: tuple[FailedShard, ...]
) -> tuple[SceneChange, ...]:
    """Return the scenes of the latest release that its sources no longer have; none of failed shards.

    A trial of some shards says nothing of it.
    """
    version = None
    if params.canary.share is not None:
        return ()
    try:
        version = latest(store)
        before = scanned_by(store, read_manifest(store, version).inputs) if version else []
        changes = list(scene_changes(store, before, [part for part in parts if part.stage == SCAN]))
    except PipelineError as error:
        log.warning("What was removed since release %s is not known: %s", version, error)
        return ()
    sources, lost = {spec.name for spec in params.sources}, {shard.shard for shard in failed}
    return tuple(
        one
        for one in changes
        if one.cause is Cause.IMAGE_REMOVED
        and one.source in sources
        and shard_of(one.scene_id, params.shards) not in lost
    )


def software_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that shape a release."""
    found = {"python": python_version()}
    for name in PACKAGES:
        try:
            found[name] = installed(name)
        except PackageNotFoundError:
            continue
    return found


def write_documents(store: Store, manifest: Manifest, summary: Summary) -> tuple[ReleasePart, ...]:
    """Write card and report of a release whose ``manifest`` names its tables, and no document yet."""
    card, page = dataset_card(manifest, summary), report_page(store, manifest, summary)
    return (
        write_document(store, manifest.version, "README.md", card.encode()),
        write_document(store, manifest.version, "report.html", page.encode()),
    )


def _finish(store: Store, manifest: Manifest, summary: Summary, lease: Lease | None) -> Manifest:
    """Write the documents, remove what an interrupted build left, then commit."""
    version = manifest.version
    documents = write_documents(store, manifest, summary)
    index = write_index(store, version, manifest.parts)
    manifest = manifest.model_copy(update={"parts": (*manifest.parts, index, *documents)})
    known = {release_path(version, part.path) for part in manifest.parts}
    for path in store.list(release_path(version, "")):
        if path not in known:
            store.delete(path)
    if lease is not None:
        lease.confirm()
    commit_manifest(store, manifest)
    return manifest
