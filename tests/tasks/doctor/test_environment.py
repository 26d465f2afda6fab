"""Planted in the environment: wrong packages, misspelt and unreadable variables."""

import pytest

from schemas.settings import settings
from tasks.doctor import check_environment


def plant(folder, name, version):
    """Make ``folder`` say that ``name`` is installed in ``version``."""
    place = folder / f"{name}-{version}.dist-info"
    place.mkdir()
    (place / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture(autouse=True)
def fresh():
    settings.cache_clear()
    yield
    settings.cache_clear()


def odd(extras=frozenset(), **variables):
    return [one for one in check_environment(extras, variables) if one.state != "well"]


def test_a_healthy_environment_is_well():
    assert odd(frozenset({"s3"}), RS_GPT4V_WORKERS="3", RS_GPT4V_OPENAI_API_KEY="k") == []


def test_a_package_in_a_version_that_does_not_work_is_found(tmp_path, monkeypatch):
    plant(tmp_path, "fastapi", "0.155.0")
    monkeypatch.syspath_prepend(tmp_path)
    [found] = odd()
    assert (found.state, found.subject) == ("wrong", "fastapi")
    assert found.found == "fastapi 0.155.0 is installed, <0.151 is needed"
    assert found.remedy == "pip install 'fastapi<0.151'"


def test_a_package_of_an_extra_counts_where_the_extra_is_asked_for(tmp_path, monkeypatch):
    plant(tmp_path, "s3fs", "2020.1.0")
    monkeypatch.syspath_prepend(tmp_path)
    assert odd() == []
    [found] = odd(frozenset({"s3"}))
    assert found.remedy == "pip install 's3fs>=2026.2'"


def test_a_misspelt_variable_is_found_and_the_right_name_told():
    [found] = odd(RS_GPT4V_WORKRES="3", PATH="/bin")
    assert (found.state, found.subject) == ("doubtful", "RS_GPT4V_WORKRES")
    assert found.remedy == "write RS_GPT4V_WORKERS"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("RS_GPT4V_WORKERS", "zero", "RS_GPT4V_WORKERS is wrong: Input should be a valid integer"),
        ("RS_GPT4V_SHARE", "1.5", "RS_GPT4V_SHARE is wrong: Input should be less than or equal"),
        ("RS_GPT4V_ENDPOINTS", "[", "endpoints"),
        ("RS_GPT4V_PRICES", "/nowhere.yaml", "RS_GPT4V_PRICES names /nowhere.yaml"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    [found] = odd()
    assert (found.state, found.subject) == ("wrong", "settings")
    assert said in f"{found.found} {found.remedy}"
