"""``kill -9`` at a random moment with 64 in flight, then a rerun: what was paid for twice.

The endpoint stays up in this process and counts what it bills, request by request.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Final

from tests.tasks.model.engine._servers import completion, saying

ROUNDS: Final = 20
COUNT, IN_FLIGHT, LATENCY = 600, 64, 0.1  # requests, at once, seconds of an answer


@dataclass(frozen=True)
class Round:
    """What one kill cost."""

    billed_before: int
    found: int  # answers that had arrived and were found by the rerun
    answered: int
    twice: int  # requests that were billed twice
    arrived_twice: int  # of those that had arrived: has to be 0


class Bill:
    """What the endpoint billed, by the seed of the request."""

    def __init__(self) -> None:
        self.billed: Counter[int] = Counter()
        self._lock = Lock()

    def says(self, body: Mapping[str, Any]) -> tuple[int, object]:
        """Answer after a while; billed when the answer is sent."""
        time.sleep(LATENCY)
        with self._lock:
            self.billed[body["seed"]] += 1
        return 200, completion()


def one_round(folder: Path, random: Random, count: int = COUNT) -> Round:
    """Kill a process that asks ``count`` requests at a random moment, and run it again."""
    bill = Bill()
    with saying(bill.says) as (url, _):
        environment = {
            **os.environ,
            "RS_GPT4V_OPENAI_BASE_URL": url,
            "RS_GPT4V_STATE_FOLDER": str(folder / "state"),
        }
        first = _asker(folder, count, environment)
        moment = random.randint(1, count - 1)
        while sum(bill.billed.values()) < moment:
            if first.poll() is not None:
                raise RuntimeError("the process that was to be killed ended by itself")
            time.sleep(0.001)
        time.sleep(random.uniform(0, LATENCY))
        first.kill()
        first.communicate()
        time.sleep(2 * LATENCY)  # what was in flight is billed
        before = sum(bill.billed.values())
        second = _asker(folder, count, environment)
        said = json.loads(second.communicate(timeout=300)[0])
    found = said["found"]
    return Round(
        billed_before=before,
        found=len(found),
        answered=said["ended"].get("answer", 0),
        twice=sum(times > 1 for times in bill.billed.values()),
        arrived_twice=sum(bill.billed[number] > 1 for number in found),
    )


def _asker(folder: Path, count: int, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    arguments = [str(folder / "root"), str(count), str(IN_FLIGHT)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.bench.model.asker", *arguments],
        env=dict(environment), stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def main() -> None:
    """Run the benchmark."""
    random, rounds = Random(0), []
    for number in range(ROUNDS):
        with TemporaryDirectory() as name:
            one = one_round(Path(name), random)
        rounds.append(one)
        print(f"kill {number + 1}: {one}", flush=True)
    figures = {
        "kills": len(rounds),
        "unanswered": sum(COUNT - one.answered for one in rounds),
        "billed_twice_mean": round(sum(one.twice for one in rounds) / len(rounds), 1),
        "billed_twice_most": max(one.twice for one in rounds),
        "arrived_billed_twice": sum(one.arrived_twice for one in rounds),
        "in_flight": IN_FLIGHT,
    }
    print(json.dumps({"bench": "model.kills", **figures}))


if __name__ == "__main__":
    main()
