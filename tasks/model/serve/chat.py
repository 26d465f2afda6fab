"""Chat completions: checked, let through, delayed, answered, billed, and sent as the faults have it.

key → body → model, pictures, length … → limits → latency → fault? → written and billed → sent
401   400    404, 400                    429                500 …                         torn …
"""

import asyncio
import time
from typing import Final

from aiohttp import web

from tasks.model.serve.answering import Model
from tasks.model.serve.asked import Asked, read_asked, read_json
from tasks.model.serve.bill import Bill
from tasks.model.serve.checks import check, check_key, fail, refuse
from tasks.model.serve.faults import Dice, Fault, fault_in
from tasks.model.serve.limits import Gate
from tasks.model.serve.options import Options
from tasks.model.serve.refusals import Refused
from tasks.model.serve.sending import page, reset, send, stream

PATH: Final = "/v1/chat/completions"


class Chat:
    """Answers chat completions."""

    def __init__(self, options: Options, model: Model, bill: Bill, dice: Dice) -> None:
        self._options, self._model, self._bill, self._dice = options, model, bill, dice
        self._gate = Gate(options.rates, time.monotonic())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request."""
        self._bill.arrived()
        try:
            return await self._answered(request)
        except Refused as refused:
            self._bill.unbilled(refused.status)
            return refused.response(self._headers())
        finally:
            self._bill.left()

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        checks, fault = self._options.checks, fault_in(request.headers.get("x-fault"))
        fault = fault if fault.name else self._dice.chat()
        check_key(checks, request.headers)
        if fault.name == "reset_early":
            return self._cut(request)
        asked = read_asked(read_json(await request.read()))
        prompt = self._model.prompt_tokens(asked)
        check(checks, asked, prompt, self._bill.billed)
        refuse(fault)
        self._gate.enter(prompt, asked.max_tokens or 0, time.monotonic())
        await self._delay(fault)
        if fault.name == "reset_unbilled":
            return self._cut(request)
        if fault.name.startswith("page_"):
            status = int(fault.name.removeprefix("page_"))
            self._bill.unbilled(status)
            return page(status)
        fail(fault)
        return await self._written(request, asked, fault)

    async def _written(
        self, request: web.Request, asked: Asked, fault: Fault
    ) -> web.StreamResponse:
        written = self._model.answer(asked, fault)
        self._gate.written(written.completion, time.monotonic())
        if fault.name == "reset_billed":
            return reset(request)
        completion = self._model.completion(asked, written, fault)
        headers = {**self._headers(), "x-request-id": f"req_{written.key[:24]}"}
        if asked.stream:
            return await stream(request, asked, completion, fault, headers)
        return await send(request, completion, fault, headers)

    async def _delay(self, fault: Fault) -> None:
        latency = self._dice.after(self._options.latency)
        if fault.name == "latency":
            latency = fault.seconds(1.0)
        if latency:
            await asyncio.sleep(latency)

    def _cut(self, request: web.Request) -> web.Response:
        self._bill.unbilled(None)
        return reset(request)

    def _headers(self) -> dict[str, str]:
        return self._gate.headers(time.monotonic())
