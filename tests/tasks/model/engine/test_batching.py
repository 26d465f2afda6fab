"""Mode batch: the same questions by batches, the rest one by one, and found again by mode sync."""

from schemas.params import ServiceParams, TeacherParams
from schemas.teacher import Synthesis
from tasks.model.asking import Asked, Question, Unanswered, ask_all
from tasks.model.engine import close_engines
from tasks.model.serve import Batching, Options, served
from tasks.storage.store import Store
from tests.tasks.model.engine._servers import SECRET, environment, numbered

PARAMS = TeacherParams(kind="openai", model="vision-1")
COUNT = 12


def outcomes(root, service: ServiceParams) -> list[Asked[Synthesis] | Unanswered]:
    def questions():
        for number in range(COUNT):
            yield Question(number, numbered(number), Synthesis)

    told = list(ask_all(PARAMS, service, Store(str(root)), questions))
    assert [subject for subject, _ in told] == list(range(COUNT))
    return [outcome for _, outcome in told]


def test_a_batch_answers_all_and_a_later_run_asks_nothing(tmp_path) -> None:
    options = Options(canned=True, batching=Batching(seconds=0.1))
    with served(options) as endpoint, environment(tmp_path, [endpoint.url], SECRET):
        made = outcomes(tmp_path / "root", ServiceParams(mode="batch"))
        assert endpoint.bill.batch_lines == COUNT
        assert endpoint.bill.billed == COUNT
        close_engines()
        found = outcomes(tmp_path / "root", ServiceParams(mode="sync"))
        assert endpoint.bill.billed == COUNT
    assert all(isinstance(one, Asked) and one.calls == 1 for one in made)
    assert all(isinstance(one, Asked) and one.calls == 0 for one in found)


def test_auto_takes_batches_only_where_the_deadline_allows(tmp_path) -> None:
    options = Options(canned=True, batching=Batching(seconds=0.1))
    with served(options) as endpoint, environment(tmp_path, [endpoint.url], SECRET):
        outcomes(tmp_path / "soon", ServiceParams(mode="auto", deadline=12))
        assert endpoint.bill.batch_lines == 0
        outcomes(tmp_path / "late", ServiceParams(mode="auto", deadline=24))
        assert endpoint.bill.batch_lines == COUNT
