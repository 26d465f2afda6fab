"""Every test has a state folder of its own."""

import pytest

from schemas.settings import settings


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """Return the folder of journals, below the test's own folder."""
    folder = tmp_path / "state"
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(folder))
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def root(tmp_path):
    """Return a root that does not exist yet."""
    return tmp_path / "root"
