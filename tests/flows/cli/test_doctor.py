"""The command doctor: what it prints, and how it ends."""

import json

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.cli.main import DONE, REFUSED, main
from schemas.settings import settings


@pytest.fixture(autouse=True)
def alone():
    """Name no server, and read the settings anew."""
    settings.cache_clear()
    with temporary_settings({PREFECT_API_URL: None}):
        yield
    settings.cache_clear()


def run(capsys, *words):
    code = main(["doctor", *map(str, words)])
    return code, capsys.readouterr().out


def test_where_all_is_well_it_says_so_and_ends_with_0(tmp_path, capsys):
    code, out = run(capsys, "--root", tmp_path / "root", "--room", 0)
    assert code == DONE
    assert "✓ storage, conditional writes: of two writers at once exactly one succeeds" in out


def test_what_is_wrong_comes_with_its_remedy_and_ends_with_1(tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    code, out = run(capsys, "--root", tmp_path / "file", "--room", 10**9)
    assert code == REFUSED
    assert "✗ storage, root: " in out
    assert "  → Choose another --root." in out
    assert "  → free some, or let --root name a folder on another disk" in out
    assert "4 wrong" in out


def test_settings_that_cannot_be_read_are_said_and_nothing_after_them(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("RS_GPT4V_WORKERS", "zero")
    code, out = run(capsys, "--root", tmp_path, "--json")
    assert code == REFUSED
    [found] = [one for one in json.loads(out) if one["state"] != "well"]
    assert (found["area"], found["subject"]) == ("environment", "settings")
    assert "RS_GPT4V_WORKERS" in found["found"]


def test_an_extra_that_the_build_needs_is_looked_for(tmp_path, capsys, monkeypatch):
    place = tmp_path / "prefect_dask-0.1.0.dist-info"
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\nName: prefect-dask\nVersion: 0.1.0\n")
    monkeypatch.syspath_prepend(tmp_path)
    code, out = run(capsys, "--root", tmp_path / "root", "--runner.kind", "dask")
    assert code == REFUSED
    assert "→ pip install 'prefect-dask>=0.3'" in out
