"""The store of answers: every answer ever paid for, found again by the key of its request."""

import logging

from pydantic import ValidationError

from schemas.teacher import Answer, ModelRequest, StoredAnswer
from tasks.storage.store import Store

log = logging.getLogger(__name__)


class AnswerStore:
    """The answers in a root, one JSON file each, written whole before anybody rests on it."""

    def __init__(self, store: Store) -> None:
        """Keep answers under ``answers/`` in ``store``."""
        self._store = store

    def get(self, key: str) -> StoredAnswer | None:
        """Return what was answered to the request ``key``; None where nothing whole is kept."""
        path = answer_path(key)
        if not self._store.exists(path):
            return None
        try:
            stored = StoredAnswer.model_validate_json(self._store.read(path))
        except ValidationError as error:
            log.warning("%s is asked again: the file is damaged (%s)", path, error.title)
            return None
        return stored if stored.answer.key == key else None

    def put(self, request: ModelRequest, answer: Answer) -> None:
        """Keep ``answer`` beside its request, without the picture; durable when this returns."""
        stored = StoredAnswer(
            prompt=request.purpose,
            prompt_fingerprint=request.prompt_fingerprint,
            model=request.model,
            messages=request.messages,
            image_sha256=request.image_sha256,
            reply=request.reply,
            temperature=request.temperature,
            max_tokens=request.max_tokens,
            seed=request.seed,
            answer=answer,
        )
        content = stored.model_dump_json(indent=1).encode()
        self._store.write(answer_path(request.key), content)


def answer_path(key: str) -> str:
    """Return where the answer to request ``key`` is kept, relative to the root."""
    return f"answers/{key[:2]}/{key}.json"
