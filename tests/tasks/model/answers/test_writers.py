"""Many processes write under one root at once."""

import subprocess
import sys

from tasks.model.answers import AnswerStore
from tasks.model.answers.compaction import compact
from tests.tasks.model.answers._asked import has

WRITES = """
import sys
from tasks.model.answers import open_answers
from tests.tasks.model.answers._asked import has, put
store = open_answers(sys.argv[1])
first = int(sys.argv[2])
for number in range(first, first + 400):
    put(store, number)
    if number % 100 == 99:
        store.flush()
assert all(has(store, number) for number in range(first, first + 400))
"""


def test_four_processes_lose_nothing_and_close_by_themselves(root, state):
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITES, str(root), str(first)])
        for first in (0, 300, 600, 900)  # neighbours share a hundred requests
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 4
    assert not list(state.glob("journals/*/*"))
    store = AnswerStore(str(root))
    assert len(store) == 1300
    assert all(has(store, number) for number in range(1300))
    assert compact(store, grace=0).answers == 1300
    assert len(store) == 1300


POOLED = """
import sys
from concurrent.futures import ThreadPoolExecutor
import fsspec
from fsspec.implementations.memory import MemoryFileSystem
from tasks.model.answers import open_answers
from tests.tasks.model.answers._asked import put

pool = ThreadPoolExecutor()

class Pooled(MemoryFileSystem):
    protocol = "pooled"

    def put_file(self, *words, **more):
        pool.submit(super().put_file, *words, **more).result()
        print("stored", flush=True)

fsspec.register_implementation("pooled", Pooled)
put(open_answers("pooled://root"), 1)
"""


def test_at_the_end_of_a_process_an_object_store_can_still_be_written_to(state):
    done = subprocess.run(
        [sys.executable, "-c", POOLED], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "stored\n"), done.stderr
    assert not list(state.glob("journals/*/*"))
