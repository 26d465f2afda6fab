"""From an id a person can say why a row exists, or why it does not."""

from pathlib import Path

import pytest

from schemas.errors import UsageError
from schemas.sample import Rejection, Sample
from schemas.vocabulary import TaskType
from tasks.explain import explain
from tasks.storage.parts import read_rows
from tests.fixtures.release import Made, make_build
from tests.fixtures.turned import with_turned


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    made = make_build(str(tmp_path_factory.mktemp("explain") / "root"), tiles=1)
    made.release("v1")
    return made


def _sample(made: Made, task: TaskType) -> Sample:
    rows = read_rows(made.store, made.of("validate")[0].path, Sample)
    return next(row for row in rows if row.task is task)


def test_a_generated_sample_names_picture_labels_prompt_request_and_raw_answer(made: Made) -> None:
    sample = _sample(made, TaskType.DETAILED_DESCRIPTION)
    found = explain(made.store, sample.id)
    assert (found.outcome, found.version, found.sample) == ("published", "v1", sample)
    assert found.picture is not None
    assert found.picture.file == "images/P0000.png"
    assert found.picture.window == sample.window
    assert (found.labels[0].file, found.labels[0].line) == ("labelTxt/P0001.txt", 3)
    assert found.prompt == "synthesize"
    assert found.answer is not None
    assert found.answer.messages[0].text == "You describe aerial photographs."
    assert found.answer.answer.text == '{"description": "raw answer"}'
    assert "offline-teacher wrote it" in found.why
    assert "support 1 of its 1 statement" in found.why


def test_a_turned_sample_names_the_sample_and_the_window_it_was_made_of(tmp_path: Path) -> None:
    made = with_turned(make_build(str(tmp_path / "root"), tiles=1))
    made.release("v1")
    rows = {row.id: row for row in read_rows(made.store, made.of("validate")[0].path, Sample)}
    turned = next(row for row in rows.values() if row.lineage.turned)
    found = explain(made.store, turned.id)
    how = turned.lineage.turned
    assert how is not None
    assert found.why.endswith(
        f" It is sample {how.sample}, turned with its picture ({how.symmetry})."
    )
    assert found.picture is not None
    assert (found.picture.window, found.picture.symmetry) == (rows[how.sample].window, how.symmetry)
    before = explain(made.store, how.sample).picture
    assert before is not None
    assert (found.picture.file, before.symmetry) == (before.file, None)


def test_an_adapted_sample_restates_labels_and_has_no_answer(made: Made) -> None:
    found = explain(made.store, _sample(made, TaskType.VQA).id, "v1")
    assert found.answer is None
    assert "restates labels" in found.why


def test_a_rejected_id_says_why_it_is_not_there(made: Made) -> None:
    lost = next(read_rows(made.store, made.of("verify")[0].beside("rejections"), Rejection))
    found = explain(made.store, lost.subject_id)
    assert found.outcome == "rejected"
    assert found.why.startswith("Rejected at verify because of wrong count: “Nine”")
    assert found.draft is not None
    assert found.picture is not None
    assert found.picture.file == "images/P0000.png"


def test_an_unknown_id_is_wrong_use(made: Made) -> None:
    with pytest.raises(UsageError, match="no sample and no rejection “nothing”"):
        explain(made.store, "nothing")


def test_an_answer_that_is_gone_is_left_out(tmp_path: Path) -> None:
    made = make_build(str(tmp_path / "root"), tiles=1)
    made.release("v1")
    sample = _sample(made, TaskType.DIALOGUE)
    key = sample.lineage.request_key
    assert key is not None
    for path in made.store.list("answers"):
        made.store.delete(path)
    found = explain(made.store, sample.id)
    assert found.answer is None
    assert found.request_key == key
