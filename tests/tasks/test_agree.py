"""Agree: contradictions between sources become findings, everything else a count."""

import pytest

from schemas.agreement import Agreement, AgreementKind
from schemas.identity import Link
from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import FindingKind
from tasks._stage import write_part
from tasks.agree import agree_sources
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.tasks.agreement._sides import candidate, qa, thing

DOTA = "DOTA/dota_val_vqa2.txt"


@pytest.fixture
def agree(tmp_path):
    """Return the part, rows and findings of candidates, one part each."""
    store = Store(str(tmp_path))

    def run(*candidates):
        scanned = tuple(
            write_part("scan", shard, f"{shard:020x}", SceneCandidate, store, [row])
            for shard, row in enumerate(candidates)
        )
        links = write_part("links", 0, "0" * 20, Link, store, [])
        part = agree_sources.fn(str(tmp_path), scanned, links)
        rows = list(read_rows(store, part.path, Agreement))
        beside = part.beside("findings")
        return part, rows, list(read_rows(store, beside, Finding)) if part.findings else []

    return run


@pytest.fixture
def p1888():
    """Return DOTA's and RSIVQA's labels of one image; the latter's is absent."""
    boxes = [thing("small vehicle", line, file="labelTxt/P1888.txt") for line in range(3, 17)]
    return (
        candidate("dota", "P1888", *boxes, exhaustive=("plane", "small vehicle")),
        candidate(
            "rsivqa", "P1888x",
            qa("how many small vehicles are there in this picture?", "17", 14, DOTA),
            qa("does this picture contain plane?", "no", 15, DOTA),
            aliases=("dota/P1888",), present=False,
        ),
    )  # fmt: skip


def test_a_contradiction_is_a_finding_with_both_origins_and_both_values(agree, p1888):
    part, rows, (finding,) = agree(*p1888)
    assert (part.candidates, part.rows, part.findings) == (2, 2, 1)
    assert finding.kind is FindingKind.CONTRADICTS_OTHER_SOURCE
    assert (finding.source, finding.file, finding.line) == ("rsivqa", DOTA, 14)
    assert finding.detail == (
        f"rsivqa says “17” of “small vehicle” ({DOTA}, line 14, image P1888x.png), but dota labels "
        "14 small vehicles (labelTxt/P1888.txt, line 3, image P1888.png)."
    )
    assert [(row.kind, row.agree, row.disagree, row.images) for row in rows] == [
        (AgreementKind.COUNT, 0, 1, 1),
        (AgreementKind.PRESENCE, 1, 0, 1),
    ]


def test_the_same_labels_are_compared_once(agree, p1888):
    first, _, _ = agree(*p1888)
    again, _, _ = agree(*p1888)
    assert (first.made, again.made, again.key) == (True, False, first.key)


def test_sources_that_share_no_image_make_an_empty_part(agree, p1888):
    part, rows, findings = agree(p1888[0])
    assert (part.rows, rows, findings) == (0, [], [])


def test_a_source_is_not_held_against_itself(agree):
    asked = [
        candidate("rsivqa", name, qa("is it green?", answer), aliases=("x/1",), present=False)
        for name, answer in (("a", "yes"), ("b", "no"))
    ]
    assert agree(*asked)[1:] == ([], [])
