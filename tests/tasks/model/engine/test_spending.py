"""The budget: reserved before sending, settled after, and a clean stop where it ends."""

import asyncio
from pathlib import Path

import pytest

from schemas.errors import OverBudget, UsageError
from schemas.params import ServiceParams
from tasks.model.engine.ledger import Ledger
from tests.tasks.model.engine._servers import completion, engine_at, error, numbered, server

PRICES = "vision-1:\n  input: 1000\n  cached: 0\n  output: 1000\n"
COST = 14 * 1000 / 1e6  # US dollars of one answer: 11 tokens in, 3 out


def prices(folder: Path) -> dict[str, str]:
    file = folder / "prices.yaml"
    file.write_text(PRICES, encoding="utf-8")
    return {"RS_GPT4V_PRICES": str(file)}


def asked(engine, count: int) -> list:
    async def run():
        return await asyncio.gather(
            *(engine.answer(numbered(n)) for n in range(count)), return_exceptions=True
        )

    return engine.run(run())


def test_answers_say_what_they_cost(tmp_path) -> None:
    with (
        server((200, completion())) as (url, _),
        engine_at(tmp_path, url, **prices(tmp_path)) as engine,
    ):
        assert engine.run(engine.answer(numbered(0))).cost == pytest.approx(COST)


def test_without_a_price_the_cost_is_not_known_and_no_budget_can_be_kept(tmp_path) -> None:
    service = ServiceParams(budget=1)
    with server((200, completion())) as (url, seen):
        with engine_at(tmp_path, url) as engine:
            assert engine.run(engine.answer(numbered(0))).cost is None
        with engine_at(tmp_path, url, service=service) as engine, pytest.raises(UsageError):
            engine.run(engine.answer(numbered(1)))
    assert len(seen) == 1


def test_a_price_that_is_given_later_holds_for_the_next_engine_at_the_same_server(tmp_path) -> None:
    with server((200, completion())) as (url, _):
        for more, cost in (({}, None), (prices(tmp_path), pytest.approx(COST))):
            with engine_at(tmp_path, url, **more) as engine:
                assert engine.run(engine.answer(numbered(len(more)))).cost == cost


def test_the_budget_is_used_up_and_never_exceeded_and_what_was_paid_for_is_kept(tmp_path) -> None:
    with (
        server((200, completion())) as (url, seen),
        engine_at(
            tmp_path, url, service=ServiceParams(budget=5, period="ever"), **prices(tmp_path)
        ) as engine,
    ):
        told = asked(engine, 500)
        over = [one for one in told if isinstance(one, OverBudget)]
        paid = [one for one in told if not isinstance(one, BaseException)]
        assert len(over) + len(paid) == 500
        assert len(seen) == len(paid)
        spent = Ledger(str(tmp_path / "root"), 5, "ever").spent()
        assert spent == pytest.approx(COST * len(paid))
        assert 5 - 3 < spent <= 5  # one request may cost up to about 2 dollars
        assert all(one.key in engine.answers for one in paid)


def test_with_more_budget_the_rest_is_made_and_nothing_twice(tmp_path) -> None:
    with server((200, completion())) as (url, seen):
        for budget in (4, 40):
            service = ServiceParams(budget=budget, period="ever")
            with engine_at(tmp_path, url, service=service, **prices(tmp_path)) as engine:
                told = asked(engine, 300)
    assert not any(isinstance(one, BaseException) for one in told)
    assert len(seen) == 300


@pytest.mark.parametrize(
    ("reply", "left"), [((500, error("down")), 0.0), ((200, b'{"choi'), 1.0), ((0, None), 1.0)]
)
def test_what_may_have_been_billed_stays_spent(tmp_path, reply, left: float) -> None:
    service = ServiceParams(budget=100, period="ever", patience=1e-6)
    with (
        server(reply) as (url, _),
        engine_at(tmp_path, url, service=service, **prices(tmp_path)) as engine,
    ):
        assert len(asked(engine, 1)) == 1
        spent = Ledger(str(tmp_path / "root"), 100, "ever").spent()
    assert (spent > 0) == bool(left)


def test_what_is_spent_without_a_budget_counts_for_a_later_one(tmp_path) -> None:
    with (
        server((200, completion())) as (url, _),
        engine_at(tmp_path, url, **prices(tmp_path)) as engine,
    ):
        asked(engine, 3)
        assert Ledger(str(tmp_path / "root"), 1, "ever").spent() == pytest.approx(3 * COST)
