import pytest

from tasks.model.engine.headers import Allowance, allowance, in_lower_case, retry_after, seconds

DATE = "Wed, 21 Oct 2015 07:28:00 GMT"
LATER = "Wed, 21 Oct 2015 07:28:30 GMT"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1s", 1), ("6m0s", 360), ("17ms", 0.017), ("1h2m3.5s", 3723.5), ("12", 12), ("0", 0),
        ("1d", 86_400), ("250µs", 250e-6), (" 2M ", 120), ("", None), ("soon", None), ("-1", None),
        ("1s later", None), ("nan", None), ("inf", None),
    ],
)  # fmt: skip
def test_a_duration_is_read_in_every_spelling(text, value):
    assert seconds(text) == pytest.approx(value)


def test_a_limit_is_one_of_a_minute_unless_a_period_is_named():
    headers = {"x-ratelimit-limit-requests": "600", "x-ratelimit-remaining-requests": "599"}
    said = allowance(headers, "requests")
    assert said == Allowance(600, 599, None, None)
    assert said.per_second == 10
    headers["x-ratelimit-renewalperiod-requests"] = "10"
    said = allowance(headers, "requests")
    assert said is not None
    assert said.per_second == 60
    assert allowance(headers, "tokens") is None


def test_a_limit_of_a_day_under_the_same_name_is_told_by_its_reset():
    assert Allowance(10_000, 9_999, 8.64, None).per_second is None
    assert Allowance(10_000, 9_999, 0.006, None).per_second == pytest.approx(10_000 / 60)


@pytest.mark.parametrize("limit", ["-1", "0", "many", ""])
def test_a_limit_that_is_none_is_not_believed(limit):
    said = allowance(
        {"x-ratelimit-limit-tokens": limit, "x-ratelimit-remaining-tokens": "5"}, "tokens"
    )
    assert said is not None
    assert said.per_second is None


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "600"}, 600),
        ({"retry-after-ms": "20", "retry-after": "1"}, 0.02),
        ({"retry-after": LATER, "date": DATE}, 30),
        ({"retry-after": DATE, "date": LATER}, 0),
        ({"retry-after": LATER}, 20),
        ({"retry-after": LATER, "date": "today"}, 20),
        ({"retry-after": "whenever"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_read_in_every_spelling(headers, value):
    assert retry_after(headers, wall=1_445_412_490) == value  # ten seconds after DATE


def test_names_of_headers_know_no_case():
    assert retry_after(in_lower_case({"Retry-After": "3"}), 0) == 3
