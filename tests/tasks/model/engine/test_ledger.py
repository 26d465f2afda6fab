"""The budget: never exceeded, by no number of threads, processes and kills."""

import datetime
import os
import signal
import subprocess
import sys
import threading

import pytest

from schemas.errors import OverBudget, StorageError
from tasks.model.engine.ledger import Ledger


@pytest.fixture
def ledger(tmp_path):
    """Open ledgers of one root; each is as one process."""
    opened = []

    def make(budget=1.0, period="ever", root=tmp_path / "root", **more):
        opened.append(Ledger(str(root), budget, period, folder=tmp_path / "ledgers", **more))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_what_is_settled_and_reserved_never_exceeds_the_budget(ledger):
    book = ledger(1.0)
    book.reserve("a", 0.6)
    with pytest.raises(OverBudget):
        book.reserve("b", 0.5)
    book.settle("a", 0.1)
    book.reserve("b", 0.9)
    assert book.spent() == 1.0
    with pytest.raises(OverBudget):
        book.reserve("c", 0.000000001)


def test_the_error_says_what_is_spent_and_reserved_and_what_to_do(ledger):
    book = ledger(1.5, "month", today=lambda: datetime.date(2026, 11, 24))
    book.reserve("a", 0.6)
    book.settle("a", 0.25)
    book.reserve("b", 0.5)
    with pytest.raises(OverBudget) as error:
        book.reserve("c", 0.8)
    assert str(error.value) == (
        "The next request may cost $0.8000. Of $1.50 for this month, $0.2500 are spent and $0.5000 "
        "are set aside for requests on their way or of runs that were killed. What was paid for is "
        "kept: raise service.budget, or build again next month (UTC)."
    )


def test_without_a_budget_the_books_are_kept(ledger):
    ledger(None).reserve("a", 1000)
    with pytest.raises(OverBudget):
        ledger(999.0).reserve("b", 0.01)


def test_sums_are_exact_to_a_billionth(ledger):
    book = ledger(1.0)
    for number in range(1000):
        book.reserve(str(number), 0.000000701)
        book.settle(str(number), 0.000000101)
    assert book.spent() == 0.000101


def test_what_was_not_billed_is_given_back(ledger):
    book = ledger(1.0)
    book.reserve("a", 1.0)
    book.settle("a", 0)
    assert (book.spent(), book.reserved()) == (0, 0)


def test_a_cost_above_the_worst_counts_as_it_was_and_more_is_set_aside_from_then_on(ledger):
    book = ledger(2.0)
    book.reserve("a", 0.1)
    book.settle("a", 0.2)
    assert book.spent() == 0.2
    ledger(2.0).reserve("b", 0.1)
    assert book.reserved() == pytest.approx(0.21)


def test_a_server_that_invents_its_usage_stops_no_later_build(ledger):
    book = ledger(1e9)
    book.reserve("a", 0.1)
    book.settle("a", 1000.0)
    book.reserve("b", 0.1)
    assert book.reserved() == pytest.approx(0.4)


def test_a_higher_budget_goes_on_from_what_was_spent(ledger):
    ledger(0.5).reserve("a", 0.5)
    more = ledger(0.8)
    more.reserve("b", 0.3)
    with pytest.raises(OverBudget):
        more.reserve("c", 0.1)


def test_a_day_ends_at_midnight_utc_and_a_month_is_its_days(ledger):
    day = [datetime.date(2026, 11, 30)]
    book = ledger(1.0, "day", today=lambda: day[0])
    month = ledger(2.0, "month", today=lambda: day[0])
    book.reserve("a", 0.5)
    book.reserve("b", 0.5)
    book.settle("b", 0.4)
    day[0] = datetime.date(2026, 12, 1)
    assert (book.spent(), month.spent()) == (0, 0)
    book.reserve("c", 1.0)
    book.settle("a", 0.2)  # of the day on which it was reserved
    assert (book.spent(), month.spent()) == (1.0, 1.0)
    day[0] = datetime.date(2026, 12, 2)
    book.reserve("d", 1.0)
    assert (book.spent(), month.spent()) == (1.0, 2.0)
    assert ledger(9.0, "ever", today=lambda: day[0]).spent() == 2.6
    with pytest.raises(OverBudget, match="for this month"):
        month.reserve("e", 0.1)


