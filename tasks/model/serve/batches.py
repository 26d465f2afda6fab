"""Batches: chat completions in a file, answered in the background at their own price.

validating ─▶ in_progress ─▶ finalizing ─▶ completed
    │              ├─ window over ─▶ expired     what was answered is in the output file,
    ▼              └─ cancelling ──▶ cancelled   the rest of an expired one in the error file
  failed
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

import orjson
from aiohttp import web
from pydantic import JsonValue

from tasks.model.serve.answering import Completion, Model
from tasks.model.serve.asked import Body, read_asked, read_json
from tasks.model.serve.checks import check
from tasks.model.serve.faults import FAULTS, Dice, fault_in
from tasks.model.serve.files import Files, StoredFile, listed
from tasks.model.serve.options import Options
from tasks.model.serve.refusals import Refused, json_response

ENDPOINT: Final = "/v1/chat/completions"
LISTED: Final = 100
DAY: Final = 86_400
STEPS: Final = 0.005  # seconds between looks at what is due
ENDED: Final = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(frozen=True)
class Line:
    """One request of a batch."""

    number: int
    custom_id: str
    body: Body


@dataclass
class Batch:
    """One batch and how far it is."""

    id: str
    input_file: StoredFile
    metadata: JsonValue
    faults: frozenset[str]
    created_at: int = field(default_factory=lambda: int(time.time()))
    status: str = "validating"
    moments: dict[str, int] = field(default_factory=dict)
    errors: list[JsonValue] = field(default_factory=list)
    output_file_id: str | None = None
    error_file_id: str | None = None
    total: int = 0
    output: list[bytes] = field(default_factory=list)
    failures: list[bytes] = field(default_factory=list)

    def become(self, status: str) -> None:
        """Note the new status and since when it is so."""
        self.status = status
        self.moments[f"{status}_at"] = int(time.time())

    @property
    def as_json(self) -> dict[str, JsonValue]:
        """What the API says of it."""
        names = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")  # fmt: skip
        errors: JsonValue = {"object": "list", "data": self.errors} if self.errors else None
        counts: JsonValue = {
            "total": self.total, "completed": len(self.output), "failed": len(self.failures),
        }  # fmt: skip
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": ENDPOINT,
            "errors": errors,
            "input_file_id": self.input_file.id,
            "completion_window": "24h",
            "status": self.status,
            "output_file_id": self.output_file_id,
            "error_file_id": self.error_file_id,
            "created_at": self.created_at,
            "expires_at": self.created_at + DAY,
            **{f"{name}_at": self.moments.get(f"{name}_at") for name in names},
            "request_counts": counts,
            "metadata": self.metadata,
        }


class Batches:
    """Runs batches, each as long as the options say."""

    def __init__(self, options: Options, files: Files, model: Model, dice: Dice) -> None:
        self._options, self._files, self._model, self._dice = options, files, model, dice
        self._batches: dict[str, Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._numbers = count(1)

    @property
    def routes(self) -> list[web.RouteDef]:
        """Where it is reached."""
        return [
            web.post("/v1/batches", self._create),
            web.get("/v1/batches", self._list),
            web.get("/v1/batches/{id}", self._retrieve, allow_head=False),
            web.post("/v1/batches/{id}/cancel", self._cancel),
        ]

    async def close(self, _app: web.Application) -> None:
        """Give up what runs."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _create(self, request: web.Request) -> web.Response:
        body = read_json(await request.read())
        if body.get("endpoint") != ENDPOINT:
            raise Refused(400, f"endpoint: only {ENDPOINT} is served in batches", "endpoint")
        if body.get("completion_window") != "24h":
            raise Refused(400, "completion_window: only 24h is known", "completion_window")
        file = self._files.get(str(body.get("input_file_id")))
        if file.purpose != "batch":
            raise Refused(400, f"{file.id} was uploaded for {file.purpose}, not batch", "input_file_id")  # fmt: skip
        asked = fault_in(request.headers.get("x-fault")).name
        faults = self._dice.batch() | ({asked} & FAULTS.keys())
        batch = Batch(f"batch_{next(self._numbers):06d}", file, body.get("metadata"), faults)
        self._batches[batch.id] = batch
        task = asyncio.get_running_loop().create_task(self._run(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return json_response(batch.as_json)

    async def _retrieve(self, request: web.Request) -> web.Response:
        return json_response(self._batch(request).as_json)

    async def _list(self, request: web.Request) -> web.Response:
        batches = [batch.as_json for batch in reversed(self._batches.values())]
        return json_response(listed(batches, request, LISTED))

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self._batch(request)
        if batch.status in ENDED:
            raise Refused(409, f"Cannot cancel a batch with status '{batch.status}'.")
        if batch.status != "cancelling":
            batch.become("cancelling")
        return json_response(batch.as_json)

    def _batch(self, request: web.Request) -> Batch:
        name = request.match_info["id"]
        if name not in self._batches:
            raise Refused(404, f"No batch found with id '{name}'.", "id")
        return self._batches[name]

    async def _run(self, batch: Batch) -> None:
        pause = min(0.05, self._options.batching.seconds / 10)
        await asyncio.sleep(pause)
        try:
            batch.total = self._validated(batch)
            if batch.status == "validating":
                batch.become("in_progress")
            await self._answered(batch)
        except Refused as refused:
            batch.errors.append(
                {"code": refused.code, "message": refused.message, "param": None, "line": None}
            )
            batch.become("failed")
            return
        if batch.status == "in_progress":
            batch.become("finalizing")
            await asyncio.sleep(pause)
        self._write_out(batch)

    def _validated(self, batch: Batch) -> int:
        """Return the number of lines. Raises Refused where the file is none of a batch."""
        if "failed" in batch.faults:
            raise Refused(400, "The batch failed, as was asked for.", code="invalid_request")
        names = [line.custom_id for line in _lines(batch.input_file)]
        if not names:
            raise Refused(400, "The input file is empty.", code="empty_file")
        if len(names) > self._options.batching.lines:
            raise Refused(400, f"More than {self._options.batching.lines} lines.", code="too_many_tasks")  # fmt: skip
        if len(set(names)) < len(names):
            raise Refused(400, "custom_id must be unique in a batch.", code="duplicate_custom_id")
        return len(names)

    async def _answered(self, batch: Batch) -> None:
        """Answer line by line, evenly over the time that a batch takes."""
        begun, seconds = time.monotonic(), self._options.batching.seconds
        half = -(-batch.total // 2)
        for line in _lines(batch.input_file):
            due = begun + seconds * line.number / batch.total
            while batch.status == "in_progress" and time.monotonic() < due:
                await asyncio.sleep(min(STEPS, max(0.0, due - time.monotonic())))
            await asyncio.sleep(0)
            if line.number > half and "stopped" in batch.faults and batch.status == "in_progress":
                batch.become("cancelling")
            if batch.status != "in_progress":
                return
            if line.number > half and "expired" in batch.faults:
                batch.failures.append(_result(batch, line, None, _EXPIRED))
            else:
                self._answer(batch, line)

    def _answer(self, batch: Batch, line: Line) -> None:
        try:
            completion = self._completion(line)
        except Refused as refused:
            batch.failures.append(_result(batch, line, (refused.status, refused.body), None))
            return
        batch.output.append(_result(batch, line, (200, completion), None))

    def _completion(self, line: Line) -> Completion:
        if self._dice.happens(self._options.faults.line_failed):
            raise Refused(500, "The server had an error.", kind="server_error")
        asked = read_asked(line.body)
        check(self._options.checks, asked, self._model.prompt_tokens(asked), 0)
        return self._model.completion(asked, self._model.answer(asked, batch=True))

    def _write_out(self, batch: Batch) -> None:
        cancelled = batch.status == "cancelling"
        lines, failures = list(batch.output), list(batch.failures)
        lines += [one for one in lines if self._dice.happens(self._options.faults.line_doubled)]
        if "shuffled" in batch.faults:
            self._dice.shuffle(lines)
            self._dice.shuffle(failures)
        if lines:
            batch.output_file_id = self._files.put(f"{batch.id}_output.jsonl", "batch_output", lines).id  # fmt: skip
        if failures:
            batch.error_file_id = self._files.put(f"{batch.id}_error.jsonl", "batch_output", failures).id  # fmt: skip
        ending = "expired" if "expired" in batch.faults else "completed"
        batch.become("cancelled" if cancelled else ending)


_EXPIRED: Final[JsonValue] = {
    "code": "batch_expired",
    "message": "This request could not be executed before the completion window expired.",
}


def _lines(file: StoredFile) -> Iterator[Line]:
    """Yield the requests in ``file``. Raises Refused at a line that is none."""
    try:
        opened = file.path.open("rb")
    except FileNotFoundError as error:
        raise Refused(400, f"{file.id} was deleted.", code="invalid_file") from error
    with opened:
        for number, text in enumerate((text for text in opened if text.strip()), start=1):
            line = _read(text, number)
            name, body = line.get("custom_id"), line.get("body")
            wrong = line.get("method") != "POST" or line.get("url") != ENDPOINT
            if not isinstance(name, str) or not isinstance(body, dict) or wrong:
                raise Refused(
                    400,
                    f"Line {number}: expected custom_id, method POST, url {ENDPOINT} and body.",
                    code="invalid_json_line",
                )
            yield Line(number, name, body)


def _read(text: bytes, number: int) -> Body:
    try:
        return read_json(text)
    except Refused as refused:
        raise Refused(400, f"Line {number}: {refused}", code="invalid_json_line") from refused


def _result(
    batch: Batch, line: Line, response: tuple[int, Completion] | None, error: JsonValue
) -> bytes:
    name = f"{batch.id.removeprefix('batch_')}_{line.number}"
    answered: JsonValue = None
    if response is not None:
        status, body = response
        answered = {"status_code": status, "request_id": f"req_{name}", "body": body}
    result = {
        "id": f"batch_req_{name}",
        "custom_id": line.custom_id,
        "response": answered,
        "error": error,
    }
    return orjson.dumps(result, option=orjson.OPT_APPEND_NEWLINE)
