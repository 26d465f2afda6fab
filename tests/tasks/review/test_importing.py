"""Answers come in whole or not at all: each mistake is named with its file, its line and a remedy."""

import json

import pytest

from schemas.errors import DamagedPart, UsageError
from tasks.review.importing import import_answers
from tasks.review.kept import kept_answers, kept_sheets
from tasks.storage.store import Store
from tests.tasks.review._answering import VERSION, answer, answers, released, with_sheet, written


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("importing") / "root")
    released(folder)
    return folder


@pytest.fixture
def store(root):
    store = Store(root)
    yield store
    for path in store.list("reviews"):
        store.delete(path)


@pytest.fixture
def sheet(store):
    return with_sheet(store, samples=12)


def changed(row, **fields):
    return row.model_copy(update=fields)


def kept(store):
    return [row for rows in kept_answers(store, VERSION).values() for row in rows]


def test_a_file_comes_in_once_however_often_it_is_imported(store, sheet, tmp_path):
    file = written(tmp_path / "a.jsonl", answers(sheet, "rrwu"))
    first = import_answers(store, None, [file])
    before = {path: store.read(path) for path in store.list("reviews")}
    second = import_answers(store, VERSION, [file, file])
    assert (first.taken, first.known, first.reviewers) == (4, 0, ("Ana",))
    assert (second.taken, second.known, second.withdrawn) == (0, 4, 0)
    assert {path: store.read(path) for path in store.list("reviews")} == before


def test_what_is_kept_can_be_imported_into_another_copy_of_the_root(store, sheet, tmp_path):
    import_answers(store, None, [written(tmp_path / "a.jsonl", answers(sheet, "rw"))])
    (path,) = kept_answers(store, VERSION)
    (tmp_path / "b.jsonl").write_bytes(store.read(path))
    assert import_answers(store, None, [tmp_path / "b.jsonl"]).known == 2


def test_a_longer_file_of_the_same_reviewer_adds_what_is_new(store, sheet, tmp_path):
    import_answers(store, None, [written(tmp_path / "a.jsonl", answers(sheet, "rr"))])
    done = import_answers(store, None, [written(tmp_path / "b.jsonl", answers(sheet, "rrww"))])
    assert (done.taken, done.known) == (2, 2)


def test_files_of_several_reviewers_are_kept_apart(store, sheet, tmp_path):
    files = [
        written(tmp_path / f"{name}.jsonl", answers(sheet, said, name))
        for name, said in (("Ana", "rrr"), ("Ben", "rwr"))
    ]
    assert import_answers(store, None, files).reviewers == ("Ana", "Ben")
    assert len(kept_answers(store, VERSION)) == 2


def test_an_answer_that_changed_needs_to_be_replaced(store, sheet, tmp_path):
    import_answers(store, None, [written(tmp_path / "a.jsonl", answers(sheet, "rrr"))])
    newer = written(tmp_path / "b.jsonl", answers(sheet, "rw"))
    with pytest.raises(UsageError) as said:
        import_answers(store, None, [newer])
    text = str(said.value)
    assert f"{newer}, line 2: Ana answered sample {sheet.samples[1].id} twice: right in" in text
    assert "wrong here" in text
    assert "--replace" in text
    done = import_answers(store, None, [newer], replace=True)
    assert (done.taken, done.known, done.withdrawn) == (1, 1, 2)
    assert [row.answer for row in sorted(kept(store), key=lambda x: x.answer)] == ["right", "wrong"]


def test_replacing_takes_back_all_of_that_reviewer_and_nothing_of_others(store, sheet, tmp_path):
    other = with_sheet(store, samples=12, seed=5)
    rows = [*answers(sheet, "r", "Ben"), *answers(other, "-r", "Ben"), *answers(sheet, "r")]
    import_answers(store, None, [written(tmp_path / "a.jsonl", rows)])
    newer = written(tmp_path / "b.jsonl", answers(sheet, "w", "Ben"))
    assert import_answers(store, None, [newer], replace=True).withdrawn == 2
    assert {(row.reviewer, row.answer) for row in kept(store)} == {
        ("Ana", "right"),
        ("Ben", "wrong"),
    }


def test_one_reviewer_says_one_thing_of_a_sample_on_two_sheets(store, sheet, tmp_path):
    both = with_sheet(store, samples=36)
    place = [one.id for one in both.samples].index(sheet.samples[0].id)
    rows = [answer(sheet, 0, "right"), answer(both, place, "wrong")]
    with pytest.raises(UsageError, match=r"twice: right in .*, wrong here"):
        import_answers(store, None, [written(tmp_path / "a.jsonl", rows)])


