"""Command review: makes sheets, takes in answers, shows what they say, and says what is wrong."""

import json

import pytest

from flows.cli import main
from schemas.approval import Approval
from schemas.review import ReviewOutcome, ReviewSheet
from tasks.review.kept import keep_approval
from tasks.storage.store import Store
from tests.tasks.review._answering import answer, answers, released, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    released(str(folder / "root"))
    return folder


@pytest.fixture
def root(folder):
    yield folder / "root"
    store = Store(str(folder / "root"))
    for path in store.list("reviews"):
        store.delete(path)


@pytest.fixture
def run(capsys, root):
    def said(*words):
        code = main(["review", *map(str, words), "--root", str(root)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return said


@pytest.fixture
def sheet(run, tmp_path):
    code, out, _ = run("make", "--samples", 12, "--output", tmp_path / "s.html", "--json")
    assert code == 0
    return ReviewSheet.model_validate_json(out)


def test_make_writes_the_sheet_and_says_what_is_on_it(run, tmp_path):
    file = tmp_path / "s.html"
    code, out, _ = run("make", "--samples", 12, "--output", file)
    assert code == 0
    assert file.read_text().startswith("<!doctype html>")
    assert f"12 of 36 samples of release v1, {file}" in out
    row = next(line.split() for line in out.splitlines() if line.startswith("vqa/dota"))
    assert [int(figure) for figure in row[1:]][1] >= 1
    assert list(tmp_path.iterdir()) == [file]


def test_the_same_command_makes_the_same_sheet(run, sheet, tmp_path, root):
    before = sorted(Store(str(root)).list("reviews"))
    first = (tmp_path / "s.html").read_bytes()
    again = run("make", "--samples", 12, "--output", tmp_path / "s.html", "--json")[1]
    assert ReviewSheet.model_validate_json(again) == sheet
    assert (tmp_path / "s.html").read_bytes() == first
    assert sorted(Store(str(root)).list("reviews")) == before


def test_import_shows_bounds_agreement_and_what_is_wrong(run, sheet, tmp_path, root):
    ana = [
        answer(sheet, 0, "wrong", kind="count", comment="four [sic]"),
        *answers(sheet, "-rrrrrrrrrru"),
    ]
    ben = answers(sheet, "wrrr", "Ben")
    files = [written(tmp_path / "a.jsonl", ana), written(tmp_path / "b.jsonl", ben)]
    code, out, _ = run("import", *files)
    assert code == 0
    assert "Took in 16 answers of Ana, Ben, 0 were there already." in out
    release = next(line for line in out.splitlines() if line.startswith("all "))
    assert release.split()[1:6] == ["36", "12", "10", "1", "1"]
    assert "are wrong (" in out
    assert "Were all that nobody could tell wrong" in out
    assert "Ana and Ben agree on 100 % of 4 samples (Cohen's kappa 1.00)." in out
    assert f"{sheet.samples[0].id}  {sheet.samples[0].stratum}  Ana  count: four [sic]" in out
    kept = [path for path in Store(str(root)).list("reviews") if "/outcomes/" in path]
    assert f"Kept in {root}/{kept[0]}." in out
    code, out, _ = run("import", *files)
    assert "Took in 0 answers of Ana, Ben, 16 were there already." in out


def test_show_says_what_was_imported_and_keeps_it_once(run, sheet, tmp_path, root):
    run("import", written(tmp_path / "a.jsonl", answers(sheet, "rrrrrrrrrrrw")))
    code, out, _ = run("show", "--json")
    assert code == 0
    outcome = ReviewOutcome.model_validate_json(out)
    assert outcome.release.tally.wrong == 1
    (path,) = (path for path in Store(str(root)).list("reviews") if "/outcomes/" in path)
    assert ReviewOutcome.model_validate_json((root / path).read_text()) == outcome


def test_strata_without_an_answer_are_said(run, sheet, tmp_path):
    code, out, _ = run("import", written(tmp_path / "a.jsonl", answers(sheet, "r")))
    assert code == 0
    assert "nothing is known yet: their strata have no answer" in out


def test_a_wrong_file_is_refused_with_every_mistake(run, sheet, tmp_path):
    rows = [row.model_copy(update={"sample": "f00d"}) for row in answers(sheet, "rr")]
    code, out, err = run("import", written(tmp_path / "a.jsonl", rows))
    assert (code, out) == (2, "")
    assert "a.jsonl, line 1: sample f00d is not on sheet" in err
    assert "a.jsonl, line 2: sample f00d is not on sheet" in err


def test_answers_are_replaced_when_that_is_asked(run, sheet, tmp_path):
    run("import", written(tmp_path / "a.jsonl", answers(sheet, "rr")))
    newer = written(tmp_path / "b.jsonl", answers(sheet, "rw"))
    assert run("import", newer)[0] == 2
    code, out, _ = run("import", newer, "--replace")
    assert code == 0
    assert "Took in 1 answers of Ana, 1 were there already, 1 earlier ones taken back." in out


def test_show_says_who_approved_with_answers_and_without(run, root, tmp_path):
    approval = Approval(
        version="v1",
        decision="refused",
        who="Ben",
        note="too many boats",
        asked="2026-01-02T03:04:05Z",
        decided="2026-01-02T04:04:05Z",
        flow_run="f",
    )
    keep_approval(Store(str(root)), approval)
    line = "Release v1, 2026-01-02T04:04:05Z: Ben refused it (“too many boats”).\n"
    assert run("show") == (0, line, "")
    _, out, _ = run("make", "--samples", 12, "--output", tmp_path / "s.html", "--json")
    rows = answers(ReviewSheet.model_validate_json(out), "rw")
    run("import", written(tmp_path / "a.jsonl", rows))
    assert run("show")[1].startswith(line)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mak"], "Unknown action “mak”. Did you mean “make”?"),
        (["import"], "“review import” needs the FILE that a reviewer downloaded"),
        (["show", "x.jsonl"], "“x.jsonl” follows “review show”, which takes no file."),
        (["show", "--seed", 0], "--seed belongs to “review make”, not to show."),
        (["make", "--replace"], "--replace belongs to “review import”, not to make."),
        (["make", "--samples", 0], "--samples 0: Input should be greater than or equal to 1."),
        (["make", "--long-side", 1], "--long-side 1 is not allowed; expected 64 to 8,192."),
        (["make", "--version", "v9"], "Unknown release “v9”"),
        (["show"], "No sheet was made of release “v1”"),
        (["make", "--smples", 3], "Did you mean “--samples”?"),
    ],
)
def test_wrong_use_is_said_in_one_sentence(run, words, said):
    code, _, err = run(*words)
    assert code == 2
    assert said in err


def test_a_sheet_that_cannot_be_written_is_said(run, tmp_path):
    code, _, err = run("make", "--output", tmp_path / "no" / "s.html")
    assert code == 1
    assert "Name another file by --output." in err


def test_json_of_import_is_the_outcome(run, sheet, tmp_path):
    code, out, _ = run("import", written(tmp_path / "a.jsonl", answers(sheet, "rw")), "--json")
    assert code == 0
    assert json.loads(out)["release"]["tally"] == {"right": 1, "wrong": 1, "unsure": 0}
