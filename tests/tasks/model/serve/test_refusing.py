"""What is refused, and what each answer says of the limits, by a raw and by the official client."""

import openai
import pytest

from tasks.model.serve import Checks, Faults, Options, Rates
from tests.tasks.model.serve._asking import body, endpoint, picture

LIMITED = Options(canned=True, rates=Rates(requests=1, tokens=1000, burst=7200))


def test_every_answer_tells_of_the_limits() -> None:
    with endpoint(LIMITED) as (raw, _):
        first, second = raw.ask(body(1)), raw.ask(body(2))
        wrong = raw.ask({})
        failed = raw.ask(body(3), "status_500")
    assert first.headers["x-ratelimit-limit-requests"] == "1"
    assert first.headers["x-ratelimit-remaining-requests"] == "119"
    assert second.headers["x-ratelimit-remaining-requests"] == "118"
    assert first.headers["x-ratelimit-reset-requests"].endswith("s")
    assert first.headers["x-ratelimit-limit-tokens"] == "1000"
    used = sum(seen.json["usage"]["total_tokens"] for seen in (first, second))
    assert 0 <= int(second.headers["x-ratelimit-remaining-tokens"]) - (120_000 - used) < 1000
    assert "x-ratelimit-remaining-requests" in wrong.headers
    assert "x-ratelimit-remaining-requests" in failed.headers
    assert "retry-after" not in failed.headers


def test_more_than_the_limit_is_refused_and_told_when_to_come_again() -> None:
    options = Options(canned=True, rates=Rates(requests=6, burst=0))
    with endpoint(options) as (raw, running):
        assert raw.ask(body(1)).status == 200
        seen = raw.ask(body(2))
        assert (seen.status, seen.error["code"]) == (429, "rate_limit_exceeded")
        assert 0 < float(seen.headers["retry-after"]) <= 10
        assert 0 < float(seen.headers["retry-after-ms"]) <= 10_000
        assert seen.headers["x-ratelimit-remaining-requests"] == "0"
        with (
            openai.OpenAI(base_url=running.url, api_key="k", max_retries=0) as client,
            pytest.raises(openai.RateLimitError, match="Rate limit reached"),
        ):
            client.chat.completions.create(**body(3))
        assert (running.bill.billed, running.bill.refused) == (1, 2)


def test_azures_headers_and_none_at_all() -> None:
    azure = Options(canned=True, rates=Rates(requests=6, burst=0, flavour="azure"))
    silent = Options(canned=True, rates=Rates(requests=6, burst=0, flavour="none"))
    with endpoint(azure) as (raw, _):
        headers = raw.ask(body(1)).headers
        assert headers["x-ratelimit-reset-requests"].isdigit()
        assert headers["x-ratelimit-renewalperiod-requests"] == "60"
    with endpoint(silent) as (raw, _):
        for seen in (raw.ask(body(1)), raw.ask(body(2))):
            assert not [name for name in seen.headers if "ratelimit" in name or "retry" in name]
        assert seen.status == 429


def test_an_unlimited_endpoint_says_nothing_of_limits() -> None:
    with endpoint() as (raw, _):
        assert not [name for name in raw.ask(body()).headers if "ratelimit" in name]


def test_a_wrong_key_is_refused_without_being_repeated() -> None:
    secret, wrong = "sk-right-key", "sk-wrong-key-of-a-caller"
    with endpoint(Options(canned=True, checks=Checks(key=secret))) as (raw, running):
        for seen in (
            raw.ask(body()),
            raw.ask(body(), Authorization=f"Bearer {wrong}"),
            raw.call("GET", "/v1/models", headers={"Authorization": f"Bearer {wrong}"}),
            raw.call("GET", "/v1/files"),
        ):
            assert (seen.status, seen.error["code"]) == (401, "invalid_api_key")
            assert wrong.encode() not in seen.content
            assert secret.encode() not in seen.content
        assert raw.ask(body(), Authorization=f"Bearer {secret}").status == 200
        assert raw.ask(body(), **{"api-key": secret}).status == 200
        assert raw.call("GET", "/bill").status == 200
        with (
            openai.OpenAI(base_url=running.url, api_key=wrong, max_retries=0) as client,
            pytest.raises(openai.AuthenticationError),
        ):
            client.chat.completions.create(**body())


@pytest.mark.parametrize(
    ("checks", "sent", "status", "code", "said"),
    [
        (Checks(models=("gpt-a",)), body(), 404, "model_not_found", "`any` does not exist"),
        (Checks(vision=False), body(1, "x", picture()), 400, None, "this model does not accept images"),
        (Checks(context=500), body(1, "x" * 4000), 400, "context_length_exceeded", "maximum context length is 500 tokens"),
        (Checks(context=500), body(max_tokens=600), 400, "context_length_exceeded", "in the completion"),
        (Checks(banned="forbidden"), body(1, "a forbidden word"), 400, "content_filter", "filtered"),
        (Checks(structured=False), body(), 400, None, "response_format is not supported"),
    ],
)  # fmt: skip
def test_what_the_model_does_not_take_is_refused_and_not_billed(checks, sent, status, code, said):
    with endpoint(Options(canned=True, checks=checks)) as (raw, running):
        seen = raw.ask(sent)
        assert (seen.status, seen.error["code"]) == (status, code)
        assert said in seen.error["message"]
        assert (running.bill.billed, running.bill.failed) == (0, 1)


def test_the_quota_ends_after_so_many_answers() -> None:
    with endpoint(Options(canned=True, checks=Checks(quota=2))) as (raw, running):
        assert [raw.ask(body(seed)).status for seed in range(3)] == [200, 200, 429]
        seen = raw.ask(body(4))
        assert (seen.error["code"], seen.error["type"]) == ("insufficient_quota",) * 2
        assert "retry-after" not in seen.headers
        assert running.bill.billed == 2


def test_faults_by_rate_happen_without_a_header() -> None:
    with endpoint(Options(canned=True, faults=Faults(status_503=1.0))) as (raw, running):
        assert {raw.ask(body(seed)).status for seed in range(5)} == {503}
        assert (running.bill.refused, running.bill.billed) == (5, 0)
