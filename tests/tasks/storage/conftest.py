"""Roots that the storage tests run on: a local disk, and a bucket of a real S3 server."""

from pathlib import Path

import pytest

from tasks.storage.store import Store


@pytest.fixture(params=["local", "s3"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty root."""
    if request.param == "s3":
        return request.getfixturevalue("bucket").root
    return str(tmp_path / "root")


@pytest.fixture
def place(root: str) -> Store:
    """An empty root that keeps conditional writes."""
    return Store(root)
