"""Acceptance: real questions adapted on stand-in pictures; RS_GPT4V_ACCEPTANCE_DATA names the data."""

import os
from collections import Counter
from pathlib import Path

import pytest

from schemas.params import AdaptParams, SourceSpec, SplitParams, TileParams
from schemas.release import Located
from schemas.sample import Draft, Rejection
from schemas.vocabulary import Reason
from tasks._stage import Where
from tasks.adapt import adapt_shard
from tasks.identify import identify_scenes
from tasks.scan import scan_source
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import source_named
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tasks.tile import tile_shard
from tests.fixtures.ingesting import ingested_parts
from tests.fixtures.scenes import write_image

DATA = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")

pytestmark = pytest.mark.skipif(
    not DATA or not Path(DATA).is_dir(), reason="RS_GPT4V_ACCEPTANCE_DATA names no folder"
)


@pytest.fixture(scope="module")
def adapted(tmp_path_factory):
    """Every image that RSIVQA's rows name is painted, then its questions are adapted."""
    home = tmp_path_factory.mktemp("rsivqa")
    spec = SourceSpec(name="rsivqa", path=str(Path(DATA) / "rsivqa"), images=(str(home / "i"),))
    (home / "i").mkdir()
    folder = SourceFolder(spec.path)
    for seed, found in enumerate(source_named("rsivqa").read(folder, spec)):
        if isinstance(found, SceneLabels):
            write_image(home / "i" / f"{Path(found.name).with_suffix('')}.png", (64, 64), seed)
    root = str(home / "root")
    (scanned,) = scan_source.fn(root, spec, 1)
    where = Where(root=root, shard=0)
    (scenes,) = ingested_parts(root, [scanned])
    (placed,) = identify_scenes.fn(root, [scenes], SplitParams()).placed
    tiles = tile_shard.fn(where, scenes, placed, TileParams(), Located(parts=(scanned,)))
    return Store(root), adapt_shard.fn(where, tiles, AdaptParams())


def test_questions_about_nothing_are_rejected_by_reason_and_the_books_balance(adapted):
    store, part = adapted
    assert part.candidates == part.rows + part.rejections
    rejections = list(read_rows(store, part.beside("rejections"), Rejection))
    reasons = Counter(row.reason for row in rejections)
    empty = [row for row in rejections if row.reason == Reason.EMPTY_OBJECT]
    assert len(empty) == 17
    assert {row.file for row in empty} == {"UCM/ucm_res.txt"}
    assert all(row.line for row in empty)
    assert reasons[Reason.UNANSWERABLE] == 1
    assert not any(
        "  in th" in turn.content
        for draft in read_rows(store, part.path, Draft)
        for turn in draft.turns
    )
