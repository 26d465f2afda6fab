"""What a root lost is made again from the command line, and no model is asked."""

import json

from flows.cli import main
from tasks.audit import audit
from tasks.storage.store import Store


def run(capsys, *words):
    code = main(list(map(str, words)))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_lost_stage_parts_and_files_of_a_release_are_remade_byte_for_byte(capsys, build, tmp_path):
    copy = build.copied(tmp_path)
    store = Store(str(copy.root))
    gone = [
        *(path for path in store.list("stages/tile") if path.count(".") == 1),
        *(path for path in store.list("stages/describe") if path.count(".") == 1),
        *(path for path in store.list("stages/validate") if path.count(".") == 1),
        *store.list(f"releases/{copy.version}/images"),
    ]
    before = {path: store.read(path) for path in gone}
    for path in gone:
        store.delete(path)
    code, out, err = run(capsys, "repair", "--root", copy.root)
    assert code == 0, err + out
    assert f"{len(gone)} remade, 0 lost" in out
    assert {path: store.read(path) for path in gone} == before
    assert audit(store, deep=True) == ()


def test_what_is_lost_for_good_is_listed(capsys, build, tmp_path):
    copy = build.copied(tmp_path)
    store = Store(str(copy.root))
    lost = next(iter(store.list(f"releases/{copy.version}/samples")))
    store.delete(lost)
    place = f"releases/{copy.version}/manifest.json"
    document = json.loads(store.read(place))
    store.write(place, json.dumps(document | {"inputs": []}).encode())
    code, out, _ = run(capsys, "repair", "--root", copy.root)
    assert code == 1
    assert f"{lost}: lost. The manifest names no stage part that it was made of" in out


def test_an_unknown_version_is_wrong_use(capsys, build):
    code, _, err = run(capsys, "repair", "--root", build.root, "--version", "frist")
    assert code == 2
    assert "Did you mean “first”?" in err


def test_a_release_is_pulled_by_either_name(capsys, build, tmp_path):
    for name, words in (("one", ["pull"]), ("two", ["releases", "pull"])):
        code, out, err = run(
            capsys, *words, "--root", build.root, "--output", tmp_path / name, "--rows", 5
        )
        assert code == 0, err
        assert out.startswith("5 samples on ")
    code, _, err = run(capsys, "pull", "--root", build.root, "--output", tmp_path)
    assert code == 2
    assert "holds something else" in err


def test_the_deep_audit_is_an_option_of_verify(capsys, build, tmp_path):
    copy = build.copied(tmp_path)
    store = Store(str(copy.root))
    store.delete(next(path for path in store.list("stages/adapt") if path.count(".") == 1))
    assert run(capsys, "verify", "--root", copy.root)[0] == 0
    code, out, _ = run(capsys, "verify", "--deep", "--root", copy.root)
    assert code == 1
    assert "a release rests on it and it is missing. “rs-gpt4v repair” remakes it" in out
