"""Soak: builds killed with SIGKILL in each phase, while a reader checks every latest in full.

Run: python -m tests.bench.storage.kills [TIMES]     (20 by default; about 2 s a kill on a free core)

Every kill is at another write of its phase. After each one the same build is started again; at the
end the root must pass the deep audit, hold every answer once, and the reader must have seen no
release that was not whole.
"""

import json
import multiprocessing
import random
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.errors import PipelineError
from tasks.audit import audit
from tasks.model.answers import AnswerStore
from tasks.storage.releases import latest
from tasks.storage.store import Store
from tests.bench.storage.connected import BUCKET, connected
from tests.fixtures.dying import MOMENTS, PHASES, Builder, builder


def main(times: int) -> None:
    """Kill ``times`` builds in each phase, on disk and in a bucket."""
    figures: dict[str, dict[str, int]] = {}
    with connected(), TemporaryDirectory() as folder, builder() as child:
        for name, root in (("local", str(Path(folder, "root"))), ("s3", f"s3://{BUCKET}/root")):
            figures[name] = soaked(child, root, times)
            print(name, figures[name], flush=True)
    print(json.dumps({"bench": "storage-kills", "times": times, **figures}))
    wrong = sum(f["half_releases"] + f["problems"] + f["answers_lost"] for f in figures.values())
    sys.exit(1 if wrong else 0)


def soaked(child: Builder, root: str, times: int) -> dict[str, int]:
    """Return what was seen on one root."""
    draw = random.Random(0)
    assert child.build(root, "v0") == 0
    answers = counted(root)
    ours, theirs = multiprocessing.Pipe()
    reader = multiprocessing.get_context("spawn").Process(target=read, args=(root, theirs))
    reader.start()
    killed = again = 0
    for phase in PHASES:
        for number in range(times):
            version = f"{phase}-{number}"
            moment, nth = (
                draw.choice(MOMENTS),
                1 + draw.randrange(2 if phase in {"stage", "image"} else 1),
            )
            if child.build(root, version, phase, moment, nth) != -9:
                continue  # it has fewer such writes than that
            killed += 1
            done = child.build(root, version)
            again += done == 0
            assert done == 0 or (done == 2 and phase in {"manifest", "latest"}), (version, done)
    ours.send("end")
    looked, half = ours.recv()
    reader.join()
    problems = [p for p in audit(Store(root), deep=True) if "has no manifest" not in p.found]
    for problem in problems:
        print(problem)
    return {
        "killed": killed, "made_again": again, "reader_looks": looked, "half_releases": half,
        "problems": len(problems), "answers_lost": answers - counted(root),
    }  # fmt: skip


def counted(root: str) -> int:
    """Return how many answers stand under ``root``, journals of the dead included."""
    answers = AnswerStore(root)
    answers.flush()
    found = len(answers)
    answers.close()
    return found


def read(root: str, end: Connection) -> None:
    """Look at the latest release again and again, and check each one in full once."""
    store, seen, looks, half = Store(root), set[str](), 0, 0
    while not end.poll(0.02):
        looks += 1
        try:
            version = latest(store)
            if version is not None and version not in seen:
                seen.add(version)
                half += bool(audit(store, version))
        except PipelineError as error:
            print("reader:", error, flush=True)
            half += 1
    end.send((looks, half))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
