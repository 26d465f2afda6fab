"""Mutates the fixture of every reader, prints a table of outcomes, and ends in one JSON line.

``python -m tests.fuzz [--mutations N] [--reader NAME …] [--seed N] [--many N]``; with ``--seed``
one mutation is done again and what came of it is shown.
"""

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.fixtures.formats import formats
from tests.fuzz.harness import FAILURES, LIMIT, OUTCOMES, Bench
from tests.fuzz.mutations import MANY

CHUNK = 250
OBJECT = 15e-6  # s that each of the many objects may take beyond the limit


def main():
    options = _options()
    readers = options.reader or list(formats())
    if options.seed is not None:
        return _again(readers[0], options.seed)
    start = time.monotonic()
    chunks = [
        (reader, range(first, min(first + CHUNK, options.mutations)), 0)
        for reader in readers
        for first in range(0, options.mutations, CHUNK)
    ]
    chunks += [(reader, range(0), options.many) for reader in readers if options.many]
    with ProcessPoolExecutor(2) as pool:
        endings = [ending for found in pool.map(_chunk, chunks) for ending in found]
    _show(endings, readers)
    failed = sum(ending.outcome in FAILURES for ending in endings)
    print(json.dumps(_summary(endings, readers, time.monotonic() - start)))
    return 1 if failed else 0


def _options():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--mutations", type=int, default=2000)
    parser.add_argument("--reader", action="append", choices=list(formats()))
    parser.add_argument("--seed", type=int)
    parser.add_argument("--many", type=int, default=MANY)
    return parser.parse_args()


def _chunk(job):
    reader, seeds, many = job
    bench = Bench(reader)
    try:
        found = [bench.mutation(seed) for seed in seeds]
        if many and (ending := bench.many(many, LIMIT + many * OBJECT)):
            found.append(ending)
        return found
    finally:
        bench.close()


def _again(reader, seed):
    bench = Bench(reader)
    ending = bench.mutation(seed) if seed >= 0 else bench.many(-seed, 600)
    bench.close()
    print(f"{reader} {seed}: {ending.done}: {ending.outcome} in {ending.seconds:.3f} s")
    print(ending.detail)
    return int(ending.outcome in FAILURES)


def _show(endings, readers):
    for ending in endings:
        if ending.outcome in FAILURES:
            print(f"FAILED {ending.reader} --seed {ending.seed} ({ending.done}): {ending.outcome}")
            print(ending.detail[-1500:])
    print(f"{'reader':18}{'mutations':>10}", *(f"{name:>11}" for name in OUTCOMES), " slowest")
    for reader in readers:
        own = [ending for ending in endings if ending.reader == reader]
        counts = Counter(ending.outcome for ending in own)
        slowest = max((ending.seconds for ending in own if ending.seed >= 0), default=0)
        columns = (f"{counts[name]:>11}" for name in OUTCOMES)
        many = [ending.seconds for ending in own if ending.seed < 0]
        after = f"  ({many[0]:.1f} s for the many)" if many else ""
        print(f"{reader:18}{len(own):>10}", *columns, f"{slowest:7.2f} s{after}")


def _summary(endings, readers, seconds):
    return {
        "mutations": len(endings),
        "seconds": round(seconds, 1),
        "readers": {
            reader: dict(Counter(e.outcome for e in endings if e.reader == reader))
            for reader in readers
        },
        "failures": sum(ending.outcome in FAILURES for ending in endings),
    }


if __name__ == "__main__":
    sys.exit(main())
