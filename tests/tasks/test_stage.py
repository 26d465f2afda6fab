"""The stage decorator: cached by content, counted, whole or not at all, retried when it may help."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from schemas.arrow import arrow_schema, to_batch
from schemas.errors import AccountingError, TransientTeacherError
from schemas.record import Record, words_fingerprint
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity
from tasks._stage import Context, Where, find_part, is_transient, stage, write_part
from tasks.storage.parts import read_rows
from tasks.storage.store import Store


class Number(Record):
    value: int


class Doubling(Record):
    factor: int = 2


REJECTION = Rejection(
    stage="double",
    subject="sample",
    subject_id="x",
    source="s",
    reason=Reason.AMBIGUOUS,
    detail="d",
)
FINDING = Finding(
    source="s", kind=FindingKind.ZERO_AREA, severity=Severity.NOTE, file="f", detail="d", remedy="r"
)


@stage("double", writes=Number)
def double(context: Context, numbers, params: Doubling) -> Iterator[Record]:
    """Multiply numbers; odd ones are rejected, four is odd in another way."""
    for row in context.rows(numbers, Number):
        context.candidates += 1
        if row.value == 4:
            yield FINDING
        yield REJECTION if row.value % 2 else Number(value=row.value * params.factor)


@stage("columns", writes=Number)
def columns(context: Context, numbers) -> Iterator[Record]:
    """Double numbers batch by batch, with a record before and after each."""
    for batch in context.batches(numbers, Number):
        context.candidates += 2 + batch.num_rows + 3
        values = batch.column("value").to_pylist()
        yield Number(value=-1)
        yield to_batch([Number(value=2 * value) for value in values], Number)
        yield to_batch([], Number)
        yield to_batch([REJECTION] * 2, Rejection)
        yield REJECTION
        yield to_batch([FINDING], Finding)
        yield Number(value=-2)


@stage("foreign", writes=Number)
def foreign(context: Context) -> Iterator[Record]:
    """Yield a batch of something else."""
    yield to_batch([Doubling()], Doubling)


@stage("lose", writes=Number)
def lose(context: Context) -> Iterator[Record]:
    """Forget its only candidate."""
    context.candidates += 1
    yield from ()


@pytest.fixture
def where(tmp_path):
    return Where(root=str(tmp_path), shard=3)


@pytest.fixture
def numbers(where):
    store = Store(where.root)
    return write_part("numbers", 3, "k", Number, store, [Number(value=n) for n in (1, 2, 3, 4)])


def test_a_stage_keeps_rows_rejections_and_findings_apart(where, numbers):
    part = double.fn(where, numbers, Doubling())
    assert (part.candidates, part.rows, part.rejections, part.findings) == (4, 2, 2, 1)
    store = Store(where.root)
    assert [row.value for row in read_rows(store, part.path, Number)] == [4, 8]
    assert list(read_rows(store, part.beside("rejections"), Rejection)) == [REJECTION] * 2
    assert list(read_rows(store, part.beside("findings"), Finding)) == [FINDING]


def test_a_stage_yields_batches_among_records_and_they_stay_in_order(where, numbers):
    part = columns.fn(where, numbers)
    assert (part.candidates, part.rows, part.rejections, part.findings) == (9, 6, 3, 1)
    store = Store(where.root)
    assert [row.value for row in read_rows(store, part.path, Number)] == [-1, 2, 4, 6, 8, -2]
    assert list(read_rows(store, part.beside("rejections"), Rejection)) == [REJECTION] * 3
    assert list(read_rows(store, part.beside("findings"), Finding)) == [FINDING]
    assert not columns.fn(where, numbers).made


def test_batches_have_the_columns_of_the_record_asked_for(where, numbers):
    (batch,) = Context(Store(where.root), 3).batches(numbers, Number)
    assert batch.schema.equals(arrow_schema(Number))
    assert batch.column("value").to_pylist() == [1, 2, 3, 4]


def test_a_batch_of_other_columns_is_refused_and_nothing_is_written(where):
    with pytest.raises(TypeError, match=r"Stage foreign yielded .*'factor'.* neither .* Number"):
        foreign.fn(where)
    assert Store(where.root).list("stages") == []


def test_files_beside_a_part_are_there_only_where_they_have_rows(where):
    part = write_part("numbers", 3, "k", Number, Store(where.root), [Number(value=1)])
    assert Store(where.root).list("stages") == [part.path]


def test_rejections_are_in_their_file_before_the_rows_appear(where, monkeypatch):
    numbers = write_part("numbers", 3, "k", Number, Store(where.root), [Number(value=1)])
    appeared = []
    create = Store.create

    @contextmanager
    def watched(self, path):
        with create(self, path) as file:
            yield file
        appeared.append(path)

    monkeypatch.setattr(Store, "create", watched)
    part = double.fn(where, numbers, Doubling())
    assert appeared == [part.beside("rejections"), part.path]


def test_a_second_run_finds_the_part_with_all_its_counts(where, numbers):
    made = double.fn(where, numbers, Doubling())
    found = double.fn(where, numbers, Doubling())
    assert made.made
    assert found == made.model_copy(update={"made": False})


def test_another_parameter_makes_another_part(where, numbers):
    assert (
        double.fn(where, numbers, Doubling()).key
        != double.fn(where, numbers, Doubling(factor=3)).key
    )


@pytest.mark.parametrize("table", ["rejections", "findings", None])
def test_a_part_of_which_a_file_is_gone_is_remade_alike(where, numbers, table):
    part = double.fn(where, numbers, Doubling())
    path = part.beside(table) if table else part.path
    store = Store(where.root)
    before = store.read(path)
    store.delete(path)
    assert double.fn(where, numbers, Doubling()).made
    assert store.read(path) == before


def test_a_torn_part_is_remade(where, numbers):
    part = double.fn(where, numbers, Doubling())
    store = Store(where.root)
    store.write(part.path, store.read(part.path)[:-7])
    assert double.fn(where, numbers, Doubling()).made
    assert len(list(read_rows(store, part.path, Number))) == 2


def test_a_stage_that_loses_a_candidate_is_stopped_and_writes_nothing(where):
    with pytest.raises(AccountingError, match="0 rows \\+ 0 rejections are not 1 candidates"):
        lose.fn(where)
    assert Store(where.root).list("stages") == []


def test_a_part_that_was_never_written_is_not_found(where):
    assert find_part(Store(where.root), "double", 3, "no") is None


@pytest.mark.parametrize(
    ("error", "again"), [(TransientTeacherError("busy"), True), (ValueError("wrong"), False)]
)
def test_only_what_may_pass_is_tried_again(error, again):
    from prefect.states import Failed

    assert is_transient(None, None, Failed(data=error)) is again


def test_a_changed_word_list_makes_another_key(tmp_path, monkeypatch):
    package = tmp_path / "wording"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "names.yaml").write_text("one: 1")
    monkeypatch.syspath_prepend(tmp_path)
    before = words_fingerprint("wording")
    words_fingerprint.cache_clear()
    (package / "names.yaml").write_text("one: 2")
    assert words_fingerprint("wording") != before


def test_the_key_does_not_depend_on_how_arguments_are_passed(where):
    source = write_part("numbers", 3, "abc", Number, Store(where.root), [Number(value=2)])
    keys = {
        double.fn(where, source, Doubling()).key,
        double.fn(where, numbers=source, params=Doubling()).key,
        double.fn(where, params=Doubling(), numbers=source).key,
    }
    assert len(keys) == 1
