"""What a large store of answers costs. Run: python -m tests.bench.bench_answers [ANSWERS [PER]].

The answers are written as segments of PER directly, by default as a compaction leaves them; a fresh
process then opens the store, looks answers up and puts some.
"""

import hashlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from schemas.teacher import Answer, Message, ModelRequest, StoredAnswer
from tests.bench.memory import peak_mb

PER = 80_000  # answers a segment: 64 MB
LOOKS = 5000
WORDS = 90  # of an answer, which makes about 1 KB of JSON


def main(count: int, per: int) -> None:
    """Make ``count`` answers, measure in a process of its own, and print one JSON line."""
    with tempfile.TemporaryDirectory() as folder:
        root, state = Path(folder, "root"), Path(folder, "state")
        start = time.perf_counter()
        made = make(root, count, per)
        print(f"made {count} answers, {made / 1e6:.0f} MB, in {time.perf_counter() - start:.0f} s")
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.bench_answers", "--measure", str(root), str(count)],
            env=os.environ | {"RS_GPT4V_STATE_FOLDER": str(state)},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    figures = {"bench": "answers", "answers": count, "segments": -(-count // per), "mb": round(made / 1e6), **json.loads(done.stdout)}  # fmt: skip
    for name, figure in figures.items():
        print(f"{name}: {figure}")
    print(json.dumps(figures))


def make(root: Path, count: int, per: int) -> int:
    """Write ``count`` answers under ``root`` and return their size in segments, bytes."""
    from tasks.model.answers import segments

    folder = root / "answers" / "segments"
    folder.mkdir(parents=True)
    for first in range(0, count, per):
        with (folder / f"20260101T{first:09d}Z-bench-1.seg").open("wb") as file:
            segments.write(file, frames(first, min(first + per, count)))
    return sum(path.stat().st_size for path in folder.iterdir())


def frames(first: int, end: int) -> Iterator[object]:
    """Yield answers as frames: one text with its key and words replaced."""
    from tasks.model.answers.frames import Frame, encode

    random.seed(first)
    words = ["".join(random.choices("abcdefghijklmnop", k=6)) for _ in range(2000)]
    stored = stored_answer(request(0), "WORDS")
    before, key, rest = stored.model_dump_json().partition(stored.answer.key)
    middle, _, after = rest.partition("WORDS")
    for number in range(first, end):
        packed = key_of(number)
        text = " ".join(random.choices(words, k=WORDS))
        whole = f"{before}{packed.hex()}{middle}{text}{after}"
        yield Frame(packed, number, 0, encode(packed, number, whole.encode()))
    assert key


def key_of(number: int) -> bytes:
    """Return a key for ``number``, spread as hashes are."""
    return hashlib.blake2b(number.to_bytes(8, "big"), digest_size=10).digest()


def request(number: int) -> ModelRequest:
    """Return a request."""
    text = f"Describe the {number} objects in this picture."
    return ModelRequest(
        purpose="describe", prompt_fingerprint="5" * 20, model="a-model",
        messages=(Message(role="user", text=text),), image_sha256="6" * 64,
        reply="LocalDescription", temperature=0.2, max_tokens=900, seed=0,
    )  # fmt: skip


def stored_answer(asked: ModelRequest, text: str) -> StoredAnswer:
    """Return what is kept of a request and its answer."""
    fields = {name: getattr(asked, name) for name in StoredAnswer.model_fields if hasattr(asked, name)}  # fmt: skip
    answer = Answer(key=asked.key, model="a-model", text=text)
    return StoredAnswer(prompt=asked.purpose, answer=answer, **fields)


def measure(root: str, count: int) -> None:
    """Open the store, look up and put, and print the figures as JSON."""
    from tasks.model.answers import AnswerStore

    base = peak_mb()
    start = time.perf_counter()
    answers = AnswerStore(root)
    opened = time.perf_counter() - start
    peak = peak_mb()
    start = time.perf_counter()
    assert len(answers) == count
    counted = time.perf_counter() - start
    draw = random.Random(1)
    numbers = [draw.randrange(count) for _ in range(LOOKS)]
    looked = timed(lambda n: answers.get(key_of(n).hex()).answer.text, numbers)
    missed = timed(lambda n: answers.get(key_of(n + count).hex()), numbers)
    asked = [request(number) for number in range(1, LOOKS + 1)]
    given = [Answer(key=one.key, model="a-model", text="words " * WORDS) for one in asked]
    put = timed(lambda n: answers.put(asked[n], given[n]), range(LOOKS))
    start = time.perf_counter()
    answers.flush()
    figures = {
        "open_s": round(opened, 2), "count_s": round(counted, 3), "imports_mb": base,
        "peak_mb_open": peak, "peak_mb": peak_mb(), **spread("look_up", looked),
        **spread("miss", missed), **spread("put", put),
        "flush_s": round(time.perf_counter() - start, 2),
    }  # fmt: skip
    answers.close()
    print(json.dumps(figures))


def timed(do, arguments) -> list[float]:
    """Return how long each call took, in microseconds, sorted."""
    took = []
    for argument in arguments:
        start = time.perf_counter()
        do(argument)
        took.append((time.perf_counter() - start) * 1e6)
    return sorted(took)


def spread(name: str, took: list[float]) -> dict[str, int]:
    """Return the median and the 99th percentile."""
    return {
        f"{name}_us": round(took[len(took) // 2]),
        f"{name}_us_p99": round(took[len(took) * 99 // 100]),
    }


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], int(sys.argv[3]))
    else:
        numbers = [int(word) for word in sys.argv[1:]]
        main(*numbers, *(1_000_000, PER)[len(numbers) :])