def test_the_margins_of_names_and_comments_do_not_count(store, sheet, tmp_path):
    row = json.loads(answer(sheet, 0, "wrong", comment="no  ship").model_dump_json())
    row |= {"reviewer": " Ana\n", "comment": " no ship\t"}
    (tmp_path / "a.jsonl").write_text(json.dumps(row), encoding="utf-8-sig")
    import_answers(store, None, [tmp_path / "a.jsonl"])
    assert [(one.reviewer, one.comment) for one in kept(store)] == [("Ana", "no ship")]


BAD = [
    (lambda row: {"version": "v2"}, "line 2: it answers release “v2”, not “v1”"),
    (lambda row: {"manifest_sha256": "0" * 64}, "line 2: it answers another release of the name “v1”"),
    (lambda row: {"sheet": "feed"}, "line 2: sheet feed was not made of"),
    (lambda row: {"sample": "f00d"}, "line 2: sample f00d is not on sheet"),
    (lambda row: {"stratum": "vqa/dota/repaired"}, "is of stratum"),
    (lambda row: {"reviewer": " "}, "line 2: reviewer: the reviewer has no name"),
    (lambda row: {"answer": "maybe"}, "line 2: answer: Input should be 'right', 'wrong' or 'unsure'"),
    (lambda row: {"seconds": -1}, "line 2: seconds: Input should be greater than or equal to 0"),
    (lambda row: {"kind": "count"}, "line 2: “count” is what is wrong, but the answer is “right”"),
    (lambda row: {"extra": 1}, "line 2: extra: Extra inputs are not permitted"),
    (lambda row: {"sample": row["sample"], "comment": "x" * 20_000}, "line 2: comment: String should"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BAD)
def test_a_wrong_line_is_named_and_nothing_is_taken_in(store, sheet, tmp_path, change, said):
    first, second = (json.loads(row.model_dump_json()) for row in answers(sheet, "rr"))
    file = tmp_path / "a.jsonl"
    file.write_text(f"{json.dumps(first)}\n{json.dumps(second | change(second))}\n")
    with pytest.raises(UsageError, match="Nothing was imported") as error:
        import_answers(store, None, [file])
    assert str(file) in str(error.value)
    assert said in str(error.value)
    assert kept(store) == []


def test_a_torn_file_is_named_with_its_line(store, sheet, tmp_path):
    file = written(tmp_path / "a.jsonl", answers(sheet, "rrr"))
    file.write_text(file.read_text()[:-40])
    with pytest.raises(UsageError, match="line 3: it is no whole JSON object, so the file is torn"):
        import_answers(store, None, [file])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no answer"),
        (b"\n \n", "holds no answer"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"[]\n", "line 1: Input should be an object"),
    ],
)
def test_a_file_without_answers_is_said(store, sheet, tmp_path, content, said):
    (tmp_path / "a.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match=said):
        import_answers(store, None, [tmp_path / "a.jsonl"])
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        import_answers(store, None, [tmp_path / "no.jsonl"])


def test_one_reviewer_who_says_two_things_in_one_file_is_named(store, sheet, tmp_path):
    rows = [answer(sheet, 0, "wrong", kind="count", comment="four"), answer(sheet, 0, "unsure")]
    with pytest.raises(UsageError, match="line 2: Ana answered") as error:
        import_answers(store, None, [written(tmp_path / "a.jsonl", rows)])
    assert "wrong (count “four”) in" in str(error.value)


def test_many_mistakes_are_told_up_to_ten(store, sheet, tmp_path):
    rows = [changed(row, sample=f"{n}") for n, row in enumerate(answers(sheet, "r" * 12))]
    with pytest.raises(UsageError, match="… and 2 more") as error:
        import_answers(store, None, [written(tmp_path / "a.jsonl", rows)])
    assert len(str(error.value).splitlines()) == 12


def test_answers_to_a_release_without_a_sheet_are_refused(store, sheet, tmp_path):
    file = written(tmp_path / "a.jsonl", answers(sheet, "r"))
    for path in store.list("reviews"):
        store.delete(path)
    with pytest.raises(UsageError, match="No sheet was made of release “v1”"):
        import_answers(store, None, [file])
    with pytest.raises(UsageError, match="Unknown release “v7”"):
        import_answers(store, "v7", [file])


def test_a_damaged_kept_file_is_named(store, sheet, tmp_path):
    import_answers(store, None, [written(tmp_path / "a.jsonl", answers(sheet, "r"))])
    (path,) = kept_answers(store, VERSION)
    store.write(path, store.read(path)[:-9])
    with pytest.raises(DamagedPart, match="import the reviewer's file again"):
        kept_answers(store, VERSION)
    store.write(f"reviews/{VERSION}/sheets/{sheet.id}.json", b"")
    with pytest.raises(DamagedPart, match="it is empty"):
        kept_sheets(store, VERSION)
