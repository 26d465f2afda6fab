"""The connection to an S3 store: s3fs opens it, every request goes out here and is tried again.

s3fs knows the credentials (environment, profile, IRSA, instance role) and runs the loop; its own
retries and botocore's are switched off, because both would repeat a conditional write without
saying so. A request is tried again after 503 SlowDown and other faults of the server, resets and
time-outs; the pauses double, from 0.1 to 10 s, and are drawn at random below that.
"""

import asyncio
import os
import random
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, Final, TypeVar

import fsspec.asyn
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ResponseStreamingError,
)

from schemas.settings import S3Options
from tasks.storage.refusals import refused

FIRST_PAUSE: Final = 0.1  # s
LONGEST_PAUSE: Final = 10.0  # s
PASSING_CODES: Final = frozenset(
    {"RequestTimeout", "RequestTimeoutException", "IncompleteBody", "ConditionalRequestConflict",
     "OperationAborted", "XAmzContentSHA256Mismatch", "BadDigest"}
)  # fmt: skip
PASSING: Final = (
    HTTPClientError, EndpointConnectionError, ConnectTimeoutError, IncompleteReadError,
    ResponseStreamingError, ConnectionError, TimeoutError, asyncio.IncompleteReadError,
)  # fmt: skip

T = TypeVar("T")
Client = Any  # aiobotocore's S3 client is made at run time and has no type
Work = Callable[[Client], Awaitable[T]]


class Connection:
    """Sends requests to one S3 store; every method may be called from any thread and after a fork."""

    def __init__(self, options: S3Options) -> None:
        """Prepare for ``options``; nothing is sent yet."""
        self.options = options

    def run(self, what: str, work: Work[T]) -> T:
        """Return the outcome of ``work``, tried again while its faults pass.

        ``what`` names it in errors, such as “write s3://bucket/key”. Raises FileNotFoundError for a
        missing key, ClientError for a failed condition (412), StorageError for everything else.
        """
        files = self._files()
        found: T = fsspec.asyn.sync(files.loop, self._tried, files, what, work)
        return found

    def start(self, what: str, work: Work[T]) -> "Future[T]":
        """Begin ``work`` as ``run`` does, and return its future."""
        files = self._files()
        return asyncio.run_coroutine_threadsafe(self._tried(files, what, work), files.loop)

    async def _tried(self, files: Any, what: str, work: Work[T]) -> T:
        for attempt in range(self.options.attempts):
            last = attempt + 1 == self.options.attempts
            try:
                return await work(await files.set_session())
            except Exception as error:
                if last or not passes(error):
                    raise refused(error, what, self.options, attempt + 1) from error
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**attempt)
            await asyncio.sleep(pause * random.random())  # noqa: S311  # no secret
        raise AssertionError  # attempts ≥ 1

    def _files(self) -> Any:
        return _opened(self.options, os.getpid())


def passes(error: Exception) -> bool:
    """Say whether a request that failed with ``error`` may succeed when it is tried again."""
    if isinstance(error, ClientError):
        status = status_of(error)
        code = str(error.response.get("Error", {}).get("Code", ""))
        return status >= 500 or status == 429 or code in PASSING_CODES
    return isinstance(error, PASSING) or _is_payload_error(error)


def status_of(error: ClientError) -> int:
    """Return the HTTP status that ``error`` came with; 0 where there was none."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _is_payload_error(error: Exception) -> bool:
    """Say whether the answer was cut off while it was read."""
    import aiohttp  # noqa: PLC0415  # what aiobotocore reads with

    return isinstance(error, aiohttp.ClientError) and not isinstance(error, BotoCoreError)


@lru_cache
def _opened(options: S3Options, process: int) -> Any:  # noqa: ARG001  # one a process: none survives a fork
    from s3fs import S3FileSystem  # noqa: PLC0415  # only who uses S3 has it

    return S3FileSystem(skip_instance_cache=True, **arguments(options))


def arguments(options: S3Options) -> dict[str, Any]:
    """Return ``options`` as the arguments of s3fs; only what is set, its own settings hold else."""
    secrets = {
        "key": options.access_key_id,
        "secret": options.secret_access_key,
        "token": options.session_token,
    }
    extra: dict[str, Any] = {}
    if options.encryption:
        extra["ServerSideEncryption"] = options.encryption
    if options.kms_key_id:
        extra["SSEKMSKeyId"] = options.kms_key_id
    plain: dict[str, Any] = {
        "endpoint_url": options.endpoint_url,
        "profile": options.profile,
        "s3_additional_kwargs": extra or None,
        "client_kwargs": {"region_name": options.region} if options.region else None,
    }
    given = plain | {name: secret.get_secret_value() for name, secret in secrets.items() if secret}
    return {name: value for name, value in given.items() if value is not None} | {
        "config_kwargs": {
            "retries": {"mode": "standard", "total_max_attempts": 1},
            "connect_timeout": min(10, options.timeout),
            "read_timeout": options.timeout,
            "max_pool_connections": options.connections,
            "s3": {"addressing_style": options.addressing},
            "request_checksum_calculation": "when_required",
            "response_checksum_validation": "when_required",
        },
    }
