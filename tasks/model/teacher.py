"""The teacher: whatever answers one request, and how the one that the parameters ask for is opened."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from schemas.params import TeacherParams
from schemas.record import words_fingerprint
from schemas.settings import settings
from schemas.teacher import Answer, ModelRequest
from tasks.model.offline import write_reply
from tasks.model.openai import OpenAITeacher, key_and_url
from tasks.model.tokens import estimated_tokens

OFFLINE_MODEL = "offline-teacher"

Write = Callable[[Sequence[str], bytes | None, str, int], str]
"""(message texts, JPEG, reply record, seed) → JSON text of the reply record."""


class Teacher(Protocol):
    """Answers one request; the seam behind which limits, batches and budgets belong."""

    async def answer(self, request: ModelRequest) -> Answer:
        """Return what the model says to ``request``.

        Raises TransientTeacherError where a later try may succeed, TeacherError where none would.
        """
        ...


class OfflineTeacher:
    """The rules that write from labels and pixels, in this process."""

    def __init__(self, write: Write = write_reply) -> None:
        """Answer with what ``write`` makes of a request."""
        self._write = write

    async def answer(self, request: ModelRequest) -> Answer:
        """Return what the rules write; they see no more than a remote model would."""
        texts = tuple(message.text for message in request.messages)
        text = self._write(texts, request.image, request.reply, request.seed)
        return Answer(
            key=request.key,
            model=OFFLINE_MODEL,
            text=text,
            finish_reason="stop",
            prompt_tokens=sum(map(estimated_tokens, texts)),
            completion_tokens=estimated_tokens(text),
        )


def open_teacher(params: TeacherParams) -> AbstractAsyncContextManager[Teacher]:
    """Return the teacher that ``params`` ask for, open within the block.

    A remote one connects at its first request, and raises MissingSecret then if it lacks its key.
    """
    return _offline() if params.kind == "offline" else _remote(params)


def revision_of(model: str) -> str:
    """Return what tells one state of the offline teacher from another; empty for other models."""
    return words_fingerprint("tasks.model.offline") if model == OFFLINE_MODEL else ""


def check_teacher(params: TeacherParams) -> None:
    """Raise MissingSecret where the teacher that ``params`` ask for lacks its key."""
    if params.kind == "openai":
        key_and_url(settings())


@asynccontextmanager
async def _offline() -> AsyncIterator[Teacher]:
    yield OfflineTeacher()


@asynccontextmanager
async def _remote(params: TeacherParams) -> AsyncIterator[Teacher]:
    teacher = OpenAITeacher(settings(), structured=params.structured)
    try:
        yield teacher
    finally:
        await teacher.close()
