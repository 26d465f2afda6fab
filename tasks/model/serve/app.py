"""The web application: routes, what they share, and the bill."""

from tempfile import TemporaryDirectory
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from tasks.model.serve.answering import OFFLINE_MODEL, Model
from tasks.model.serve.batches import Batches
from tasks.model.serve.bill import Bill
from tasks.model.serve.chat import PATH, Chat
from tasks.model.serve.checks import broken, check_key
from tasks.model.serve.faults import Dice, Fault, fault_in
from tasks.model.serve.files import Files
from tasks.model.serve.options import Options, Write
from tasks.model.serve.refusals import Refused, json_response
from tasks.model.serve.sending import reset

LARGEST_BODY: Final = 512 * 2**20


def application(write: Write, options: Options, bill: Bill) -> web.Application:
    """Return the application that answers with what ``write`` makes, and writes it on ``bill``."""
    folder = TemporaryDirectory(prefix="rs-gpt4v-served-")
    dice, model = Dice(options.faults), Model(options, write, bill)
    files = Files(folder.name, options.batching.most_bytes)
    batches = Batches(options, files, model, dice)
    app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_refusals(options, dice)])
    chat = Chat(options, model, bill, dice)
    app.router.add_post(PATH, chat.answer)
    app.router.add_get("/v1/models", _models(options))
    app.router.add_get("/v1/models/{name}", _models(options))
    app.router.add_get("/bill", _bill(bill))
    app.router.add_post("/bill/reset", _reset(bill))
    app.router.add_routes(files.routes + batches.routes)
    app.on_shutdown.append(batches.close)

    async def cleanup(_app: web.Application) -> None:
        folder.cleanup()

    app.on_cleanup.append(cleanup)
    return app


def _refusals(options: Options, dice: Dice) -> Middleware:
    """Return what turns refusals into answers, and brings faults to files and batches."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path
        if path == PATH or not path.startswith("/v1/"):
            return await _guarded(request, handler)
        try:
            check_key(options.checks, request.headers)
            return await _faulty(request, handler, options, dice)
        except Refused as refused:
            return refused.response()

    return middleware


async def _faulty(
    request: web.Request, handler: Handler, options: Options, dice: Dice
) -> web.StreamResponse:
    fault = fault_in(request.headers.get("x-fault"))
    name = fault.name
    if name.partition("_")[0] == "status":
        raise broken(fault)
    if name == "other_503" or dice.happens(options.faults.other_503):
        raise broken(Fault("status_503"))
    if name in {"reset_early", "reset_unbilled"}:
        return reset(request)
    response = await _guarded(request, handler)
    if name in {"other_reset", "reset_billed"} or dice.happens(options.faults.other_reset):
        return reset(request)
    return response


async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        return refused.response()
    except web.HTTPException as error:
        return Refused(error.status, error.reason).response()


def _models(options: Options) -> Handler:
    """Return the handler of the list of models, and of one of them."""
    names = options.checks.models or (OFFLINE_MODEL,)
    all_of = {
        name: {"id": name, "object": "model", "created": 0, "owned_by": "rs-gpt4v"}
        for name in names
    }

    async def models(request: web.Request) -> web.Response:
        name = request.match_info.get("name")
        if name is None:
            return json_response({"object": "list", "data": list(all_of.values())})
        if name not in all_of:
            raise Refused(404, f"The model `{name}` does not exist", code="model_not_found")
        return json_response(all_of[name])

    return models


def _bill(bill: Bill) -> Handler:
    async def totals(request: web.Request) -> web.Response:
        said: dict[str, object] = dict(bill.totals.as_json)
        if request.query.get("keys") not in {None, "0"}:
            said["by_key"] = bill.keys
        return json_response(said)

    return totals


def _reset(bill: Bill) -> Handler:
    async def reset_bill(_request: web.Request) -> web.Response:
        bill.reset()
        return json_response(bill.totals.as_json)

    return reset_bill
