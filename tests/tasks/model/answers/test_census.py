"""The census counts what was answered and what it took."""

from tasks.model.answers import AnswerStore
from tasks.model.answers.census import take_census
from tests.tasks.model.answers._asked import answer, put, request, segments


def test_counts_are_by_prompt_and_model_with_times_and_cost(root):
    clock = iter([0.0, 1000.0, 0.0, 3000.0, 0.0, 2000.0, *[5000.0] * 99])
    store = AnswerStore(str(root), clock=lambda: next(clock))
    store.put(request(1), answer(1, cost=0.5, cached_tokens=3, completion_tokens=4))
    store.flush()
    put(store, 2)
    store.flush()
    store.put(request(3, "describe"), answer(3, cost=1.0, reasoning_tokens=2, completion_tokens=5))
    census = take_census(store)
    describe, synthesize = census.counts
    assert (describe.prompt, describe.model, describe.answers, describe.cost) == ("describe", "a-model", 1, 1.0)  # fmt: skip
    assert describe.reasoning_tokens == 2
    assert (synthesize.answers, synthesize.cost, synthesize.unpriced) == (2, 0.5, 1)
    assert (synthesize.prompt_tokens, synthesize.cached_tokens) == (20, 3)
    assert synthesize.oldest < synthesize.newest
    assert census.segments == 3
    assert census.bytes == sum(path.stat().st_size for path in segments(root))


def test_of_an_empty_root_there_is_nothing_to_count(root):
    census = take_census(AnswerStore(str(root)))
    assert (census.counts, census.segments, census.bytes) == ((), 0, 0)


def test_damage_is_listed(root):
    store = AnswerStore(str(root))
    put(store, 1, 2)
    store.close()
    (path,) = segments(root)
    path.write_bytes(path.read_bytes()[:-1])
    census = take_census(AnswerStore(str(root)))
    assert census.altered == (path.name,)
    assert census.counts[0].answers == 2
