"""Batches from requests to answers, whatever the provider makes of them."""

import json
from functools import partial

import pytest

from schemas.errors import OverBudget, TeacherError, TransientTeacherError
from tasks.model.answers import AnswerStore
from tasks.model.engine.batch import BatchLimits, Purse
from tasks.model.engine.images import image_tokens
from tasks.model.engine.ledger import Ledger
from tests.tasks.model.engine.batch.asking import KEY, encode, request, requests, run

LITTLE = BatchLimits(count=4, first_look=0.001, longest=0.01, lease=0.4, patience=2)


def answered(place, count):
    """Say whether all of the first ``count`` requests have their answers."""
    store = AnswerStore(str(place.root))
    found = [store.get(request(number).key) for number in range(count)]
    store.close()
    return all(
        x is not None and x.answer.text == f"to {request(number).key}"
        for number, x in enumerate(found)
    )


def states(place, which):
    return sorted((place.root / "answers/batches" / which).glob("*"))


def test_every_request_is_answered_once_and_nothing_is_left_behind(provider, place):
    told = []
    outcome = run(provider.url, place, requests(10) * 2, limits=LITTLE, progress=told.append)
    assert (outcome.answered, dict(outcome.failed), outcome.waiting) == (10, {}, 0)
    assert len(outcome.batches) == 3
    assert answered(place, 10)
    assert set(provider.billed.values()) == {1}
    assert provider.files == {}
    assert states(place, "open") == []
    assert states(place, "alive") == []
    assert len(states(place, "closed")) == 3
    assert {x.stage for x in told} == {
        "uploading", "uploaded", "created", "polled", "collected", "closed",
    }  # fmt: skip


def test_a_line_of_a_batch_is_the_body_that_a_single_request_would_have(provider, place):
    run(provider.url, place, requests(3), wait=False)
    (file,) = provider.files
    first = provider.lines(file)[0]
    assert first["custom_id"] == request(0).key
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"] == json.loads(encode(request(0)))


def test_an_answer_says_how_it_came(provider, place):
    purse = Purse(lambda _request: 1, lambda _answer: 0.25, lambda *_: None, lambda *_: None)
    outcome = run(provider.url, place, requests(2), purse=purse)
    store = AnswerStore(str(place.root))
    answer = store.get(request(1).key).answer
    store.close()
    assert (answer.batch, answer.endpoint, answer.cost) == ("batch_0", "a-host", 0.25)
    assert (answer.tries, answer.latency, answer.prompt_tokens) == (1, 0, 100)
    assert answer.image_tokens == image_tokens(request(1)) > 0
    assert outcome.cost == 0.5


def test_stored_answers_are_left_out(provider, place):
    run(provider.url, place, requests(3))
    outcome = run(provider.url, place, requests(5))
    assert outcome.answered == 5
    assert set(provider.billed.values()) == {1}
    assert len(provider.billed) == 5


def test_requests_may_come_from_an_asynchronous_source(provider, place):
    async def source():
        for number in range(5):
            yield request(number)

    assert run(provider.url, place, source()).answered == 5


@pytest.mark.parametrize("behaviour", ["shuffled", "duplicates", "strange"])
def test_results_are_matched_by_their_id_in_any_order(provider, place, behaviour):
    provider.behaviours = [behaviour]
    assert run(provider.url, place, requests(20)).answered == 20
    assert answered(place, 20)
    assert set(provider.billed.values()) == {1}


@pytest.mark.parametrize("behaviour", ["expired", "cancelled", "partial"])
def test_what_a_batch_left_undone_goes_into_the_next(provider, place, behaviour):
    provider.behaviours = [behaviour]
    outcome = run(provider.url, place, requests(20))
    assert (outcome.answered, len(outcome.batches)) == (20, 2)
    assert answered(place, 20)
    assert set(provider.billed.values()) == {1}


def test_a_request_is_given_up_after_three_batches(provider, place):
    provider.behaviours = ["expired"] * 3
    outcome = run(provider.url, place, requests(16))
    assert (outcome.answered, len(outcome.failed), len(outcome.batches)) == (14, 2, 3)
    assert "batch_expired" in outcome.failed[request(15).key]


def test_each_line_fails_in_its_own_way(provider, place):
    provider.behaviours = ["mixed"]
    outcome = run(provider.url, place, requests(6))
    assert list(outcome.failed) == [request(1).key]
    assert "The picture is broken" in outcome.failed[request(1).key]
    store = AnswerStore(str(place.root))
    refused, long = store.get(request(3).key).answer, store.get(request(4).key).answer
    tries = [store.get(request(n).key).answer.tries for n in (0, 2, 5)]
    store.close()
    assert (refused.finish_reason, refused.refusal) == ("content_filter", "Not this one")
    assert long.finish_reason == "context_length_exceeded"
    assert tries == [1, 2, 2]


def test_a_line_that_is_no_valid_request_fails_and_the_others_are_sent_again(provider, place):
    provider.behaviours = ["invalid line"]
    outcome = run(provider.url, place, requests(4))
    assert outcome.answered == 3
    assert dict(outcome.failed) == {request(1).key: "invalid_json: no picture"}


def test_a_batch_that_the_provider_refuses_stops_the_run(provider, place):
    provider.behaviours = ["no such model"]
    with pytest.raises(TeacherError, match="model_not_found: no such model"):
        run(provider.url, place, requests(4))
    assert states(place, "open") == []
    assert run(provider.url, place, requests(4)).answered == 4


def test_a_spent_quota_stops_the_run_after_what_was_paid_is_kept(provider, place):
    provider.behaviours = ["quota"]
    with pytest.raises(TeacherError, match="no quota left"):
        run(provider.url, place, requests(4))
    assert run(provider.url, place, requests(4)).answered == 4
    assert sorted(provider.billed.values()) == [1, 1, 1, 2]


