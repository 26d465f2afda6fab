"""A change is tried on some shards, and held against the same shards of the latest release."""

import pytest

from flows.build_dataset import build_dataset
from flows.nightly import nightly
from schemas.canary import CanaryParams
from schemas.errors import HeldBack, UsageError
from schemas.params import AdaptParams
from tasks.canary import compare_canary
from tasks.plan import tiled
from tasks.promote import promote
from tasks.storage.releases import latest, list_releases, read_manifest
from tasks.storage.store import Store

SHARE = CanaryParams(share=0.5)


def test_a_share_is_nested_in_a_larger_one_and_never_empty():
    shards = range(40)
    some, more = (set(CanaryParams(share=share).of(shards)) for share in (0.1, 0.5))
    assert (len(some), len(more)) == (4, 20)
    assert some < more
    assert len(CanaryParams(share=0.01).of(range(3))) == 1
    assert CanaryParams().of(shards) == tuple(shards)


@pytest.fixture(scope="module")
def tried(tmp_path_factory, params, prefect_server):
    """A whole release, then a canary without referring expressions."""
    root = str(tmp_path_factory.mktemp("canary"))
    build_dataset(root, "whole", params)
    changed = params.model_copy(update={"canary": SHARE, "adapt": AdaptParams(referring=0)})
    build_dataset(root, "tried", changed)
    return root, params, changed


def test_a_canary_is_not_the_latest_and_cannot_become_it(tried):
    root, _, _ = tried
    store = Store(root)
    assert latest(store) == "whole"
    with pytest.raises(HeldBack, match="is a canary: 50% of the shards"):
        promote(store, "tried")
    assert [(line.version, line.canary, line.held) for line in list_releases(store)] == [
        ("whole", None, False), ("tried", 0.5, False),
    ]  # fmt: skip


def test_it_differs_from_its_own_shards_by_the_change_alone(tried):
    root, params, _changed = tried
    found = compare_canary.fn(root, "tried")
    whole, part = (read_manifest(Store(root), name) for name in ("whole", "tried"))
    assert found.samples_after == part.samples < found.samples_before < whole.samples
    assert found.removed == found.samples_before - found.samples_after
    assert found.added == found.changed == 0
    assert {row.cause for row in found.rows} == {"parameters"}
    assert found.parameters == (f"adapt.referring: {params.adapt.referring} → 0",)
    numbers = {number.title: (number.before, number.after) for number in found.numbers}
    assert any(before is not None and after is not None for before, after in numbers.values())
    assert not any((found.scenes.added, found.scenes.removed, part.removed))


def test_building_the_rest_finds_what_the_canary_made(tried):
    root, _params, changed = tried
    rest = build_dataset(root, "rest", changed.model_copy(update={"canary": CanaryParams()}))
    adapted = next(stage for stage in rest.stages if stage.stage == "adapt")
    assert adapted.parts_found == len(SHARE.of(range(adapted.parts_found + adapted.parts_made)))


def test_only_its_tiles_are_planned(tried):
    root, params, changed = tried
    assert 0 < len(tiled(root, changed)) < len(tiled(root, params))


def test_without_a_release_to_hold_it_against_it_is_refused(tmp_path, tried, prefect_server):
    root, params, changed = tried
    with pytest.raises(UsageError, match="no latest release"):
        build_dataset(str(tmp_path / "none"), "tried", changed)
    with pytest.raises(UsageError, match=r"Give --shards \d"):
        build_dataset(root, "other", changed.model_copy(update={"shards": params.shards + 1}))
    with pytest.raises(UsageError, match="a night makes whole releases"):
        nightly(root, changed)
