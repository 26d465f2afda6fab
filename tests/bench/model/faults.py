"""5,000 requests to an endpoint that fails in every way one time in five: nothing lost, nothing twice.

What the endpoint billed must be the answers in the store plus what it billed for torn answers.
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

from tasks.model.answers import AnswerStore
from tests.tasks.model.engine._servers import SECRET, Reply, completion, error, saying

COUNT, IN_FLIGHT, SHARE = 5000, 64, 0.2
PAGE: Final = (b"<html>down</html>", {"Content-Type": "text/html"})

NOT_BILLED: Final[Mapping[str, Reply]] = {
    "429": (429, error("slow down")),
    "429, now": (429, error("slow down"), {"Retry-After": "0"}),
    "429, soon": (429, error("slow down"), {"Retry-After": "0.05"}),
    "408": (408, error("late")),
    "500": (500, error(f"defect with {SECRET}")),
    "503": (503, *PAGE),
    "reset": (0, None),
    "filtered": (400, error(f"filtered for {SECRET}", code="content_filter")),
    "too long": (400, error("too long", code="context_length_exceeded")),
}
TORN: Final[Mapping[str, Reply]] = {
    "truncated": (200, b'{"choices": [{"mess'),
    "no choices": (200, completion() | {"choices": []}),
    "empty": (200, b""),
}
BILLED: Final[Mapping[str, Reply]] = {
    "refusal": (200, completion(None, refusal="I cannot help with that.")),
    "wrong schema": (200, completion('{"descripton": "typo"}')),
    "no JSON": (200, completion("A harbour.")),
    "length": (200, completion('{"description": "A har', finish="length")),
    "no usage": (200, completion() | {"usage": None}),
    "wrong usage": (200, completion() | {"usage": {"prompt_tokens": -1}}),
}
EVERY: Final = {**NOT_BILLED, **TORN, **BILLED}
ANSWERED_WITHOUT_BILL: Final = ("filtered", "too long")


class Faulty:
    """An endpoint that fails at random, and counts how and what it billed."""

    def __init__(self, random: Random, share: float = SHARE) -> None:
        self.faults: Counter[str] = Counter()
        self.billed = self.torn = self.unbilled_answers = 0
        self._random, self._share, self._lock = random, share, Lock()

    def says(self, _body: Mapping[str, Any]) -> Reply:
        """Fail or answer."""
        with self._lock:
            fails = self._random.random() < self._share
            name = self._random.choice(sorted(EVERY)) if fails else "none"
            self.faults[name] += 1
            self.billed += name not in NOT_BILLED
            self.torn += name in TORN
            self.unbilled_answers += name in ANSWERED_WITHOUT_BILL
        return EVERY.get(name, (200, completion()))


@dataclass(frozen=True)
class Outcome:
    """How a faulty run ended."""

    ended: Mapping[str, int]
    billed: int
    torn: int
    unbilled_answers: int
    stored: int
    leaks: int  # files, or the log, that hold the key
    seconds: float

    @property
    def balanced(self) -> bool:
        """Whether the bill is the store plus what was billed for torn answers."""
        return self.billed - self.torn == self.stored - self.unbilled_answers


def faulty_run(folder: Path, count: int, random: Random) -> Outcome:
    """Ask ``count`` requests of a faulty endpoint in another process."""
    endpoint = Faulty(random)
    begun = time.monotonic()
    with saying(endpoint.says) as (url, _):
        environment = {
            **os.environ,
            "RS_GPT4V_OPENAI_BASE_URL": url,
            "RS_GPT4V_OPENAI_API_KEY": SECRET,
            "RS_GPT4V_STATE_FOLDER": str(folder / "state"),
        }
        arguments = [str(folder / "root"), str(count), str(IN_FLIGHT)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.model.asker", *arguments],
            env=environment, capture_output=True, text=True, check=True, timeout=550,
        )  # fmt: skip
    seconds = time.monotonic() - begun
    files = [path for path in folder.rglob("*") if path.is_file()]
    said = done.stdout + done.stderr
    return Outcome(
        ended=json.loads(done.stdout)["ended"],
        billed=endpoint.billed,
        torn=endpoint.torn,
        unbilled_answers=endpoint.unbilled_answers,
        stored=len(AnswerStore(str(folder / "root"))),
        leaks=sum(SECRET.encode() in path.read_bytes() for path in files) + (SECRET in said),
        seconds=seconds,
    )


def main() -> None:
    """Run the benchmark."""
    with TemporaryDirectory() as name:
        done = faulty_run(Path(name), COUNT, Random(0))
    figures = {
        "requests": COUNT, "faults": SHARE, "ended": done.ended,
        "lost": COUNT - sum(done.ended.values()), "billed": done.billed, "stored": done.stored,
        "billed_for_torn": done.torn, "balanced": done.balanced, "leaks": done.leaks,
        "seconds": round(done.seconds, 1),
    }  # fmt: skip
    print(json.dumps({"bench": "model.faults", **figures}))


if __name__ == "__main__":
    main()
