"""Pods of runs are lost at random moments on a real cluster; tests/fixtures/cluster.py says which.

RS_GPT4V_CLUSTER_TIMES says how often each way is tried: make soak-cluster.
"""

import json
import os
import time
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import pytest

from tests.fixtures.cluster import wait_until
from tests.fixtures.losing import Life, delete_pod, kill_container, watching
from tests.fixtures.team import Team

TIMES = range(int(os.environ.get("RS_GPT4V_CLUSTER_TIMES", "1")))
ON_ITS_WAY = 1.0  # seconds from an answer's being paid to its standing in the bucket
PATIENCE = 600.0


@dataclass(frozen=True)
class Whole:
    """A build that nothing disturbed: rows by file, and how many answers it paid for."""

    rows: dict[str, int]
    paid: int


@pytest.fixture(scope="module")
def build(team: Team):
    return team.deploy("build-dataset", "flows.build_dataset.build_dataset")


@pytest.fixture(scope="module")
def whole(team: Team, build) -> Whole:
    run = team.start(build, team.parameters("whole", "v"))
    ended = team.finished(run, PATIENCE)
    assert ended.state_name == "Completed", ended.state
    return Whole(team.rows("whole", "v"), len(team.purchases.at))


@pytest.mark.timeout(3 * PATIENCE)
@pytest.mark.parametrize("lose", [delete_pod, kill_container])
@pytest.mark.parametrize("number", TIMES)
def test_a_run_whose_pod_is_lost_is_completed_by_one_other_and_pays_nothing_twice(
    team: Team, build, whole: Whole, lose, number: int
):
    root = f"{lose.__name__.replace('_', '-')}-{number}"
    draw = Random(root)
    answers, more = draw.randint(0, whole.paid), draw.uniform(0, 8)
    team.purchases.at.clear()
    run = team.start(build, team.parameters(root, "v"))
    with watching(team.cluster, run) as lives:
        wait_until(lambda: lives, 300, "the first pod")
        wait_until(lambda: len(team.purchases.at) >= answers, PATIENCE, f"{answers} answers")
        time.sleep(more)
        (pod,) = team.pods(run)
        lost = time.time()
        lose(team.cluster, pod)
        ended = team.finished(run, PATIENCE)
        wait_until(lambda: all(life.end for life in lives.values()), 120, "the end of the pods")
    paid_again = [round(lost - at, 2) for at in team.purchases.twice]
    figures = {
        "lost": lose.__name__, "after_answers": answers, "and_seconds": round(more, 1),
        "state": ended.state_name, "jobs": len(team.jobs(run)), "paid": len(team.purchases.at),
        "paid_again_seconds_before": paid_again,
        "running": [round(at - lost, 1) for at in begun(team, run)],
        "containers": [(round(x.start - lost), round((x.end or 0) - lost)) for x in lives.values()],
    }  # fmt: skip
    print(json.dumps(figures), flush=True)
    assert (ended.state_name, figures["jobs"], len(lives)) == ("Completed", 1, 2)
    assert team.rows(root, "v") == whole.rows
    assert not [before for before in paid_again if before > ON_ITS_WAY]
    assert not overlaps(begun(team, run), list(lives.values()))


def begun(team: Team, run) -> list[float]:
    """Return when engines took the run up."""
    return [s.timestamp.timestamp() for s in team.states(run) if s.name == "Running"]


def overlaps(begun: list[float], lives: list[Life]) -> list[str]:
    """Return the pods whose engine began before the container before them had ended."""
    found = []
    for one, other in pairwise(sorted(lives, key=lambda life: life.start)):
        start = min((at for at in begun if at >= other.start), default=other.start)
        if one.end is None or start < one.end:
            found.append(other.pod)
    return found
