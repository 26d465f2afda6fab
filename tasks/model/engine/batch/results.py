"""The result files of a batch, line by line: what each says of its request."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx2
import openai
from openai.types import Batch
from pydantic import BaseModel, JsonValue, ValidationError

from schemas.teacher import Answer, ModelRequest
from tasks.model.engine.batch.desk import Desk
from tasks.model.engine.batch.terms import Answers, Connection, Purse
from tasks.model.engine.failures import Failure, Kind, Site, from_status

log = logging.getLogger(__name__)

_QUEUE_FULL: Final = "token_limit_exceeded"  # too many tokens wait in the provider's queue
_SHOWN: Final = 20  # lines of which a log speaks


class _Response(BaseModel):
    status_code: int
    body: dict[str, JsonValue]


class _Problem(BaseModel):
    code: str | None = None
    message: str | None = None


class _Line(BaseModel):
    custom_id: str
    response: _Response | None = None
    error: _Problem | None = None


@dataclass
class Tally:
    """What became of the requests of one batch; no key is in two of its parts."""

    answered: set[str] = field(default_factory=set)
    spent: dict[str, float] = field(default_factory=dict)  # US dollars by key, where known
    failed: dict[str, str] = field(default_factory=dict)  # for good, with the reason
    again: dict[str, str] = field(default_factory=dict)  # to be asked again, with the reason
    untried: set[str] = field(default_factory=set)  # to be asked again: the batch never ran
    strangers: set[str] = field(default_factory=set)  # answered, but asked by another run
    hopeless: str | None = None  # why no request can succeed
    queue_full: bool = False


class Collector:
    """Takes the lines of one batch's result files, in any order and any number of times."""

    def __init__(
        self,
        keys: Sequence[str],
        batch: str,
        tries: int,
        desk: Desk,
        answers: Answers,
        connection: Connection,
        purse: Purse | None,
    ) -> None:
        """Read lines about ``keys`` of ``batch``, their ``tries``-th, and keep what is answered."""
        self._keys, self._batch, self._tries = frozenset(keys), batch, tries
        self._desk, self._answers, self._connection = desk, answers, connection
        self._purse = purse
        self._tally = Tally()
        self._unknown = 0

    def take(self, lines: Iterable[bytes]) -> None:
        """Note what ``lines`` say; an answer is in the store when this returns."""
        for content in lines:
            if not content.strip():
                continue
            try:
                line = _Line.model_validate_json(content)
            except ValidationError as error:
                log.warning("batch %s: a torn line (%s)", self._batch, error.title)
                continue
            self._note(line)

    def tally(self, status: str) -> Tally:
        """Return what became of every request, in a batch that ended with ``status``."""
        if self._unknown:
            log.warning("batch %s: %d lines for no request of it", self._batch, self._unknown)
        tally = self._tally
        settled = tally.answered | tally.strangers
        for part in (tally.failed, tally.again):
            for key in settled & part.keys():
                del part[key]
        for key in self._keys - settled - tally.failed.keys() - tally.again.keys():
            tally.again[key] = f"batch {self._batch} ended ({status}) without a line for it"
        return tally

    def _note(self, line: _Line) -> None:
        key = line.custom_id
        if key not in self._keys:
            self._unknown += 1
            if self._unknown <= _SHOWN:
                log.warning("batch %s: no request “%s” is in it", self._batch, key[:64])
        elif key in self._tally.answered:
            return
        elif line.response is None:
            problem = line.error or _Problem()
            said = self._connection.scrub(problem.message or "no response")
            self._tally.again[key] = f"{problem.code or 'error'}: {said}"
        else:
            self._respond(key, line.response)

    def _respond(self, key: str, response: _Response) -> None:
        if key in self._desk:
            self._read(self._desk.request(key), response)
        elif (stored := self._answers.get(key)) is not None:
            self._count(key, stored.answer.cost)
        elif response.status_code == 200:
            self._tally.strangers.add(key)
        else:
            self._tally.again[key] = f"status {response.status_code}"

    def _read(self, request: ModelRequest, response: _Response) -> None:
        try:
            answer = self._answer(request, response)
        except Failure as failure:
            self._fail(request.key, failure)
        except ValueError as error:  # billed, yet of no use
            self._tally.spent[request.key] = self._desk.worst([request.key])
            self._tally.again[request.key] = f"no chat completion ({type(error).__name__})"
        else:
            if request.key not in self._answers:
                self._answers.put(request, answer)
            self._count(request.key, answer.cost)

    def _answer(self, request: ModelRequest, response: _Response) -> Answer:
        """Return the answer; its latency is 0, since a batch says nothing of single requests."""
        if response.status_code == 200:
            answer = self._connection.read(request, response.body)
        else:
            answer = self._refusal(request, response)
        cost = self._purse.cost(answer) if self._purse else answer.cost
        return answer.model_copy(
            update={
                "batch": self._batch, "endpoint": self._connection.host, "latency": 0.0,
                "tries": self._tries, "cost": cost,
                "image_tokens": self._desk.picture(request.key),
            }
        )  # fmt: skip

    def _refusal(self, request: ModelRequest, response: _Response) -> Answer:
        """Return the answer that a status other than 200 is, as in a request of its own."""
        where = self._connection
        error = _status_error(response)
        found = from_status(error, request, Site(where.host, where.model, where.scrub))
        if isinstance(found, Failure):
            raise found
        return found

    def _fail(self, key: str, failure: Failure) -> None:
        if failure.kind is Kind.UNUSABLE:
            self._tally.failed[key] = str(failure)
        else:
            self._tally.again[key] = str(failure)
        if failure.kind is Kind.HOPELESS:
            self._tally.hopeless = str(failure)

    def _count(self, key: str, cost: float | None) -> None:
        self._tally.answered.add(key)
        if cost is not None:
            self._tally.spent[key] = cost


def refused(batch: Batch, keys: Sequence[str], connection: Connection) -> Tally:
    """Return what became of a batch that failed before it ran: nothing of it was billed.

    Lines that the provider names have failed for good, the others are free to be sent again.
    """
    errors = (batch.errors.data if batch.errors else None) or []
    tally = Tally()
    for error in errors:
        said = f"{error.code or 'error'}: {connection.scrub(error.message or 'no message')}"
        if error.code == _QUEUE_FULL:
            tally.queue_full = True
        elif error.line is not None and 1 <= error.line <= len(keys):
            tally.failed[keys[error.line - 1]] = said
            log.warning("batch %s: line %d is refused: %s", batch.id, error.line, said)
        else:
            tally.hopeless = f"{connection.host} refused batch {batch.id}. {said}"
    if not errors:
        tally.hopeless = f"{connection.host} refused batch {batch.id} and does not say why."
    tally.untried = set(keys) - tally.failed.keys()
    return tally


def _status_error(response: _Response) -> openai.APIStatusError:
    """Return what the client would have raised for ``response`` outside a batch."""
    body = response.body.get("error", response.body)
    said = body.get("message") if isinstance(body, dict) else body
    sent = httpx2.Response(
        response.status_code, json=response.body, request=httpx2.Request("POST", "http://batch")
    )
    return openai.APIStatusError(str(said), response=sent, body=body)
