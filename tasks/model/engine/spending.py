"""What a try may cost and what it did: reserved before it is sent, settled when it is over."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Final

from schemas.errors import OverBudget, UsageError
from schemas.params import ServiceParams
from schemas.teacher import Answer, ModelRequest
from tasks.model.engine.batch import Purse
from tasks.model.engine.endpoint import Endpoint, Told
from tasks.model.engine.images import image_tokens
from tasks.model.engine.ledger import Ledger
from tasks.model.engine.prices import Price, cost, price_of, worst_cost
from tasks.model.engine.tokens import estimated_tokens, prompt_tokens
from tasks.model.engine.wire import Usage

LEARNING: Final = 0.1  # weight of each new answer in the mean length of answers


class Spending:
    """Prices the tries of one engine, and holds them to the budget where there is one."""

    def __init__(self, ledger: Ledger | None = None) -> None:
        """Reserve and settle in ``ledger``; without one, only say what answers cost."""
        self._ledger = ledger
        self._limited = ledger is not None and ledger.budget is not None
        self._held = 0  # reservations of requests under way
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._written: dict[str, float] = {}  # mean tokens of the answers to each prompt
        self._prices: dict[tuple[str, str], Price | None] = {}  # by model and URL

    def account(self, request: ModelRequest, endpoint: Endpoint, number: int) -> "Account":
        """Return the account of try ``number`` of ``request`` at ``endpoint``.

        Raises UsageError where there is a budget and no price is known.
        """
        price = self._price(endpoint, endpoint.model_of(request))
        worst = worst_cost(price, request) if price is not None else 0.0
        written = self._written.get(request.purpose, request.max_tokens)
        expected = prompt_tokens(request) + round(written)
        return Account(self, request, endpoint.host, number, price, worst, expected)

    def counted(self, answer: Answer, usage: Usage | None, request: ModelRequest) -> Answer:
        """Return ``answer`` with the tokens of its picture, and all that its server did not count."""
        counted: dict[str, object] = {"image_tokens": image_tokens(request)}
        if usage is None and answer.text:
            counted["prompt_tokens"] = prompt_tokens(request)
            counted["completion_tokens"] = estimated_tokens(answer.text)
        return answer.model_copy(update=counted)

    def purse(self, endpoint: Endpoint, model: str) -> Purse:
        """Return what batches of requests to ``model`` at ``endpoint`` reserve and settle with.

        Raises UsageError where there is a budget and no price is known.
        """
        price = self._price(endpoint, endpoint.spec.model or model)
        ledger = self._ledger
        return Purse(
            lambda request: price.batch * worst_cost(price, request) if price else 0.0,
            lambda answer: cost(price, answer, batch=True) if price else None,
            lambda key, dollars: ledger.reserve(key, dollars, shared=True) if ledger else None,
            lambda key, dollars: ledger.settle(key, dollars, shared=True) if ledger else None,
        )

    def learn(self, purpose: str, written: int) -> None:
        """Note that an answer to prompt ``purpose`` has ``written`` tokens."""
        known = self._written.get(purpose, written)
        self._written[purpose] = known + LEARNING * (written - known)

    async def reserve(self, key: str, dollars: float) -> None:
        """Set ``dollars`` aside for request ``key``, waiting while others may settle for less.

        Raises OverBudget where they are not left and nothing else is under way.
        """
        while self._ledger is not None and self._limited:
            try:
                self._ledger.reserve(key, dollars)
            except OverBudget:
                if not self._held:
                    raise
                freed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._waiting.append(freed)
                await freed
            else:
                self._held += 1
                return

    def settle(self, key: str, dollars: float) -> None:
        """Put what request ``key`` cost in the place of what was set aside."""
        if self._ledger is not None and (self._limited or dollars):
            self._ledger.settle(key, dollars)
        self.let_go()

    def let_go(self) -> None:
        """Let who waits for money look again: the next, or all when nothing is under way."""
        self._held -= self._limited
        waiting = self._waiting
        for _ in range(len(waiting) if not self._held else min(1, len(waiting))):
            freed = waiting.popleft()
            if not freed.done():
                freed.set_result(None)

    def _price(self, endpoint: Endpoint, model: str) -> Price | None:
        asked = model, endpoint.spec.base_url
        if asked not in self._prices:
            self._prices[asked] = price_of(*asked)
        price = self._prices[asked]
        if price is None and self._limited:
            raise UsageError(
                f"No price is known for {model} at {endpoint.host}, so service.budget cannot be "
                "kept. Give one in the file that RS_GPT4V_PRICES names, or set no budget."
            )
        return price


@dataclass(frozen=True)
class Account:
    """One try of one request."""

    spending: Spending
    request: ModelRequest
    host: str
    number: int
    price: Price | None
    worst: float  # US dollars
    tokens: int  # expected, prompt and answer

    async def reserve(self) -> None:
        """Set the worst cost aside. Raises OverBudget where that is more than is left."""
        await self.spending.reserve(self.request.key, self.worst)

    def settle(self, dollars: float) -> None:
        """Put what the try cost in the place of its worst cost."""
        self.spending.settle(self.request.key, dollars)

    def leave(self) -> None:
        """Leave the worst cost set aside: nobody will know what the try cost."""
        self.spending.let_go()

    def answer(self, told: Told) -> Answer:
        """Return the answer with what it took; tokens are estimated where the server counts none."""
        answer = self.spending.counted(told.answer, told.usage, self.request)
        self.spending.learn(self.request.purpose, answer.completion_tokens)
        update = {
            "cost": cost(self.price, answer) if self.price is not None else None,
            "latency": told.latency,
            "tries": self.number,
            "endpoint": self.host,
        }
        return answer.model_copy(update=update)


def open_spending(root: str, service: ServiceParams) -> Spending:
    """Return the spending of ``root`` under ``service``; noted without a budget too, for a later one."""
    return Spending(Ledger(root, service.budget, service.period))
