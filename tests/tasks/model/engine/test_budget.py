"""One budget for two processes with 64 requests in flight each, against the provider's own bill."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tasks.model.engine.ledger import Ledger
from tasks.model.serve import Latency, Options, Served, served

ASKER = r"""
import asyncio, json, sys
from schemas.errors import OverBudget
from schemas.params import ServiceParams, TeacherParams
from tasks.model.engine import close_engines, engine
from tests.tasks.model.engine._servers import numbered
root, budget, first, count = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
service = ServiceParams(budget=budget, period="month", concurrency=64)
asker = engine(TeacherParams(kind="openai", model="vision-1"), service, root)
async def run():
    asked = (asker.answer(numbered(first + n)) for n in range(count))
    return await asyncio.gather(*asked, return_exceptions=True)
told = asker.run(run())
paid = [one for one in told if not isinstance(one, BaseException)]
over = [one for one in told if isinstance(one, OverBudget)]
close_engines()
print(json.dumps([len(paid), len(over), sum(one.cost for one in paid)]))
"""
COUNT = 150  # requests of each process
ANSWER = 0.000875  # US dollars of one answer


class Askers:
    """Processes that ask an endpoint, all for one root."""

    def __init__(self, folder: Path, endpoint: Served) -> None:
        (folder / "prices.yaml").write_text("vision-1: {input: 2.5, cached: 1.25, output: 10}")
        self.folder, self.endpoint, self.ledgers = folder, endpoint, folder / "state" / "ledgers"
        self.settings = {
            "RS_GPT4V_PRICES": str(folder / "prices.yaml"),
            "RS_GPT4V_STATE_FOLDER": str(folder / "state"),
            "RS_GPT4V_OPENAI_BASE_URL": endpoint.url,
            "RS_GPT4V_OPENAI_API_KEY": "sk-test",
        }

    def start(self, budget: float, first: int) -> subprocess.Popen:
        """Start a process that asks COUNT requests from number ``first`` on."""
        root = str(self.folder / "root")
        command = [sys.executable, "-c", ASKER, root, str(budget), str(first), str(COUNT)]
        environment = os.environ | self.settings
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def run(self, budget: float) -> list[tuple[int, int, float]]:
        """Return what two processes at once tell: answers, refusals for the budget, dollars."""
        started = [self.start(budget, first) for first in (0, COUNT)]
        told = [json.loads(child.communicate(timeout=120)[0]) for child in started]
        assert all(child.returncode == 0 for child in started)
        return told


@pytest.fixture
def askers(tmp_path):
    with served(Options(canned=True, latency=Latency(first=0.02))) as endpoint:
        yield Askers(tmp_path, endpoint)


def test_the_bill_stays_below_the_budget_and_with_more_the_rest_is_made_once(askers) -> None:
    budget = 0.3 * 2 * COUNT * ANSWER
    told = askers.run(budget)
    bill = askers.endpoint.bill
    assert sum(over for _, over, _ in told) > 0
    assert 0.8 * budget < bill.cost <= budget
    assert sum(dollars for *_, dollars in told) == pytest.approx(bill.cost)

    told = askers.run(100 * budget)
    bill = askers.endpoint.bill
    assert bill.cost == pytest.approx(2 * COUNT * ANSWER)
    assert [(paid, over) for paid, over, _ in told] == [(COUNT, 0), (COUNT, 0)]
    assert (bill.billed, bill.billed_twice) == (2 * COUNT, 0)


def test_after_kills_no_more_is_billed_than_the_ledger_says_and_the_budget_allows(askers) -> None:
    budget = 2 * COUNT * ANSWER
    for _ in range(2):
        child, before = askers.start(budget, 0), askers.endpoint.bill.seen
        while askers.endpoint.bill.seen < before + 20 and child.poll() is None:
            time.sleep(0.002)
        child.kill()
        child.communicate()
    askers.run(budget)
    spent = Ledger(str(askers.folder / "root"), budget, "month", folder=askers.ledgers).spent()
    assert 20 * ANSWER < askers.endpoint.bill.cost <= spent <= budget
