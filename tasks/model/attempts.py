"""One question: its answer parsed, and asked once more where that can help."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from pydantic import ValidationError

from schemas.record import Record
from schemas.sample import Rejection
from schemas.teacher import Answer, Exchange, Message, ModelRequest
from schemas.tile import TileOutline
from schemas.vocabulary import Reason
from tasks.model.engine import Obtained
from tasks.model.engine.failures import TOO_LONG

R = TypeVar("R", bound=Record)
S = TypeVar("S")


class Teacher(Protocol):
    """Answers one request; the engine, or a stand-in of a test."""

    async def obtain(self, request: ModelRequest) -> Obtained:
        """Return the answer to ``request``, and whether it was made now."""
        ...


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


async def ask(teacher: Teacher, question: Question[S, R]) -> Asked[R] | Unanswered:
    """Return the parsed answer to ``question``.

    An answer that cannot be parsed, or draws a complaint, is asked for once more with the reason;
    one that was cut off once more with twice the room.
    """
    first = await _attempt(teacher, question, question.request)
    if first.problem is None or _is_final(first.answer):
        return _outcome(first)
    second = await _attempt(teacher, question, _asked_again(first))
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
        scene_id=tile.scene.id,
    )


async def _attempt(
    teacher: Teacher, question: Question[S, R], request: ModelRequest
) -> _Attempt[R]:
    obtained = await teacher.obtain(request)
    reply, problem = _read(obtained.answer, question)
    return _Attempt(request, obtained.answer, obtained.made, reply, problem)


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
    return answer.refusal is not None or answer.finish_reason == TOO_LONG


def _asked_again(attempt: _Attempt[R]) -> ModelRequest:
    """Return the second request: more room after a cut, else what is wrong with the answer."""
    request = attempt.request
    if _is_cut(attempt):
        return _changed(request, {"max_tokens": 2 * request.max_tokens})
    said = (
        f"That answer cannot be used as `{request.reply}`: {attempt.problem}. "
        "Give the whole answer again, with this put right."
    )
    added = (
        Message(role="assistant", text=attempt.answer.text),
        Message(role="user", text=said),
    )
    return _changed(request, {"messages": request.messages + added})


def _changed(request: ModelRequest, update: dict[str, object]) -> ModelRequest:
    return ModelRequest(
        **{name: getattr(request, name) for name in ModelRequest.model_fields} | update
    )


def _is_cut(attempt: _Attempt[R]) -> bool:
    """Say whether the answer ended where its room did; a whole one that filled it is no cut one."""
    return attempt.reply is None and attempt.answer.finish_reason == "length"


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
    if answer.finish_reason == TOO_LONG:
        return Reason.TOO_LONG, (
            f"A {purpose} request is too long for {answer.model}. "
            "Lower teacher.request_tokens or teacher.max_tokens."
        )
    if _is_cut(attempt):
        return Reason.CUT_OFF, (
            f"{answer.model} was cut off after {answer.completion_tokens} tokens, with room for "
            f"{attempt.request.max_tokens}. Raise teacher.max_tokens or lower teacher.request_tokens."
        )
    return Reason.UNPARSABLE_ANSWER, (
        f"{answer.model} did not answer with a {attempt.request.reply}: {attempt.problem}."
    )


def _exchange(used: _Attempt[R], attempts: tuple[_Attempt[R], ...]) -> Exchange:
    request, answers = used.request, [attempt.answer for attempt in attempts]
    costs = [answer.cost for answer in answers if answer.cost is not None]
    return Exchange(
        request_key=request.key,
        prompt=request.purpose,
        prompt_fingerprint=request.prompt_fingerprint,
        model=used.answer.model,
        temperature=request.temperature,
        max_tokens=request.max_tokens,
        seed=request.seed,
        prompt_tokens=sum(answer.prompt_tokens for answer in answers),
        image_tokens=sum(answer.image_tokens for answer in answers),
        cached_tokens=sum(answer.cached_tokens for answer in answers),
        completion_tokens=sum(answer.completion_tokens for answer in answers),
        reasoning_tokens=sum(answer.reasoning_tokens for answer in answers),
        cost=sum(costs) if len(costs) == len(answers) else None,
        latency=sum(answer.latency for answer in answers),
        tries=sum(answer.tries for answer in answers),
        attempts=len(attempts),
    )
