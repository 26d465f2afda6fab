"""What RSIVQA says of images that other sources label, on small real data, where it is at hand."""

import os
from pathlib import Path

import pytest

from schemas.agreement import Agreement, AgreementKind
from schemas.identity import Link
from schemas.params import SourceSpec
from schemas.scene import Finding
from tasks._stage import write_part
from tasks.agree import agree_sources
from tasks.scan import scan_source
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

PLACE = os.environ.get("RS_GPT4V_ACCEPTANCE_DATA")
DATA = Path(PLACE or ".")
pytestmark = pytest.mark.skipif(
    PLACE is None, reason="RS_GPT4V_ACCEPTANCE_DATA does not name the folder of real data"
)


@pytest.fixture
def agree(tmp_path):
    """Return the counts by kind and the findings of these sources of the real data."""

    def run(*names):
        store = Store(str(tmp_path))
        specs = [SourceSpec(name=name, path=str(DATA / name)) for name in names]
        scanned = tuple(p for s in specs for p in scan_source.fn(str(tmp_path), s, 2))
        links = write_part("links", 0, "0" * 20, Link, store, [])
        part = agree_sources.fn(str(tmp_path), scanned, links)
        findings = part.beside("findings")
        return (
            {row.kind: row for row in read_rows(store, part.path, Agreement)},
            list(read_rows(store, findings, Finding)) if part.findings else [],
        )

    return run


def test_every_count_of_rsivqa_equals_the_boxes_of_hrrsd(agree):
    rows, findings = agree("rsivqa", "hrrsd")
    assert [finding.detail for finding in findings] == []
    counts, presence = rows[AgreementKind.COUNT], rows[AgreementKind.PRESENCE]
    assert (counts.compared, counts.agree) == (22, 22)
    assert (presence.compared, presence.agree) == (44, 44)
    assert (counts.first_source, counts.second_source) == ("hrrsd", "rsivqa")


def test_p1888_has_17_small_vehicles_in_rsivqa_and_14_in_dota(agree):
    rows, (finding,) = agree("rsivqa", "dota")
    assert (finding.source, finding.file) == ("rsivqa", "DOTA/dota_val_vqa2.txt")
    assert "rsivqa says “17” of “small vehicle” (DOTA/dota_val_vqa2.txt, line" in finding.detail
    assert "dota labels 14 small vehicles (labelTxt/P1888.txt, line 3" in finding.detail
    counts = rows[AgreementKind.COUNT]
    assert (counts.compared, counts.agree, counts.disagree) == (2, 1, 1)
