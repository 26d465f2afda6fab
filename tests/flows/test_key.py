"""The key of the endpoint out of a Secret block: for the length of a run, and nowhere else."""

import os

import pytest
from prefect.blocks.system import Secret

from flows.key import VARIABLE, key_from
from schemas.errors import MissingSecret
from schemas.params import ServiceParams
from schemas.settings import settings

pytestmark = pytest.mark.usefixtures("prefect_server")


def test_the_key_is_there_while_the_run_is(monkeypatch):
    monkeypatch.setenv(VARIABLE, "of-the-worker")
    Secret(value="of-the-block").save("endpoint-key")
    with key_from(ServiceParams(secret="endpoint-key")):
        assert settings().openai_api_key.get_secret_value() == "of-the-block"
    assert os.environ[VARIABLE] == "of-the-worker"
    monkeypatch.undo()
    settings.cache_clear()


def test_without_a_name_the_environment_has_it(monkeypatch):
    before = dict(os.environ)
    with key_from(ServiceParams()):
        assert dict(os.environ) == before


def test_a_secret_that_is_not_there_is_named_with_what_to_do():
    said = pytest.raises(MissingSecret, match="“no-such-key”, but the Prefect server has no Secret")
    with said, key_from(ServiceParams(secret="no-such-key")):
        pass


def test_a_key_is_no_name():
    with pytest.raises(ValueError, match="a key stands where the name"):
        ServiceParams(secret="sk-abc")
