"""The teacher: whatever answers requests, in this process or behind a URL, always by the engine."""

from collections.abc import Callable, Sequence
from typing import Final

from schemas.errors import MissingSecret
from schemas.params import ServiceParams, TeacherParams
from schemas.record import content_id, words_fingerprint
from schemas.settings import settings
from schemas.teacher import Answer, ModelRequest
from tasks.model.engine import Engine, engine
from tasks.model.engine.choice import NO_KEY
from tasks.model.engine.endpoint import endpoint_specs
from tasks.model.engine.tokens import estimated_tokens
from tasks.model.offline import write_reply
from tasks.stopping import raise_if_stopped

OFFLINE_MODEL: Final = "offline-teacher"

Write = Callable[[Sequence[str], bytes | None, str, int], str]
"""(message texts, JPEG, reply record, seed) → JSON text of the reply record."""


def open_teacher(params: TeacherParams, service: ServiceParams, root: str) -> Engine:
    """Return the engine that asks the teacher of ``params``, its answers kept under ``root``.

    Raises Stopped where the process is told to end: it would begin anew what was closed.
    """
    raise_if_stopped()
    offline = params.kind == "offline"
    return engine(params, service, root, write=offline_answer if offline else None)


def offline_answer(request: ModelRequest) -> Answer:
    """Return what the rules write; they see no more than a remote model would."""
    texts = tuple(message.text for message in request.messages)
    text = write_reply(texts, request.image, request.reply, request.seed)
    return Answer(
        key=request.key,
        model=OFFLINE_MODEL,
        text=text,
        finish_reason="stop",
        prompt_tokens=sum(map(estimated_tokens, texts)),
        completion_tokens=estimated_tokens(text),
        cost=0.0,
    )


def revision_of(model: str) -> str:
    """Return what tells one state of the offline teacher from another; empty for other models."""
    if model != OFFLINE_MODEL:
        return ""
    return content_id(words_fingerprint("tasks.model.offline"), words_fingerprint("tasks.imagery"))


def check_teacher(params: TeacherParams) -> None:
    """Raise MissingSecret where the teacher that ``params`` ask for lacks its key."""
    if params.kind == "openai" and not endpoint_specs(settings()):
        raise MissingSecret(NO_KEY)
