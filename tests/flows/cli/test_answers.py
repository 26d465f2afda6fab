"""Command answers: counts, shows, carries over, tidies up, and says what is wrong."""

import json

import pytest

from flows.cli import main
from schemas.settings import settings
from tasks.model.answers import AnswerStore
from tests.tasks.model.answers._asked import filled, request, segments


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def root(tmp_path):
    filled(tmp_path / "root", range(5), range(5, 10))
    return tmp_path / "root"


@pytest.fixture
def run(capsys):
    def said(*words):
        code = main(["answers", *map(str, words)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return said


def test_stats_count_by_prompt_and_model(run, root):
    code, out, _ = run("stats", "--root", root)
    assert code == 0
    assert "synthesize" in out
    assert f"10 answers in 2 segments, 0.0 MB, in {root}." in out
    document = json.loads(run("stats", "--root", root, "--json")[1])
    assert document["counts"][0]["answers"] == 10
    assert document["counts"][0]["prompt_tokens"] == 100


def test_stats_of_an_empty_root_say_so(run, tmp_path):
    assert (
        run("stats", "--root", tmp_path / "no")[1] == f"There is no answer in {tmp_path}/no yet.\n"
    )


def test_show_prints_what_was_asked_and_answered(run, root):
    key = request(4).key
    code, out, _ = run("show", key[:12].upper(), "--root", root)
    assert code == 0
    assert f"Request   {key}" in out
    assert "What is at place 4?" in out
    assert "At place 4 there is a ship." in out
    assert json.loads(run("show", key, "--root", root, "--json")[1])["answer"]["key"] == key


def test_show_says_when_there_is_no_such_key_or_more_than_one(run, root):
    code, _, err = run("show", "zz", "--root", root)
    assert code == 2
    assert "There is no answer “zz”" in err
    (root / "answers").mkdir(exist_ok=True)
    filled(root, range(10, 60))
    code, _, err = run("show", request(1).key[0], "--root", root)
    assert code == 2
    assert "Give more of it." in err


def test_answers_are_carried_from_root_to_root(run, root, tmp_path):
    file, other = tmp_path / "a.jsonl.gz", tmp_path / "other"
    assert run("export", file, "--root", root)[1] == f"Wrote 10 answers to {file}.\n"
    code, out, _ = run("import", file, "--root", other)
    assert (code, out) == (
        0,
        "Took in 10 answers, 0 were there already, 0 lines could not be used.\n",
    )
    assert len(AnswerStore(str(other))) == 10
    _, out, _ = run("import", file, "--root", other, "--json")
    assert json.loads(out) == {"taken": 0, "known": 10, "refused": 0}


def test_bad_lines_are_told_with_their_numbers_and_the_exit_code(run, tmp_path):
    (tmp_path / "a.jsonl").write_text("{}\n" * 14)
    code, _, err = run("import", tmp_path / "a.jsonl", "--root", tmp_path / "other")
    assert code == 1
    assert "a.jsonl, line 10: " in err
    assert "… and 4 more bad lines." in err


def test_compact_merges_and_says_what_was_damaged(run, root):
    path = segments(root)[0]
    path.write_bytes(path.read_bytes()[:-1])
    assert f"Damaged: answers/segments/{path.name}" in run("stats", "--root", root)[1]
    code, out, _ = run("compact", "--root", root)
    assert code == 0
    assert "2 segments with" in out
    assert "became 1 with" in out
    assert f"Damaged, set aside: answers/damaged/{path.name}." in out
    assert f"Set aside: answers/damaged/{path.name}." in run("stats", "--root", root)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["stat"], "Unknown action “stat”. Did you mean “stats”?"),
        (["show"], "“answers show” needs a KEY."),
        (["import"], "“answers import” needs a FILE."),
        (["stats", "all"], "“all” follows “answers stats”, which takes nothing."),
        ([], "See “rs-gpt4v answers --help”."),
        (["stats", "--jsn"], "Did you mean “--json”?"),
    ],
)
def test_wrong_use_is_said_in_one_sentence(run, tmp_path, words, said):
    code, _, err = run(*words, *(["--root", tmp_path / "no"] if words else []))
    assert code == 2
    assert said in err


def test_help_lists_the_actions(run):
    code, out, _ = run("--help")
    assert code == 0
    assert "merge small segments" in out
