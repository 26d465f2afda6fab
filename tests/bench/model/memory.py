"""Peak memory of the engine at 2,000 and at more requests: it must not grow with their number.

``python -m tests.bench.model.memory 10000`` for less than the full 50,000.
"""

import json
import sys
from typing import Final

from tests.bench.model.processes import client, endpoint

FEW: Final = 2000


def main(many: int = 50_000) -> None:
    """Run the benchmark."""
    with endpoint({"canned": True}) as url:
        few, more = (client("engine", url, count, 64) for count in (FEW, many))
    figures = {
        "requests": [FEW, many], "peak_mb": [few["peak_mb"], more["peak_mb"]],
        "ratio": round(more["peak_mb"] / few["peak_mb"], 2),
    }  # fmt: skip
    print(json.dumps({"bench": "model.memory", **figures}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
