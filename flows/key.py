"""The key of the teacher's endpoint out of a Prefect Secret block: parameters hold only its name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

from prefect.blocks.system import Secret

from schemas.errors import MissingSecret
from schemas.params import ServiceParams
from schemas.settings import settings

VARIABLE: Final = "RS_GPT4V_OPENAI_API_KEY"


@contextmanager
def key_from(params: ServiceParams) -> Iterator[None]:
    """Give this process, and those that it starts, the key in the Secret that ``params`` name.

    Does nothing where they name none: the environment has the key. Raises MissingSecret where the
    server has no such Secret.
    """
    if params.secret is None:
        yield
        return
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = _key(params.secret)
    settings.cache_clear()
    try:
        yield
    finally:
        del os.environ[VARIABLE]
        if before is not None:
            os.environ[VARIABLE] = before
        settings.cache_clear()


def _key(name: str) -> str:
    try:
        secret = cast(Secret[str], Secret.load(name))
    except ValueError as error:
        raise MissingSecret(
            f"service.secret names “{name}”, but the Prefect server has no Secret block of that name. "
            "Make one in its UI under Blocks, or leave the parameter out and set OPENAI_API_KEY where "
            "the worker runs."
        ) from error
    return secret.get()
