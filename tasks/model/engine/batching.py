"""The engine's requests through the Batch API: the same store, dialect, prices and budget."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from schemas.errors import StorageError
from schemas.settings import settings
from schemas.teacher import Answer, ModelRequest
from tasks.model.engine.batch import BatchOutcome, Connection, run_batch
from tasks.model.engine.endpoint import Endpoint
from tasks.model.engine.engine import Engine
from tasks.model.engine.wire import read_reply
from tasks.storage.store import Store


def answer_by_batch(
    engine: Engine, requests: Iterable[ModelRequest], store: Store, model: str
) -> BatchOutcome:
    """Have ``requests``, all to ``model``, answered by batches into the engine's store; blocks until they are.

    Asks the first endpoint that is well. Requests that no batch answers are left to be asked one by
    one. Raises what ``run_batch`` raises.
    """

    async def run() -> BatchOutcome:
        endpoint = engine.chosen()
        return await run_batch(
            requests,
            connection=_connection(engine, endpoint, model),
            answers=engine.answers,
            store=store,
            folder=settings().state_folder / "batches",
            purse=engine.spending.purse(endpoint, model),
        )

    try:
        return engine.run(run())
    except OSError as error:
        folder = settings().state_folder
        raise StorageError(f"Cannot keep requests in {folder}: {error}.") from error


def _connection(engine: Engine, endpoint: Endpoint, model: str) -> Connection:
    def encode(request: ModelRequest) -> bytes:
        return endpoint.body(request, structured=engine.structured)

    def read(request: ModelRequest, body: Mapping[str, JsonValue]) -> Answer:
        answer, usage = read_reply(body, request, named)
        return engine.spending.counted(answer, usage, request)

    named = endpoint.spec.model or model
    return Connection(endpoint.client, named, endpoint.host, encode, read, endpoint.scrub)
