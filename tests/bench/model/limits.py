"""How close the engine comes to an endpoint's limit of 100 requests a second, and what it is refused.

With and without headers, by requests and by tokens, and with two processes that share the limit.
"""

import json
from typing import Any, Final

from tests.bench.model.processes import bill, client, clients, endpoint

COUNT, A_SECOND, IN_FLIGHT = 1000, 100, 64
LATENCY: Final = 0.2  # seconds of an answer


def tokens_each() -> float:
    """Return the tokens that the endpoint bills for one request."""
    with endpoint({"canned": True}) as url:
        client("engine", url, 10, 10)
        said = bill(url)
    return float(said["prompt_tokens"] + said["completion_tokens"]) / 10


def measured(how: dict[str, Any], processes: int) -> dict[str, float]:
    """Return time and refusals of COUNT requests, shared out among ``processes``."""
    with endpoint({"canned": True, "latency": LATENCY, **how}) as url:
        told = clients("warm", url, [COUNT // processes] * processes, IN_FLIGHT)
        said = bill(url)
    seconds = max(one["seconds"] for one in told)
    return {
        "of_ideal": round(seconds * A_SECOND / COUNT, 3),
        "refused": round(said["refused"] / COUNT, 4),
        "answered": sum(one["answered"] for one in told),
    }


def main() -> None:
    """Run the benchmark."""
    rates = {"requests": 60 * A_SECOND}, {"tokens": 60 * A_SECOND * tokens_each()}
    figures: dict[str, Any] = {}
    for rate in rates:
        for flavour in ("openai", "none"):
            for processes in (1, 2):
                name = f"{next(iter(rate))}_{flavour}_{processes}"
                figures[name] = measured({**rate, "flavour": flavour}, processes)
                print(name, figures[name], flush=True)
    print(json.dumps({"bench": "model.limits", **figures}))


if __name__ == "__main__":
    main()
