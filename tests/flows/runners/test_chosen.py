"""The same release comes out, whatever works on its shards."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from flows.build_dataset import build_dataset
from schemas.runner import RunnerParams

TABLES = ("samples", "images", "rejections", "findings", "reports")


def files(folder, *tables):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for table in tables
        for path in sorted((folder / table).rglob("*.parquet"))
    }


def extra(kind, package):
    missing = find_spec(package) is None
    return pytest.param(
        kind, marks=pytest.mark.skipif(missing, reason=f"the extra “{kind}” is not installed")
    )


@pytest.mark.parametrize("kind", ["process", extra("dask", "prefect_dask"), extra("ray", "ray")])
def test_a_release_is_the_same_byte_for_byte(build, params, tmp_path, kind):
    elsewhere = params.model_copy(update={"runner": RunnerParams(kind=kind, workers=2)})
    build_dataset(str(tmp_path), "first", elsewhere)
    assert files(tmp_path / "stages") == files(build.root / "stages")
    ours, theirs = tmp_path / "releases/first", Path(build.release)
    assert files(ours, *TABLES) == files(theirs, *TABLES)
