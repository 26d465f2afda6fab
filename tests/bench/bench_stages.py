"""Each stage's share of an offline build's CPU, and that of holding texts against the labels.

    python -m tests.bench.bench_stages [SCENES [SHARDS]]

The stages are called one after the other without Prefect, so that nothing else makes them look cheap.
A text is held against the labels by the stage that writes it; ``holding`` is all of that together, the
copies that are turned to be compared included.
"""

import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from inspect import BoundArguments
from pathlib import Path
from typing import Any

from flows.cli.environment import prepare_environment
from schemas.release import Part
from tests.bench.flow.builds import write_scenes

SIDE, OBJECTS = 640, 9


def main(scenes: int = 200, shards: int = 2) -> None:
    """Print the figures as one JSON line."""
    prepare_environment(verbose=False)
    from tasks._stage import Stage, Where
    from tasks.grounding import checks, mending
    from tasks.lexicon.lexicon import english
    from tasks.quality.library import load
    from tests.fixtures.nights import night, params_for

    spent: Counter[str] = Counter()
    part = Stage.part

    def timed(self: "Stage[Any]", where: Where, bound: BoundArguments) -> Part:
        begun = time.process_time()
        try:
            return part(self, where, bound)
        finally:
            spent[self.name] += time.process_time() - begun  # type: ignore[assignment]

    def held(examine: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*args: Any, **options: Any) -> Any:
            begun = time.thread_time()
            try:
                return examine(*args, **options)
            finally:
                spent["holding"] += time.thread_time() - begun  # type: ignore[assignment]

        return clocked

    Stage.part = timed  # type: ignore[method-assign]
    mending.examine = checks.examine = held(checks.examine)
    english(), load()  # whoever calls, imports are no part of it
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_scenes(folder / "scenes", scenes, SIDE, OBJECTS)
        params = params_for(folder / "scenes", shards)
        begun = time.process_time()
        samples = night(str(folder / "root"), params, "bench").samples
        whole = time.process_time() - begun
    holding = spent.pop("holding")
    figures = {
        "bench": "stages",
        "scenes": scenes,
        "samples": samples,
        "cpu": round(whole, 1),
        "share": {stage: round(used / whole, 3) for stage, used in spent.most_common()},
        "share_of_holding": round(holding / whole, 3),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
