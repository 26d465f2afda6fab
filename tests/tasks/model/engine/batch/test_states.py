"""What stands in the root about batches, and who sees to them."""

import pytest

from schemas.errors import StorageError
from tasks.model.engine.batch.states import Register, TakenOver
from tasks.storage.store import Store

KEYS = ["b" * 20, "a" * 20]


class Time:
    """A clock that is set by hand."""

    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def opened(tmp_path, clock):
    """Return what opens the register of the root on a machine."""
    made = []

    def open_on(machine="one"):
        store = Store(str(tmp_path / "root"))
        made.append(Register(store, tmp_path / machine, clock, lease=100))
        return made[-1]

    yield open_on
    for register in made:
        register.close()


def planned(register):
    return register.plan(KEYS, "a-model", "a-host", size=10, reserved=1.5)


def test_a_plan_is_seen_by_others_with_its_keys_in_order(opened):
    state = planned(opened())
    assert opened("two").open_states() == [state]
    assert opened("two").keys(state.id) == tuple(KEYS)


def test_the_id_says_which_requests_and_which_round(opened):
    register = opened()
    first = planned(register)
    register.end(first)
    second = planned(register)
    register.drop(second)
    third = register.plan(KEYS[::-1], "a-model", "a-host", size=10, reserved=0)
    assert first.id != second.id == third.id
    assert (first.round, third.round) == (1, 2)


def test_a_batch_that_is_over_is_no_longer_open(opened):
    register = opened()
    state = planned(register)
    register.end(state)
    assert register.open_states() == []
    assert register.state(state.id) is None
    assert register.keys(state.id) == ()
    assert opened().take(state.id) is None


def test_on_one_machine_a_batch_is_seen_to_by_one_run(opened):
    first, second = opened(), opened()
    state = planned(first)
    assert second.take(state.id) is None
    first.close()
    assert second.take(state.id).owner == second.owner
    with pytest.raises(TakenOver):
        first.save(state)


def test_another_machine_waits_until_there_is_no_sign_of_life(opened, clock):
    first, second = opened(), opened("two")
    state = planned(first)
    clock.at += 99
    assert second.take(state.id) is None
    first.beat()
    clock.at += 99
    assert second.take(state.id) is None
    clock.at += 2
    assert second.take(state.id).machine == second.machine
    with pytest.raises(TakenOver):
        first.check(state)


def test_a_run_that_ended_gives_its_batches_to_any_machine(opened):
    first = opened()
    state = planned(first)
    first.close()
    assert opened("two").take(state.id) is not None


def test_signs_of_life_of_the_long_dead_are_removed(opened, clock, tmp_path):
    planned(opened())
    clock.at += 1_000_000
    other = opened("two")
    other.plan(["c" * 20], "a-model", "a-host", size=10, reserved=0)
    assert len(list((tmp_path / "root/answers/batches/alive").iterdir())) == 2
    other.close()
    assert list((tmp_path / "root/answers/batches/alive").iterdir()) == []


def test_a_state_that_cannot_be_read_is_named(opened, tmp_path):
    register = opened()
    state = planned(register)
    path = tmp_path / "root/answers/batches/open" / f"{state.id}.json"
    path.write_text("{torn")
    with pytest.raises(StorageError, match=rf"{state.id}\.json is no state of a batch"):
        register.open_states()
