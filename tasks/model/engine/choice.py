"""Which endpoint is asked next: by order or by weight, passing over those that are not well."""

import asyncio
from collections.abc import Sequence
from typing import Final

from schemas.errors import MissingSecret, TeacherError, TransientTeacherError
from tasks.model.engine.endpoint import Endpoint
from tasks.model.engine.failures import Failure, Kind

NEVER_REACHED: Final = 20.0  # seconds of patience with servers that have never answered anything
NO_KEY: Final = (
    "The openai teacher has no key. Set the environment variable RS_GPT4V_OPENAI_API_KEY (or "
    "OPENAI_API_KEY), or name a server that needs none in RS_GPT4V_OPENAI_BASE_URL, or use the "
    "offline teacher."
)


class Chooser:
    """Chooses among the endpoints of one engine."""

    def __init__(self, endpoints: Sequence[Endpoint], by_weight: bool = False) -> None:
        """Choose the first that is well, or ``by_weight`` each in its share."""
        self._endpoints, self._by_weight = tuple(endpoints), by_weight
        self._credit = dict.fromkeys(self._endpoints, 0.0)

    def chosen(self, avoid: Endpoint | None = None) -> Endpoint:
        """Return the endpoint to ask next, another than ``avoid`` where there is one that is well.

        Raises MissingSecret without any endpoint, TeacherError where no request can succeed at any of them.
        """
        if not self._endpoints:
            raise MissingSecret(NO_KEY)
        hopeful = [x for x in self._endpoints if x.hopeless is None]
        if not hopeful:
            raise TeacherError(" ".join(str(x.hopeless) for x in self._endpoints)) from None
        well = [x for x in hopeful if x.well] or hopeful
        rest = [x for x in well if x is not avoid] or well
        return self._weighed(rest) if self._by_weight and len(rest) > 1 else rest[0]

    def others(self, endpoint: Endpoint) -> bool:
        """Say whether an endpoint beside ``endpoint`` is well."""
        return any(x is not endpoint and x.well for x in self._endpoints)

    def _weighed(self, endpoints: Sequence[Endpoint]) -> Endpoint:
        """Return the one that is furthest behind its share: smooth weighted round-robin."""
        for endpoint in endpoints:
            self._credit[endpoint] += endpoint.spec.weight
        best = max(endpoints, key=self._credit.__getitem__)
        self._credit[best] -= sum(endpoint.spec.weight for endpoint in endpoints)
        return best


class Patience:
    """How long one request is tried again."""

    def __init__(self, seconds: float) -> None:
        """Lose patience ``seconds`` after the first failure."""
        self._seconds = seconds
        self._since: float | None = None
        self.failures = 0

    def lose(self, failure: Failure, tries: int, endpoint: Endpoint) -> None:
        """Count ``failure``; raise TransientTeacherError where it was one too many."""
        now = asyncio.get_running_loop().time()
        self._since = now if self._since is None else self._since
        self.failures += failure.kind is Kind.PASSING
        seconds = self._seconds if endpoint.reached else min(self._seconds, NEVER_REACHED)
        if failure.kind is not Kind.HOPELESS and now - self._since >= seconds:
            raise TransientTeacherError(
                f"{failure} Tried {tries} times in {now - self._since:.0f} s "
                "(service.patience); it may succeed later."
            ) from None
