"""One process that asks, to be killed: ``python -m tests.bench.model.asker ROOT COUNT CONCURRENCY``.

Settings come from the environment. Prints one JSON line: how each request ended, and which were made.
"""

import json
import sys
from collections import Counter

from schemas.params import ServiceParams, TeacherParams
from tasks.model.asking import Asked, ask_all
from tasks.model.engine import close_engines
from tasks.storage.store import Store
from tests.bench.model.load import questions


def main(root: str, count: int, concurrency: int, patience: float = 5.0) -> None:
    """Ask ``count`` requests with ``concurrency`` in flight, ``patience`` in minutes."""
    params = TeacherParams(kind="openai", model="bench-model")
    service = ServiceParams(concurrency=concurrency, patience=patience)
    ended: Counter[str] = Counter()
    found = []
    for number, outcome in ask_all(params, service, Store(root), lambda: questions(count)):
        ended["answer" if isinstance(outcome, Asked) else outcome.reason.value] += 1
        if not outcome.calls:
            found.append(number)
    close_engines()
    print(json.dumps({"ended": ended, "found": found}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
