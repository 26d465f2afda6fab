"""A process that is told to end writes no row and opens no teacher; another run may begin in it."""

import pytest

from schemas.errors import Stopped
from schemas.params import ServiceParams, TeacherParams
from schemas.record import Record
from tasks.model.teacher import open_teacher
from tasks.stopping import raise_if_stopped, resume_work, stop_work
from tasks.storage.parts import PartWriter
from tasks.storage.store import Store


class Row(Record):
    """One row per number."""

    number: int


@pytest.fixture
def stopped():
    stop_work()
    yield
    resume_work()


def test_no_row_is_written_and_no_part_appears(tmp_path):
    store = Store(str(tmp_path))
    with pytest.raises(Stopped, match="run it again"), store.create("a.parquet") as file:  # noqa: PT012, SIM117
        with PartWriter(file, Row) as writer:
            writer.write(Row(number=1))
            stop_work()
            try:
                writer.write(Row(number=2))
            finally:
                resume_work()
    assert store.list("") == []


def test_no_teacher_is_opened(stopped, tmp_path):
    with pytest.raises(Stopped):
        open_teacher(TeacherParams(), ServiceParams(), str(tmp_path))


def test_another_run_may_begin(stopped):
    resume_work()
    raise_if_stopped()