@pytest.mark.parametrize("room", [1, 3, 5])
def test_a_full_queue_is_given_less_at_once(provider, place, room):
    provider.room = room
    assert run(provider.url, place, requests(12)).answered == 12
    assert set(provider.billed.values()) == {1}


def test_a_queue_without_any_room_is_said(provider, place):
    provider.room = 0
    with pytest.raises(TransientTeacherError, match="queue for batches at a-host is full"):
        run(provider.url, place, requests(3))


def test_batches_are_divided_by_bytes_too(provider, place):
    limits = BatchLimits(size=5000, first_look=0.001, longest=0.01)
    asked = [*requests(6), request(7, size=6000)]
    outcome = run(provider.url, place, asked, limits=limits)
    assert outcome.answered == 6
    assert len(outcome.batches) > 1
    assert "more than a batch may have" in outcome.failed[request(7, size=6000).key]


def test_trouble_on_the_way_passes(provider, place):
    provider.refuse, provider.tear = [503, 429, 500], 1
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    assert run(provider.url, place, requests(200), sleep=sleep).answered == 200
    assert set(provider.billed.values()) == {1}
    assert sum(slept) < 10


@pytest.mark.parametrize("lost", [1, 2])
def test_an_answer_to_a_creation_that_is_lost_makes_no_second_batch(provider, place, lost):
    provider.lose = lost

    async def sleep(_seconds):
        pass

    assert run(provider.url, place, requests(5), sleep=sleep).answered == 5
    assert set(provider.billed.values()) == {1}
    assert (provider.uploads, len(provider.batches)) == (1, 1)


def test_a_wrong_key_is_said_without_the_key(provider, place):
    provider.refuse = [401]
    with pytest.raises(TeacherError) as raised:
        run(provider.url, place, requests(2))
    assert "(401)" in str(raised.value)
    assert KEY not in str(raised.value)
    assert run(provider.url, place, requests(2)).answered == 2


def test_a_server_without_batches_is_said(provider, place):
    provider.refuse = [404]
    with pytest.raises(TeacherError, match=r"no Batch API, set service\.mode to sync"):
        run(provider.url, place, requests(2))


def test_a_server_that_stays_away_is_given_up_and_taken_up_again(provider, place):
    async def sleep(_seconds):
        pass

    provider.refuse = [503] * 20
    with pytest.raises(TransientTeacherError, match=r"Cannot .* at a-host \(503\)"):
        run(provider.url, place, requests(2), sleep=sleep)
    provider.refuse = []
    assert run(provider.url, place, requests(2)).answered == 2
    assert set(provider.billed.values()) == {1}


def test_nothing_is_written_when_all_is_answered(provider, place):
    run(provider.url, place, requests(2))
    before = sorted(place.root.rglob("*"))
    assert run(provider.url, place, requests(2)).batches == ()
    assert sorted(place.root.rglob("*")) == before


def test_an_open_batch_at_another_host_is_not_made_again(provider, place):
    run(provider.url, place, requests(4), wait=False)
    with pytest.raises(TeacherError, match="lie in batch batch_0 at a-host"):
        run(provider.url, place, requests(6), host="b-host")
    assert run(provider.url, place, requests(4)).answered == 4


def test_a_batch_that_the_provider_has_forgotten_is_not_made_again(provider, place):
    run(provider.url, place, requests(4), wait=False)
    provider.batches.clear()
    with pytest.raises(TeacherError, match="knows no batch batch_0"):
        run(provider.url, place, requests(4))
    assert provider.uploads == 1


def test_batches_may_be_made_now_and_collected_later(provider, place):
    first = run(provider.url, place, requests(6), limits=LITTLE, wait=False)
    assert (first.answered, first.waiting) == (0, 6)
    second = run(provider.url, place, requests(8), limits=LITTLE)
    assert second.answered == 8
    assert set(provider.billed.values()) == {1}


def test_a_batch_with_requests_of_another_run_stays_open_until_they_come(provider, place):
    run(provider.url, place, requests(6), wait=False)
    assert run(provider.url, place, requests(2)).answered == 2
    assert len(states(place, "open")) == 2
    assert run(provider.url, place, requests(6)).answered == 6
    assert states(place, "open") == []
    assert set(provider.billed.values()) == {1}


def purse_of(ledger):
    """Return a purse in which a request costs $1 at most, and $0.50 in the end."""
    reserve, settle = partial(ledger.reserve, shared=True), partial(ledger.settle, shared=True)
    return Purse(lambda _request: 1, lambda _answer: 0.5, reserve, settle)


def test_a_budget_pays_for_as_many_as_it_can_and_for_the_rest_when_it_is_raised(provider, place):
    low, high = (Ledger(str(place.root), budget, "ever") for budget in (5, 100))
    with pytest.raises(OverBudget):
        run(provider.url, place, requests(16), purse=purse_of(low))
    assert low.spent() == len(provider.billed) * 0.5
    assert 9 * 0.5 <= low.spent() <= 5
    assert run(provider.url, place, requests(16), purse=purse_of(high)).answered == 16
    assert set(provider.billed.values()) == {1}
    assert high.spent() == 8
    low.close()
    high.close()


def test_what_a_batch_that_is_taken_over_had_reserved_is_settled(provider, place):
    first, second = (Ledger(str(place.root), 20, "ever") for _ in range(2))
    run(provider.url, place, requests(16), purse=purse_of(first), wait=False)
    assert first.reserved() == 16
    assert run(provider.url, place, requests(16), purse=purse_of(second)).answered == 16
    assert (second.spent(), second.reserved()) == (8, 0)
    first.close()
    second.close()
