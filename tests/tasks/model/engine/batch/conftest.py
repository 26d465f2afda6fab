"""Every test has a root, a state folder and a provider of its own."""

import pytest

from schemas.settings import settings
from tests.tasks.model.engine.batch.asking import Place
from tests.tasks.model.engine.batch.provider import providing


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    """Return where runs keep their things."""
    place = Place(tmp_path / "root", tmp_path / "state")
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(place.state))
    settings.cache_clear()
    yield place
    settings.cache_clear()


@pytest.fixture
def provider(tmp_path):
    """Return a provider that does as it should."""
    with providing(tmp_path / "provider") as provider:
        yield provider
