"""Prices: the user's table, the kept table, and what an answer costs."""

import datetime

import pytest

from schemas.errors import UsageError
from schemas.settings import settings
from schemas.teacher import Message, ModelRequest, Spent
from tasks.model.engine.prices import Price, cost, price_of, worst_cost

PRICE = Price(input=2.5, cached=1.25, output=10, source="test", date="2026-11-24")


@pytest.fixture
def table(tmp_path, monkeypatch):
    def write(text):
        (tmp_path / "prices.yaml").write_text(text)
        monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))
        settings.cache_clear()

    yield write
    settings.cache_clear()


def test_the_kept_table_knows_dated_names_and_whom_a_url_belongs_to():
    price = price_of("gpt-4o-2024-08-06", None)
    assert (price.input, price.cached, price.output, price.batch) == (2.5, 1.25, 10.0, 0.5)
    assert price_of("gpt-4o", "https://api.openai.com/v1") == price_of("gpt-4o", None)
    assert price.source.startswith("genai-prices ")
    assert price.source.endswith(", openai gpt-4o")
    assert "2026-01-01" < price.date <= str(datetime.datetime.now(datetime.UTC).date())


def test_a_batch_is_cheaper_only_where_the_provider_says_so():
    assert price_of("gpt-4o-mini", None).batch == 0.5
    assert price_of("claude-opus-4-7", "https://api.anthropic.com/v1").batch == 0.5
    assert price_of("qwen/qwen2.5-vl-72b-instruct", "https://openrouter.ai/api/v1").batch == 1


def test_a_price_that_rises_with_the_prompt_is_that_of_short_prompts():
    assert price_of("gpt-5.4", None).input == 2.5


def test_azure_is_known_by_its_address():
    assert price_of("gpt-4o", "https://me.openai.azure.com/openai/v1").output == 10


def test_what_nobody_states_a_price_for_has_none():
    assert price_of("my-own-model", None) is None
    assert price_of("gpt-4o", "http://127.0.0.1:8000/v1") is None
    assert price_of("offline-teacher", "http://127.0.0.1:8000/v1").output == 0


def test_the_users_table_wins(table):
    table(
        "qwen-*: {input: 0, output: 0}\ngpt-4o: {input: 1, output: 2, date: 2026-11-01, source: contract}\n"
    )
    assert price_of("qwen-vl-7b", "http://127.0.0.1:8000/v1").output == 0
    price = price_of("gpt-4o", None)
    assert (price.input, price.cached, price.output) == (1, 1, 2)
    assert (price.source, price.date) == ("contract", "2026-11-01")
    assert price_of("gpt-4.1", None).source.startswith("genai-prices ")


def test_a_price_may_be_for_one_server_only(table):
    table(
        "gpt-4o: {server: 'http://127.0.0.1:', input: 1, output: 2}\n"
        "gpt-*: {server: 'http://127.0.0.2:', input: 3, output: 4, cached: 0.5, batch: 0.75}\n"
    )
    assert price_of("gpt-4o", "http://127.0.0.1:8000/v1").input == 1
    there = price_of("gpt-4o", "http://127.0.0.2:8000/v1")
    assert (there.input, there.cached, there.batch) == (3, 0.5, 0.75)
    assert price_of("gpt-4o", None).input == 2.5
    assert price_of("gpt-4o", "http://127.0.0.3:8000/v1") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {input: 1, output: 2}\ngpt-4o: {input: -1, output: 2}\n", r"line 2: .*“gpt-4o”.*input: .*greater than or equal to 0"),
        ("a: {input: 1, output: 2}\ngpt-4o:\n  input: 1\n  output: -2\n", r"line 4: .*output: .*found -2"),
        ("gpt-4o: {input: .nan, output: 2}\n", "line 1: .*input: .*finite"),
        ("gpt-4o: {input: 1}\n", "line 1: .*output: .*required"),
        ("gpt-4o: {input: 1, output: 1, inputt: 3}\n", "line 1: .*inputt: .*not permitted"),
        ("gpt-4o: cheap\n", "line 1: .*gpt-4o"),
        ("- 1\n", "holds no prices"),
        ("a: [\n", "cannot be read"),
    ],
)  # fmt: skip
def test_a_wrong_table_says_where(table, text, said):
    table(text)
    with pytest.raises(UsageError, match=f"(?s){said}"):
        price_of("gpt-4o", None)


def test_a_table_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("RS_GPT4V_PRICES", "no/such.yaml")
    settings.cache_clear()
    with pytest.raises(UsageError, match=r"no/such.yaml, which does not exist"):
        price_of("gpt-4o", None)
    settings.cache_clear()


def test_cached_tokens_and_batches_cost_less():
    spent = Spent(prompt_tokens=1000, cached_tokens=400, completion_tokens=100)
    assert cost(PRICE, spent) == pytest.approx((600 * 2.5 + 400 * 1.25 + 100 * 10) / 1e6)
    assert cost(PRICE, spent, batch=True) == pytest.approx(cost(PRICE, spent) / 2)


def test_costs_are_exact_to_a_billionth():
    price = Price(input=0.15, cached=0.075, output=0.6, source="test", date="2026-11-24")
    one = cost(price, Spent(prompt_tokens=12_347, cached_tokens=1024, completion_tokens=353))
    assert str(one) == "0.00198705"
    assert cost(price, Spent(prompt_tokens=1)) == 0.00000015


def test_the_worst_cost_covers_a_prompt_of_short_tokens_and_the_longest_answer():
    request = ModelRequest(
        purpose="describe", prompt_fingerprint="p", model="gpt-4o", reply="Synthesis",
        messages=(Message(role="user", text="{1,2}" * 200),), temperature=0, max_tokens=500, seed=0,
    )  # fmt: skip
    assert worst_cost(PRICE, request) >= (500 * 2.5 + 500 * 10) / 1e6
