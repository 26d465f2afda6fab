"""A small provider of files and batches on loopback, which misbehaves as it is told and keeps a bill.

A batch is done after a few looks at it. What each batch does is said by ``behaviours``, the first
for the first batch that is made; those after the last are done in order.
"""

import asyncio
import json
import random
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

REFUSED = {
    "invalid line": {"code": "invalid_json", "message": "no picture", "line": 2},
    "no such model": {"code": "model_not_found", "message": "no such model"},
}
PROVIDER: web.AppKey["Provider"] = web.AppKey("provider")


@dataclass
class Provider:
    """What the provider holds, and what it was asked."""

    folder: Path
    behaviours: list[str] = field(default_factory=list)
    room: int = 1_000_000  # requests in its queue
    looks: int = 3  # at a batch, until it is done
    url: str = ""
    files: dict[str, dict] = field(default_factory=dict)
    batches: dict[str, dict] = field(default_factory=dict)
    billed: Counter = field(default_factory=Counter)  # times that each custom_id was run
    uploads: int = 0
    downloads: int = 0
    refuse: list[int] = field(default_factory=list)  # statuses of the next answers
    lose: int = 0  # answers to creations that are not sent
    tear: int = 0  # downloads that break in the middle

    def lines(self, file: str) -> list[dict]:
        with (self.folder / file).open() as lines:
            return [json.loads(line) for line in lines]


def application(provider: Provider) -> web.Application:
    app = web.Application(client_max_size=1 << 30, middlewares=[refusals(provider)])
    app[PROVIDER] = provider
    app.router.add_post("/v1/files", upload)
    app.router.add_get("/v1/files", list_files)
    app.router.add_get("/v1/files/{id}/content", content)
    app.router.add_delete("/v1/files/{id}", delete)
    app.router.add_post("/v1/batches", create)
    app.router.add_get("/v1/batches", list_batches)
    app.router.add_get("/v1/batches/{id}", retrieve)
    return app


def refusals(provider: Provider):
    @web.middleware
    async def refusing(request, handler):
        if provider.refuse:
            status = provider.refuse.pop(0)
            said = f"no: {request.headers.get('authorization')}"
            return web.json_response({"error": {"message": said}}, status=status)
        answer = await handler(request)
        if provider.lose and request.method == "POST":
            provider.lose -= 1
            request.transport.close()
        return answer

    return refusing


async def upload(request):
    provider = request.app[PROVIDER]
    fields, size, name = await request.multipart(), 0, ""
    identity = f"file-{len(provider.files)}-{random.randrange(10**6)}"
    while (part := await fields.next()) is not None:
        if part.name != "file":
            assert await part.text() == "batch"
            continue
        name = part.filename
        with (provider.folder / identity).open("wb") as out:
            while chunk := await part.read_chunk(1 << 16):
                out.write(chunk)
                size += len(chunk)
    provider.uploads += 1
    return web.json_response(_file(provider, identity, name, size, "batch"))


async def list_files(request):
    found = [f for f in reversed(request.app[PROVIDER].files.values()) if f["purpose"] == "batch"]
    return web.json_response({"object": "list", "data": found, "has_more": False})


