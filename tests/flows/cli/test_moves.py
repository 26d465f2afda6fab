"""Releases are shown, promoted, rolled back, tagged and pruned from the command line."""

import json
import shutil
from pathlib import Path

import pytest

from flows.cli import main
from schemas.gate import GateParams
from tasks.storage.releases import latest, read_pointer
from tasks.storage.store import Store
from tests.fixtures.release import make_build

STRICT = GateParams(fewest=0, words=1_000_000)


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """Two releases that passed and one that its gate held back."""
    root = tmp_path_factory.mktemp("moves") / "root"
    made = make_build(str(root), tiles=1)
    made.release("a", "2026-01-01T00:00:00Z")
    made.release("b", "2026-01-01T12:00:00Z")
    made.scored("c", STRICT)
    return root


@pytest.fixture
def root(three: Path, tmp_path: Path) -> Path:
    shutil.copytree(three, tmp_path / "root")
    return tmp_path / "root"


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_release_is_rolled_back_and_promoted_again(capsys, root):
    code, out, _ = run(capsys, "releases", "rollback", "--root", root, "--note", "too many ships")
    assert code == 0
    assert "Release a is the latest" in out
    assert "instead of b" in out
    code, _, err = run(capsys, "releases", "rollback", "--root", root)
    assert code == 2
    assert "knows of no release that was the latest before" in err
    assert run(capsys, "releases", "promote", "b", "--root", root)[0] == 0
    pointer = read_pointer(Store(str(root)))
    assert pointer is not None
    assert [move.how for move in pointer.moves] == ["build", "build", "rollback", "promote"]
    assert pointer.moves[2].note == "too many ships"
    code, out, _ = run(capsys, "releases", "show", "a", "--root", root)
    assert "by rollback: too many ships" in out


def test_what_the_gate_held_back_is_promoted_by_force_and_with_a_reason_alone(capsys, root):
    code, _, err = run(capsys, "releases", "promote", "c", "--root", root)
    assert code == 1
    assert "takes --force and a reason" in err
    code, _, err = run(capsys, "releases", "promote", "c", "--root", root, "--force")
    assert code == 2
    assert "--force needs a --note" in err
    assert latest(Store(str(root))) == "b"
    words = ("--root", root, "--force", "--note", "seen by eye")
    assert run(capsys, "releases", "promote", "c", *words)[0] == 0
    assert latest(Store(str(root))) == "c"
    assert "--force: seen by eye" in run(capsys, "releases", "show", "--root", root)[1]


def test_tags_stand_for_releases_and_are_listed(capsys, root):
    assert run(capsys, "releases", "tag", "a", "paper", "--root", root)[0] == 0
    assert "Release a, made" in run(capsys, "releases", "show", "paper", "--root", root)[1]
    assert "paper" in run(capsys, "releases", "list", "--root", root)[1]
    code, _, err = run(capsys, "releases", "tag", "b", "paper", "--root", root)
    assert code == 2
    assert "stands for release “a”" in err
    assert run(capsys, "releases", "tag", "a", "paper", "--root", root, "--remove")[0] == 0
    code, _, err = run(capsys, "releases", "tag", "a", "paper", "--root", root, "--remove")
    assert code == 2
    assert run(capsys, "releases", "tag", "a", "a b", "--root", root)[0] == 2


def test_prune_shows_first_and_removes_when_told(capsys, root):
    words = ("releases", "prune", "--root", root, "--keep", 1, "--grace", 0)
    Store(str(root)).write("stages/tile/00000-old.parquet", b"old")
    code, out, _ = run(capsys, *words)
    assert code == 0
    assert "would be removed; nothing was. Add --remove" in out
    assert "keeps b: the latest" in out
    code, out, _ = run(capsys, *words, "--remove", "--json")
    assert code == 0
    done = json.loads(out)
    assert done["garbage"] == [{"kind": "stage", "files": 1, "bytes": 3}]
    assert done["proved"] == 3
    code, _, err = run(capsys, *words[:-1], -1)
    assert code == 2
    assert "--grace" in err


def test_a_mistyped_action_gets_the_nearest_suggested(capsys, root):
    code, _, err = run(capsys, "releases", "promot", "--root", root)
    assert code == 2
    assert "Did you mean “promote”?" in err
    assert "rollback" in run(capsys, "releases", "--help")[1]
