"""The bill: what was answered and paid for, by request, as the provider sees it; in memory only."""

import hashlib
import threading
from collections import Counter
from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True)
class Prices:
    """US dollars a million tokens; ``batch`` is the share of them that a batch costs."""

    input: float = 2.5
    cached: float = 1.25
    output: float = 10.0
    batch: float = 0.5

    def cost(self, prompt: int, cached: int, completion: int, *, batch: bool = False) -> float:
        """Return the dollars for so many tokens; ``cached`` are some of ``prompt``."""
        full = (prompt - cached) * self.input + cached * self.cached + completion * self.output
        return full * (self.batch if batch else 1.0) / 1e6


@dataclass(frozen=True)
class Totals:
    """What the bill amounts to."""

    seen: int = 0  # chat completions that came, batch lines not counted
    refused: int = 0  # with 429 or 503, before anything was billed
    failed: int = 0  # other requests that were not billed
    billed: int = 0  # answers made, one by one and in batches, whether they arrived or not
    batch_lines: int = 0  # of the billed
    keys: int = 0  # distinct requests billed
    billed_twice: int = 0  # requests billed more than once
    most_times: int = 0  # that one request was billed
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    cost: float = 0.0  # US dollars
    in_flight: int = 0
    peak_in_flight: int = 0

    @property
    def as_json(self) -> dict[str, int | float]:
        """The totals as a JSON object."""
        return asdict(self)


def request_key(body: object) -> str:
    """Return the SHA-256 of the canonical JSON of ``body``: keys sorted, no space, UTF-8.

    The body of a batch line has the key that it has when it is sent by itself.
    """
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


class Bill:
    """Counts what is billed; safe to read from other threads."""

    def __init__(self, prices: Prices) -> None:
        self.prices = prices
        self._lock = threading.Lock()
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget everything but what is in flight."""
        with self._lock:
            self._keys: Counter[str] = Counter()
            self._seen = self._refused = self._failed = self._billed = self._lines = 0
            self._prompt = self._cached = self._completion = 0
            self._cost, self._peak = 0.0, self._in_flight

    def arrived(self) -> None:
        """Count a chat completion that came."""
        with self._lock:
            self._seen += 1
            self._in_flight += 1
            self._peak = max(self._peak, self._in_flight)

    def left(self) -> None:
        """Count a chat completion as done with."""
        with self._lock:
            self._in_flight -= 1

    def unbilled(self, status: int | None) -> None:
        """Count a request that cost nothing; None where its connection was cut."""
        with self._lock:
            if status in {429, 503}:
                self._refused += 1
            else:
                self._failed += 1

    def add(self, key: str, prompt: int, cached: int, completion: int, *, batch: bool) -> None:
        """Count the answer to the request ``key`` as billed."""
        cost = self.prices.cost(prompt, cached, completion, batch=batch)
        with self._lock:
            self._keys[key] += 1
            self._billed += 1
            self._lines += batch
            self._prompt += prompt
            self._cached += cached
            self._completion += completion
            self._cost += cost

    @property
    def keys(self) -> dict[str, int]:
        """How often each request was billed, by its key."""
        with self._lock:
            return dict(self._keys)

    @property
    def billed(self) -> int:
        """How many answers were billed."""
        return self._billed

    @property
    def totals(self) -> Totals:
        """What it amounts to now."""
        with self._lock:
            return Totals(
                seen=self._seen,
                refused=self._refused,
                failed=self._failed,
                billed=self._billed,
                batch_lines=self._lines,
                keys=len(self._keys),
                billed_twice=sum(times > 1 for times in self._keys.values()),
                most_times=max(self._keys.values(), default=0),
                prompt_tokens=self._prompt,
                cached_tokens=self._cached,
                completion_tokens=self._completion,
                cost=self._cost,
                in_flight=self._in_flight,
                peak_in_flight=self._peak,
            )