def test_each_root_has_its_own_however_it_is_spelled(ledger, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger(1.0, root="build/").reserve("a", 1.0)
    ledger(1.0, root="other").reserve("a", 1.0)
    with pytest.raises(OverBudget):
        ledger(1.0, root=tmp_path / "build").reserve("b", 0.1)


def test_one_request_sent_twice_is_counted_twice(ledger):
    book, other = ledger(1.0), ledger(1.0)
    book.reserve("a", 0.4)
    other.reserve("a", 0.4)  # the first may have been billed
    with pytest.raises(OverBudget):
        book.reserve("a", 0.4)
    other.settle("a", 0.1)
    book.settle("a", 0.2)
    assert book.spent() == pytest.approx(0.3)


def test_a_batch_is_reserved_once_and_settled_by_whoever_collects_it(ledger):
    ledger(1.0).reserve("batch", 0.9, shared=True)
    later = ledger(1.0)
    later.reserve("batch", 0.8, shared=True)
    assert later.spent() == 0.8
    with pytest.raises(OverBudget):
        later.reserve("batch", 1.1, shared=True)
    assert later.spent() == 0.8
    ledger(1.0).settle("batch", 0.3, shared=True)
    assert (later.spent(), later.reserved()) == (0.3, 0)


def test_what_was_never_reserved_is_added(ledger):
    ledger(1.0).reserve("a", 0.5)
    ledger(None).settle("a", 0.2)  # a run without a budget, after one that was killed
    assert ledger(1.0).spent() == pytest.approx(0.7)


def test_a_new_ledger_can_begin_with_what_stored_answers_cost(ledger):
    book = ledger(1.0)
    book.seed([0.25, None, 0.5])
    book.seed([0.25])
    assert book.spent() == 0.75
    assert ledger(1.0, "day").spent() == 0


def test_a_ledger_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"ledger .*file.* cannot be opened"):
        Ledger("root", 1.0, "ever", folder=tmp_path / "file").reserve("a", 0.1)


def test_a_damaged_ledger_is_named(ledger, tmp_path):
    book = ledger(1.0)
    book.reserve("a", 0.1)
    book.close()
    (file,) = (tmp_path / "ledgers").glob("*.sqlite")
    file.write_bytes(b"no ledger" * 1000)
    with pytest.raises(StorageError, match=r"sqlite of what was spent cannot be .*or delete"):
        book.reserve("b", 0.1)


def test_threads_share_one_ledger(ledger):
    book, refused = ledger(0.5), []

    def work(number):
        try:
            book.reserve(str(number), 0.1)
        except OverBudget:
            refused.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 15


CHILD = r"""
import sys, threading
from pathlib import Path
from schemas.errors import OverBudget
from tasks.model.engine.ledger import Ledger
book = Ledger(sys.argv[1], 1.0, "ever", folder=Path(sys.argv[2]))
def work(name):
    for number in range(5):
        try:
            book.reserve(f"{name}-{number}", 0.01)
        except OverBudget:
            return
        sys.stdout.write("0.005\n")
        book.settle(f"{name}-{number}", 0.005)
threads = [threading.Thread(target=work, args=(f"{sys.argv[3]}-{n}",)) for n in range(64)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


def _child(code, tmp_path, *more):
    command = [sys.executable, "-c", code, str(tmp_path / "root"), str(tmp_path / "ledgers"), *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_two_processes_of_64_threads_stay_within_one_budget(ledger, tmp_path):
    children = [_child(CHILD, tmp_path, str(n)) for n in range(2)]
    billed = sum(float(line) for child in children for line in child.communicate()[0].split())
    assert all(child.returncode == 0 for child in children)
    assert 0.9 < billed <= 1.0 + 1e-9
    assert ledger(1.0).spent() == pytest.approx(billed)


KILLED = """
import sys, time
from pathlib import Path
from tasks.model.engine.ledger import Ledger
book = Ledger(sys.argv[1], 1.0, "ever", folder=Path(sys.argv[2]))
for key in ("settled", "sent"):
    book.reserve(key, 0.3)
book.settle("settled", 0.1)
print("reserved", flush=True)
time.sleep(60)
"""


def test_what_a_killed_process_had_reserved_counts_on(ledger, tmp_path):
    child = _child(KILLED, tmp_path)
    assert child.stdout.readline() == "reserved\n"
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    book = ledger(1.0)
    assert book.spent() == pytest.approx(0.4)
    book.reserve("sent", 0.3)  # asked again: the first may have been billed too
    book.settle("sent", 0.2)
    assert book.spent() == pytest.approx(0.6)
    with pytest.raises(OverBudget):
        book.reserve("more", 0.5)


def test_a_forked_child_reserves_for_itself(ledger):
    book = ledger(1.0)
    book.reserve("a", 0.4)
    child = os.fork()
    if child == 0:
        try:
            book.reserve("b", 0.4)
            os._exit(0)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    assert book.spent() == pytest.approx(0.8)
