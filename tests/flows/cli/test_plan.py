"""The plan from the command line."""

import json

import pytest

from flows.cli import main
from schemas.settings import settings

REMOTE = ("--teacher.kind", "openai", "--teacher.model", "gpt-4o")


@pytest.fixture(autouse=True)
def _settings(monkeypatch, tmp_path):
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    for name in ("RS_GPT4V_OPENAI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def words(scenes, tmp_path):
    return ("plan", "--source", f"dota={scenes}", "--root", tmp_path / "root")


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_it_needs_no_key_and_shows_a_table_and_what_it_rests_on(capsys, words):
    code, out, err = run(capsys, *words, *REMOTE)
    assert code == 0, err
    assert "What gpt-4o will be asked about 2 tiles" in out
    table = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.strip()}
    assert table["describe"][1:2] == ["0"]
    assert float(table["all"][-1]) > 0
    assert "Time:" in out
    assert "64 requests in flight" in " ".join(out.split())


def test_for_machines_it_is_one_document(capsys, words):
    code, out, err = run(capsys, *words, *REMOTE, "--json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert [row["prompt"] for row in document["rows"]] == ["describe", "synthesize", "converse"]
    assert document["all"]["cost"]["total"] > 0


def test_more_than_the_budget_leaves_ends_with_1(capsys, words):
    code, out, _ = run(capsys, *words, *REMOTE, "--service.budget", "0.000001")
    assert code == 1
    assert "Budget: US$ 0.00 is too little for it." in out
    assert run(capsys, *words, *REMOTE, "--service.budget", "100")[0] == 0


def test_a_budget_without_a_price_is_wrong_use(capsys, words):
    other = ("--teacher.kind", "openai", "--teacher.model", "house-model")
    code, out, err = run(capsys, *words, *other, "--service.budget", "1")
    assert (code, out) == (2, "")
    assert "No price is known for house-model" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plan"], "There is nothing to read."),
        (["plan", "--source", "dota"], "--source “dota” is not NAME=PATH."),
        (["plan", "--source", "dota=/nowhere"], "--source dota=/nowhere: "),
        (["plan", "--source", "doat=/nowhere"], "Unknown source format “doat”. Did you mean “dota”?"),
        (["plan", "--sample", "1"], "--sample: “1” is not allowed; expected at least 2."),
        (["plan", "--sample", "x"], "Argument --sample: invalid int value: 'x'."),
        (["plan", "--smaple", "5"], "Unknown option “--smaple”. Did you mean “--sample”?"),
        (["plan", "--service.budget", "-1"], "--service.budget: “-1” is not allowed; expected a number, at least 0."),
    ],
)  # fmt: skip
def test_wrong_use_is_told_as_by_build(capsys, tmp_path, words, said):
    code, out, err = run(capsys, *words, "--root", tmp_path / "root")
    assert (code, out) == (2, "")
    assert err.startswith(f"Error: {said}")
    assert not (tmp_path / "root").exists()