async def content(request):
    provider = request.app[PROVIDER]
    provider.downloads += 1
    path = provider.folder / request.match_info["id"]
    if provider.tear:
        provider.tear -= 1
        response = web.StreamResponse(headers={"content-length": str(path.stat().st_size)})
        await response.prepare(request)
        await response.write(path.read_bytes()[: path.stat().st_size // 2])
        request.transport.close()
        return response
    return web.FileResponse(path)


async def delete(request):
    provider = request.app[PROVIDER]
    if provider.files.pop(request.match_info["id"], None) is None:
        return web.json_response({"error": {"message": "no such file"}}, status=404)
    (provider.folder / request.match_info["id"]).unlink()
    return web.json_response({"id": request.match_info["id"], "object": "file", "deleted": True})


async def create(request):
    provider, asked = request.app[PROVIDER], await request.json()
    assert asked["endpoint"] == "/v1/chat/completions"
    assert asked["completion_window"] == "24h"
    behaviours = provider.behaviours
    batch = {
        "id": f"batch_{len(provider.batches)}", "object": "batch", "status": "validating",
        "endpoint": asked["endpoint"], "completion_window": "24h", "created_at": 0,
        "input_file_id": asked["input_file_id"], "metadata": asked.get("metadata"),
        "behaviour": behaviours.pop(0) if behaviours else "done", "looks": 0,
    }  # fmt: skip
    provider.batches[batch["id"]] = batch
    return web.json_response(_shown(batch))


async def list_batches(request):
    """List two a page, the newest first."""
    batches = list(reversed(request.app[PROVIDER].batches.values()))
    after = request.query.get("after")
    start = 1 + [x["id"] for x in batches].index(after) if after else 0
    page = batches[start : start + 2]
    more = start + 2 < len(batches)
    shown = {"object": "list", "data": [_shown(x) for x in page], "has_more": more}
    return web.json_response(shown)


async def retrieve(request):
    provider = request.app[PROVIDER]
    batch = provider.batches.get(request.match_info["id"])
    if batch is None:
        return web.json_response({"error": {"message": "no such batch"}}, status=404)
    batch["looks"] += 1
    if batch["looks"] >= provider.looks and batch["status"] in {"validating", "in_progress"}:
        _run(provider, batch)
    elif batch["status"] == "validating":
        batch["status"] = "in_progress"
    return web.json_response(_shown(batch))


def _run(provider, batch):
    lines, behaviour = provider.lines(batch["input_file_id"]), batch["behaviour"]
    if len(lines) > provider.room:
        _fail(batch, [{"code": "token_limit_exceeded", "message": "Enqueued token limit reached"}])
        return
    if behaviour in REFUSED:
        _fail(batch, [REFUSED[behaviour]])
        return
    half = len(lines) // 2
    done = {"expired": half, "cancelled": half, "partial": half}.get(behaviour, len(lines))
    ran, errors = [], []
    for number, line in enumerate(lines[:done]):
        provider.billed[line["custom_id"]] += 1
        status, body = _response(behaviour, number, line)
        (ran if status == 200 else errors).append(_line(line["custom_id"], status, body))
    if behaviour in {"expired", "cancelled"}:
        errors += [_line(x["custom_id"], None, f"batch_{behaviour}") for x in lines[done:]]
    if behaviour == "duplicates":
        ran += ran[: len(ran) // 2]
    if behaviour in {"shuffled", "duplicates"}:
        random.Random(1).shuffle(ran)
    if behaviour == "strange":
        ran += [_line("nobody", 200, {}), "{torn"]
    batch["status"] = behaviour if behaviour in {"expired", "cancelled"} else "completed"
    batch["counts"] = {"completed": len(ran), "failed": len(errors), "total": len(lines)}
    for name, rows in (("output_file_id", ran), ("error_file_id", errors)):
        if rows:
            identity = f"file-{batch['id']}-{name}"
            text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in rows)
            (provider.folder / identity).write_text(text)
            batch[name] = _file(provider, identity, name, len(text), "batch_output")["id"]


def _response(behaviour, number, line):
    """Return status and body of one line: in a “mixed” batch each is of another kind."""
    if behaviour == "quota" and number == 1:
        return 429, _error("insufficient_quota", "You exceeded your current quota")
    if behaviour == "mixed" and number % 6:
        return {
            1: (400, _error("invalid_value", "The picture is broken")),
            2: (500, _error("server_error", "Try again")),
            3: (400, _error("content_filter", "Not this one")),
            4: (400, _error("context_length_exceeded", "Too long")),
            5: (200, {"choices": []}),
        }[number % 6]
    said = {"role": "assistant", "content": f"to {line['custom_id']}", "refusal": None}
    choice = {"index": 0, "message": said, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return 200, {"model": line["body"]["model"], "choices": [choice], "usage": usage}


def _error(code, message):
    return {"error": {"code": code, "message": message, "type": "invalid_request_error"}}


def _line(custom, status, body):
    if status is None:
        return {"custom_id": custom, "response": None, "error": {"code": body, "message": "late"}}
    response = {"status_code": status, "request_id": "r", "body": body}
    return {"id": "x", "custom_id": custom, "response": response, "error": None}


def _fail(batch, errors):
    batch["status"] = "failed"
    batch["errors"] = {"object": "list", "data": errors}


def _file(provider, identity, name, size, purpose):
    provider.files[identity] = {
        "id": identity, "object": "file", "bytes": size, "created_at": 0, "filename": name,
        "purpose": purpose, "status": "processed",
    }  # fmt: skip
    return provider.files[identity]


def _shown(batch):
    names = ("behaviour", "looks", "counts")
    counts = batch.get("counts", {"completed": 0, "failed": 0, "total": 0})
    return {k: v for k, v in batch.items() if k not in names} | {"request_counts": counts}


@contextmanager
def providing(folder: Path, *behaviours: str):
    """Serve in a thread of this process; the value is the provider."""
    folder.mkdir(parents=True, exist_ok=True)
    provider = Provider(folder, list(behaviours))
    loop, started = asyncio.new_event_loop(), threading.Event()

    async def start():
        runner = web.AppRunner(application(provider))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        started.set()
        return runner

    def run():
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield provider
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
