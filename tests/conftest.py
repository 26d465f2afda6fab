"""One Prefect server for the whole run, and one small build that many tests look at."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from flows.cli.environment import prepare_environment
from tests.fixtures.buckets import _way, bucket, proxy, s3_server  # noqa: F401  # fixtures

prepare_environment(verbose=False)  # before anything imports Prefect
STATE = tempfile.TemporaryDirectory(prefix="rs-gpt4v-state-", ignore_cleanup_errors=True)
os.environ["RS_GPT4V_STATE_FOLDER"] = STATE.name  # also for processes that tests start

SHARDS = 4
SCENES = ("car_park", "river")


class Build:
    """A root with one release, and the folder that it was built from."""

    def __init__(self, root: Path, scenes: Path, version: str) -> None:
        self.root, self.scenes, self.version = root, scenes, version

    @property
    def release(self) -> Path:
        return self.root / "releases" / self.version

    def copied(self, folder: Path) -> "Build":
        """Return the same build in ``folder``, free to be changed."""
        shutil.copytree(self.root, folder / "root")
        shutil.copytree(self.scenes, folder / "scenes")
        return Build(folder / "root", folder / "scenes", self.version)


@pytest.fixture(scope="session")
def prefect_server():
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=400):
        yield


@pytest.fixture(scope="session")
def scenes(tmp_path_factory):
    """Two painted scenes as a DOTA folder."""
    from tasks.demo.paint import paint_scenes

    folder = tmp_path_factory.mktemp("scenes")
    paint_scenes(folder, SCENES)
    return folder


@pytest.fixture(scope="session")
def params(scenes):
    """Return the parameters of the small build."""
    from schemas.params import BuildParams, SourceSpec

    return BuildParams(sources=(SourceSpec(name="dota", path=str(scenes)),), shards=SHARDS)


@pytest.fixture(scope="session")
def build(prefect_server, scenes, params, tmp_path_factory):
    """The small build; tests that change it work on ``build.copied(tmp_path)``."""
    from flows.build_dataset import build_dataset

    root = tmp_path_factory.mktemp("build") / "root"
    build_dataset(str(root), "first", params)
    return Build(root, scenes, "first")
