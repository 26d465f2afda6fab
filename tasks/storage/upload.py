"""Writing one object of a bucket: small ones in one request, large ones in pieces while they grow."""

import base64
import hashlib
import io
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final, Protocol

from botocore.exceptions import ClientError

from schemas.errors import StorageError
from tasks.storage.connection import Client, Connection

PIECE: Final = 16 << 20  # bytes of a piece; 10,000 of them are the most that S3 takes: 160 GB
IN_FLIGHT: Final = 2
NONCE: Final = "rs-gpt4v-write"  # metadata of every object: tells whose write it was


class Place(Protocol):
    """Where an object goes, and what goes with every write of it."""

    connection: Connection

    def key(self, path: str) -> dict[str, str]:
        """Return bucket and key as arguments of a request."""
        ...

    def with_write(self, nonce: str) -> dict[str, Any]:
        """Return metadata and encryption as arguments of a request."""
        ...

    def nonce_at(self, path: str) -> str | None:
        """Return the nonce of the write that is there now."""
        ...

    def put(self, path: str, content: bytes, nonce: str) -> None:
        """Put ``content`` in one request."""
        ...


class Upload(io.RawIOBase):
    """A file open for writing; it appears in the bucket when ``finish`` returns, whole.

    At most ``IN_FLIGHT`` + 1 pieces are held in memory.
    """

    def __init__(self, place: Place, path: str, url: str, nonce: str) -> None:
        """Begin the object at ``path``; nothing is sent before there is a piece."""
        self._place, self._path, self._url, self._nonce = place, path, url, nonce
        self._pieces: list[bytes] = []
        self._held = self._size = 0
        self._upload: str | None = None
        self._sent: list[str] = []
        self._flying: deque[Future[str]] = deque()

    def writable(self) -> bool:
        """Say that this file is for writing."""
        return True

    def tell(self) -> int:
        """Return how many bytes were written."""
        return self._size

    def write(self, content: Any, /) -> int:
        """Append bytes."""
        left = memoryview(content).cast("B")
        size = len(left)
        self._size += size
        while self._held + len(left) >= PIECE:
            room = PIECE - self._held
            self._keep(left[:room])
            self._send(self._taken())
            left = left[room:]
        self._keep(left)
        return size

    def finish(self) -> None:
        """Send what is left and make the object appear. Raises StorageError."""
        if self._upload is None:
            self._place.put(self._path, self._taken(), self._nonce)
            return
        if self._held:
            self._send(self._taken())
        while self._flying:
            self._sent.append(self._flying.popleft().result())
        tags = [{"ETag": tag, "PartNumber": n} for n, tag in enumerate(self._sent, start=1)]
        self._complete(self._upload, {"Parts": tags})

    def abandon(self) -> None:
        """Let the store forget what was sent; what stays all the same is never seen by a reader."""
        for flying in self._flying:
            flying.cancel()
        if self._upload is not None:
            with suppress(StorageError, FileNotFoundError):
                self._run("abandon", "abort_multipart_upload", UploadId=self._upload)

    def _keep(self, piece: memoryview) -> None:
        self._pieces.append(bytes(piece))
        self._held += len(piece)

    def _taken(self) -> bytes:
        whole, self._pieces, self._held = b"".join(self._pieces), [], 0
        return whole

    def _send(self, piece: bytes) -> None:
        if self._upload is None:
            begun = self._run("write", "create_multipart_upload", **self._place.with_write(self._nonce))  # fmt: skip
            self._upload = str(begun["UploadId"])
        while len(self._flying) >= IN_FLIGHT:
            self._sent.append(self._flying.popleft().result())
        number = len(self._sent) + len(self._flying) + 1
        arguments: dict[str, Any] = dict(self._place.key(self._path))
        arguments |= checksum(piece, self._place.connection)
        arguments |= {"UploadId": self._upload, "PartNumber": number, "Body": piece}

        async def work(client: Client) -> str:
            return str((await client.upload_part(**arguments))["ETag"])

        self._flying.append(self._place.connection.start(f"write {self._url}", work))

    def _complete(self, upload: str, pieces: dict[str, Any]) -> None:
        """Make the object appear; where the answer was lost, see whether it is there."""
        try:
            self._run("write", "complete_multipart_upload", UploadId=upload, MultipartUpload=pieces)
        except StorageError as error:
            if not isinstance(error.__cause__, ClientError):
                raise
            if self._place.nonce_at(self._path) != self._nonce:
                raise

    def _run(self, verb: str, method: str, **arguments: Any) -> Any:
        arguments |= self._place.key(self._path)

        async def work(client: Client) -> Any:
            return await getattr(client, method)(**arguments)

        return self._place.connection.run(f"{verb} {self._url}", work)


def checksum(content: bytes, connection: Connection) -> dict[str, str]:
    """Return what lets the store see that ``content`` came through unaltered.

    Over plain HTTP nothing: there the signature covers the content.
    """
    if (connection.options.endpoint_url or "").startswith("http://"):
        return {}
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    return {"ContentMD5": base64.b64encode(digest).decode()}
