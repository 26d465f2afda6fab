"""The same release comes out, whatever works on its shards."""

from importlib.util import find_spec

import pytest

from flows.build_dataset import build_dataset
from schemas.params import BuildParams, SourceSpec
from schemas.runner import RunnerParams
from tests.fixtures.scenes import quad, write_dota

TABLES = ("samples", "images", "rejections", "findings", "reports")


def files(folder, *tables):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for table in tables
        for path in sorted((folder / table).rglob("*.parquet"))
    }


def extra(kind, workers):
    missing = find_spec(f"prefect_{kind}") is None
    skipped = pytest.mark.skipif(missing, reason=f"the extra “{kind}” is not installed")
    return pytest.param(kind, workers, marks=skipped)


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Return the parameters of a build of four small scenes in two shards."""
    folder = tmp_path_factory.mktemp("few")
    for number in range(4):
        lines = [quad(9, 9, 39, 25), quad(60 + number, 30, 90 + number, 50, "ship")]
        write_dota(folder, f"P{number:04}", lines=lines, header=["gsd:0.3"], seed=number)
    return BuildParams(sources=(SourceSpec(name="dota", path=str(folder)),), shards=2)


@pytest.fixture(scope="module")
def in_threads(prefect_server, few, tmp_path_factory):
    """Return the root of a build in threads of this process."""
    root = tmp_path_factory.mktemp("threads")
    build_dataset(str(root), "first", few)
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "workers"), [("process", 2), extra("dask", 1), extra("ray", 1)]
)  # each worker of a machine imports for seconds, so one where that is enough
def test_a_release_is_the_same_byte_for_byte(in_threads, few, tmp_path, kind, workers):
    elsewhere = few.model_copy(update={"runner": RunnerParams(kind=kind, workers=workers)})
    try:
        build_dataset(str(tmp_path), "first", elsewhere)
    except Exception as error:
        if "The current node timed out during startup" in str(error):
            pytest.skip("Ray gives its processes 30 s to start, and they took longer")
        raise
    ours, theirs = files(tmp_path, "stages"), files(in_threads, "stages")
    assert len(ours) > 20
    assert ours == theirs
    assert files(tmp_path / "releases/first", *TABLES) == files(
        in_threads / "releases/first", *TABLES
    )
