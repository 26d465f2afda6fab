"""Asking: stored answers first, a bounded number at once, parsed, and asked again once if need be."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import islice
from typing import Final, Generic, TypeVar

from pydantic import ValidationError

from prompts import Prompt
from schemas.params import ServiceParams, TeacherParams
from schemas.record import Record
from schemas.sample import Rejection
from schemas.teacher import Answer, Exchange, Message, ModelRequest
from schemas.tile import Tile, TileOutline
from schemas.vocabulary import Reason
from tasks.model.answers import AnswerStore
from tasks.model.teacher import Teacher, open_teacher, revision_of

R = TypeVar("R", bound=Record)
S = TypeVar("S")

Opened = Callable[[TeacherParams], AbstractAsyncContextManager[Teacher]]

CHUNK: Final = 32  # requests, with their pictures, in memory at once, unless more are in flight


@dataclass(frozen=True)
class Question(Generic[S, R]):
    """One request, what it is about, and how its answer is read.

    ``complaint`` says what is wrong with a parsed reply, None where it will do. A complaint costs
    one more request, never the answer.
    """

    subject: S
    request: ModelRequest
    reply: type[R]
    complaint: Callable[[R], str | None] = lambda _reply: None


@dataclass(frozen=True)
class Asked(Generic[R]):
    """A request that was answered by a ``reply``; ``calls`` of it were made now, not found."""

    reply: R
    exchange: Exchange
    calls: int


@dataclass(frozen=True)
class Unanswered:
    """A request whose answer is of no use, with the raw text."""

    key: str
    reason: Reason
    detail: str
    raw: str
    calls: int


@dataclass(frozen=True)
class _Attempt(Generic[R]):
    """One answer: the reply, where it could be parsed, and what is wrong with it, if anything."""

    request: ModelRequest
    answer: Answer
    called: bool
    reply: R | None
    problem: str | None


def request_for(
    prompt: Prompt, variables: Mapping[str, object], params: TeacherParams, tile: Tile
) -> ModelRequest:
    """Return the request that shows ``tile`` with ``prompt`` filled in.

    Temperature and length are those of ``params``, by default those of the prompt file.
    """
    temperature, max_tokens = params.temperature, params.max_tokens
    return ModelRequest(
        purpose=prompt.name,
        prompt_fingerprint=prompt.fingerprint,
        model=params.model,
        revision=revision_of(params.model),
        messages=prompt.render(variables),
        image_sha256=tile.image_sha256,
        image=tile.image,
        reply=prompt.reply,
        temperature=prompt.temperature if temperature is None else temperature,
        max_tokens=prompt.max_tokens if max_tokens is None else max_tokens,
        seed=params.seed,
    )


def outline_of(tile: Tile) -> TileOutline:
    """Return ``tile`` without its picture, to be kept beside a request."""
    return TileOutline(**{name: getattr(tile, name) for name in TileOutline.model_fields})


def ask_all(
    params: TeacherParams,
    service: ServiceParams,
    answers: AnswerStore,
    questions: Iterable[Question[S, R]],
    opened: Opened = open_teacher,
) -> Iterator[tuple[S, Asked[R] | Unanswered]]:
    """Yield the subject and outcome of each question, in order.

    At most ``service.concurrency`` requests are in flight, and the pictures of one chunk in memory.
    Raises what the teacher raises; answers that came before that are kept in ``answers``.
    """
    pending = iter(questions)
    while chunk := tuple(islice(pending, max(CHUNK, service.concurrency))):
        outcomes = _run(params, service, answers, chunk, opened)
        yield from zip((question.subject for question in chunk), outcomes, strict=True)


async def ask(
    teacher: Teacher, answers: AnswerStore, question: Question[S, R]
) -> Asked[R] | Unanswered:
    """Return the parsed answer to ``question``, from ``answers`` where it stands there.

    An answer that cannot be parsed, or draws a complaint, is asked for once more with the reason.
    """
    first = await _attempt(teacher, answers, question, question.request)
    if first.problem is None or _is_final(first.answer):
        return _outcome(first)
    again = _asked_again(question.request, first)
    second = await _attempt(teacher, answers, question, again)
    if second.reply is None and first.reply is not None:
        return _outcome(first, second)
    return _outcome(second, first)


def rejection(stage: str, tile: TileOutline, unanswered: Unanswered) -> Rejection:
    """Return the row that says why a request about ``tile`` gave nothing, with the raw answer."""
    return Rejection(
        stage=stage,
        subject="request",
        subject_id=unanswered.key,
        source=tile.scene.source,
        reason=unanswered.reason,
        detail=f"Tile {tile.id}: {unanswered.detail}",
        file=tile.scene.name,
        payload=unanswered.raw,
    )


def _run(
    params: TeacherParams,
    service: ServiceParams,
    answers: AnswerStore,
    chunk: tuple[Question[S, R], ...],
    opened: Opened,
) -> list[Asked[R] | Unanswered]:
    try:
        return asyncio.run(_gathered(params, service, answers, chunk, opened))
    except BaseExceptionGroup as group:
        raise _first(group) from None


async def _gathered(
    params: TeacherParams,
    service: ServiceParams,
    answers: AnswerStore,
    chunk: tuple[Question[S, R], ...],
    opened: Opened,
) -> list[Asked[R] | Unanswered]:
    limit = asyncio.Semaphore(service.concurrency)

    async def one(teacher: Teacher, question: Question[S, R]) -> Asked[R] | Unanswered:
        async with limit:
            return await ask(teacher, answers, question)

    async with opened(params) as teacher, asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(teacher, question)) for question in chunk]
    return [task.result() for task in tasks]


async def _attempt(
    teacher: Teacher, answers: AnswerStore, question: Question[S, R], request: ModelRequest
) -> _Attempt[R]:
    """Find or ask for the answer to ``request`` and read it; kept before anything rests on it."""
    stored = await asyncio.to_thread(answers.get, request.key)
    if stored is not None:
        answer = stored.answer
    else:
        answer = await teacher.answer(request)
        await asyncio.to_thread(answers.put, request, answer)
    reply, problem = _read(answer, question)
    return _Attempt(request, answer, stored is None, reply, problem)


def _read(answer: Answer, question: Question[S, R]) -> tuple[R | None, str | None]:
    try:
        reply = question.reply.model_validate_json(_json_of(answer.text))
    except ValidationError as error:
        return None, _said(error)
    return reply, question.complaint(reply)


def _json_of(text: str) -> str:
    """Return the JSON object in ``text``: servers without structured outputs put words round it."""
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _said(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, x['loc'])) or 'text'}: {x['msg']}" for x in problems[:5])


def _is_final(answer: Answer) -> bool:
    """Say whether asking again with the reason cannot help."""
    return answer.refusal is not None or answer.finish_reason == "length"


def _asked_again(request: ModelRequest, attempt: _Attempt[R]) -> ModelRequest:
    said = (
        f"That answer cannot be used as `{request.reply}`: {attempt.problem}. "
        "Give the whole answer again, with this put right."
    )
    added = (
        Message(role="assistant", text=attempt.answer.text),
        Message(role="user", text=said),
    )
    return ModelRequest(
        **{name: getattr(request, name) for name in ModelRequest.model_fields}
        | {"messages": request.messages + added}
    )


def _outcome(used: _Attempt[R], *others: _Attempt[R]) -> Asked[R] | Unanswered:
    attempts = (used, *others)
    calls = sum(attempt.called for attempt in attempts)
    if used.reply is not None and used.answer.refusal is None:
        return Asked(used.reply, _exchange(used, attempts), calls)
    reason, detail = _why(used)
    keys = ", ".join(sorted(attempt.request.key for attempt in others))
    first = f" The first answer, {keys}, was of no use either." if keys else ""
    return Unanswered(used.request.key, reason, detail + first, used.answer.text, calls)


def _why(attempt: _Attempt[R]) -> tuple[Reason, str]:
    answer, purpose = attempt.answer, attempt.request.purpose
    if answer.refusal is not None:
        return Reason.REFUSED, f"{answer.model} refused to {purpose}: {answer.refusal}."
    if answer.finish_reason == "length":
        return Reason.CUT_OFF, (
            f"{answer.model} was cut off after {answer.completion_tokens} tokens. "
            "Raise teacher.max_tokens or lower teacher.request_tokens."
        )
    return Reason.UNPARSABLE_ANSWER, (
        f"{answer.model} did not answer with a {attempt.request.reply}: {attempt.problem}."
    )


def _exchange(used: _Attempt[R], attempts: tuple[_Attempt[R], ...]) -> Exchange:
    request = used.request
    return Exchange(
        request_key=request.key,
        prompt=request.purpose,
        prompt_fingerprint=request.prompt_fingerprint,
        model=used.answer.model,
        temperature=request.temperature,
        max_tokens=request.max_tokens,
        seed=request.seed,
        prompt_tokens=sum(attempt.answer.prompt_tokens for attempt in attempts),
        completion_tokens=sum(attempt.answer.completion_tokens for attempt in attempts),
        attempts=len(attempts),
    )


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
