"""Drawing a sheet: strata and their sizes, shares, seeds; nothing twice."""

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.arrow import to_batch
from schemas.review import Checked, ReviewParams
from schemas.sample import Sample
from schemas.verdict import Repair, Verdict
from tasks.review.drawing import checked_of, draw_sheet, shares
from tasks.storage.parts import read_rows
from tasks.storage.releases import read_manifest, release_path
from tests.tasks.review._answering import VERSION, released


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return released(str(tmp_path_factory.mktemp("drawing") / "root"))


@pytest.fixture(scope="module")
def manifest(store):
    return read_manifest(store, VERSION)


@pytest.fixture(scope="module")
def published(store, manifest):
    paths = [part.path for part in manifest.parts if part.table == "samples"]
    return [row for path in paths for row in read_rows(store, release_path(VERSION, path), Sample)]


def drawn(store, manifest, **params):
    return draw_sheet(store, manifest, ReviewParams(**params))


def test_the_strata_hold_every_sample_of_the_release_once(store, manifest, published):
    sheet = drawn(store, manifest)
    found = Counter((one.task, one.source, "supported") for one in published)
    assert {(s.task, s.source, s.checked): s.members for s in sheet.strata} == found
    assert sum(found.values()) == manifest.samples


def test_a_sheet_larger_than_the_release_shows_all_of_it_once(store, manifest, published):
    sheet = drawn(store, manifest, samples=1000)
    assert sorted(one.id for one in sheet.samples) == sorted(one.id for one in published)


def test_samples_stand_under_their_stratum_and_their_file(store, manifest, published):
    known = {one.id: one for one in published}
    sheet = drawn(store, manifest, samples=20)
    assert len({one.id for one in sheet.samples}) == 20
    assert Counter(one.stratum for one in sheet.samples) == {
        stratum.name: stratum.drawn for stratum in sheet.strata if stratum.drawn
    }
    for one in sheet.samples:
        sample = known[one.id]
        assert one.stratum == f"{sample.task}/{sample.source}/supported"
        assert f"task={sample.task}/split={sample.split}/source={sample.source}/" in one.part


def test_equal_arguments_give_the_same_sheet_and_another_seed_another_one(store, manifest):
    first = drawn(store, manifest, samples=12)
    assert drawn(store, manifest, samples=12) == first
    other = drawn(store, manifest, samples=12, seed=1)
    assert other.id != first.id
    assert {one.id for one in other.samples} != {one.id for one in first.samples}


def test_a_larger_sheet_holds_the_smaller_one(store, manifest):
    small, large = (drawn(store, manifest, samples=n, floor=0) for n in (10, 20))
    assert {one.id for one in small.samples} <= {one.id for one in large.samples}


def test_every_sample_of_a_stratum_is_drawn_about_as_often(store, manifest):
    counts = Counter(
        one.id for seed in range(30) for one in drawn(store, manifest, each=1, seed=seed).samples
    )
    stratum = next(s for s in drawn(store, manifest).strata if s.members >= 4)
    same = [
        one.id
        for one in drawn(store, manifest, samples=1000).samples
        if one.stratum == stratum.name
    ]
    expected = 30 / len(same)
    chi2 = sum((counts[one] - expected) ** 2 / expected for one in same)
    assert chi2 < 4 * len(same)  # far above what chance gives


def test_so_many_of_each_stratum_are_drawn_whatever_its_size():
    assert shares([1000, 10, 2], ReviewParams(each=5)) == [5, 5, 2]


def test_shares_follow_the_sizes_above_a_floor():
    assert shares([9000, 900, 90, 10], ReviewParams(samples=100, floor=3)) == [85, 9, 3, 3]


def test_the_floor_gives_way_where_it_would_take_more_than_half():
    assert shares([1000] + [10] * 20, ReviewParams(samples=50, floor=3)) == [30, *[1] * 20]
    assert sum(shares([100] * 90, ReviewParams(samples=50, floor=3))) == 50


@given(st.lists(st.integers(1, 5000), max_size=40), st.integers(1, 400), st.integers(0, 20))
def test_shares_sum_up_and_never_exceed_a_stratum(sizes, samples, floor):
    found = shares(sizes, ReviewParams(samples=samples, floor=floor))
    assert sum(found) == min(samples, sum(sizes))
    assert all(0 <= share <= size for share, size in zip(found, sizes, strict=True))
    for (one, size), (other, larger) in zip(
        zip(found, sizes, strict=True), list(zip(found, sizes, strict=True))[1:], strict=False
    ):
        if size < larger:
            assert one <= other + 1


def test_the_worst_verdict_names_the_stratum_and_mended_samples_are_apart(published):
    def verdict(outcome):
        return Verdict(claim="two", kind="count", outcome=outcome, evidence="…")

    repair = Repair(turn=1, kind="count", how="edited", before="2", after="3", because="…")
    cases = [
        ((), (), Checked.UNCHECKED),
        (("supported", "supported"), (), Checked.SUPPORTED),
        (("supported", "unverifiable"), (), Checked.UNVERIFIABLE),
        (("unverifiable",), (repair,), Checked.REPAIRED),
        ((), (repair,), Checked.REPAIRED),
        (("contradicted", "unverifiable"), (repair,), Checked.CONTRADICTED),
    ]
    rows = [
        published[0].model_copy(
            update={
                "lineage": published[0].lineage.model_copy(
                    update={"verdicts": tuple(map(verdict, outcomes)), "repairs": repairs}
                )
            }
        )
        for outcomes, repairs, _ in cases
    ]
    batches = [to_batch(rows[:2], Sample), to_batch(rows[2:], Sample)]
    lineage = pa.Table.from_batches(batches)["lineage"]
    assert checked_of(lineage) == [expected for _, _, expected in cases]
