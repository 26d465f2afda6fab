"""What the tests of this folder share."""

import pytest

from tests.tasks.identity._scenes import Album


@pytest.fixture
def album(tmp_path):
    """Return an empty album."""
    return Album(tmp_path)
