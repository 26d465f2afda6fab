"""A root in a bucket of an S3 store: atomic puts, conditional writes, ranged reads.

Every write carries a nonce in its metadata. When the answer to a conditional write is lost, the
request is sent again and may then fail because of itself: the nonce at the place tells a write of
one's own from another's.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final, cast
from uuid import uuid4

from botocore.exceptions import ClientError

from schemas.errors import DamagedPart, Overtaken, StorageError
from schemas.settings import S3Options
from tasks.storage.connection import Client, Connection, status_of
from tasks.storage.files import Begun, Listed, Tagged
from tasks.storage.ranged import TAIL, RangedFile
from tasks.storage.upload import NONCE, Upload, checksum

_NOT_IMPLEMENTED: Final = {400, 405, 501}


class BucketFiles:
    """The files below one prefix of a bucket."""

    def __init__(self, base: str, options: S3Options) -> None:
        """Take ``base``, the bucket and the prefix, as in “bucket/some/folder”."""
        self._bucket, _, prefix = base.partition("/")
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.connection = Connection(options)

    def look(self, path: str) -> Listed | None:
        """Return what a listing would show of ``path``; None where there is no such file."""
        head = self._head(path)
        if head is None:
            return None
        return Listed(
            path, int(head["ContentLength"]), str(head["ETag"]), _utc(head["LastModified"])
        )

    def list(self, folder: str) -> Iterator[Listed]:
        """Yield every file below ``folder``, a page of 1,000 at a time."""
        prefix = f"{self._prefix}{folder.strip('/')}/" if folder.strip("/") else self._prefix
        more: dict[str, Any] = {}
        while True:
            page = self._page(folder, prefix, more)
            for item in page.get("Contents", ()):
                key = str(item["Key"])
                if not key.endswith("/"):  # some tools put such, to show folders
                    path = key.removeprefix(self._prefix)
                    yield Listed(
                        path, int(item["Size"]), str(item["ETag"]), _utc(item["LastModified"])
                    )
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": str(page["NextContinuationToken"])}

    def read(self, path: str, start: int = 0, end: int | None = None) -> bytes:
        """Return bytes ``start`` to ``end`` of ``path``, fewer where it is shorter."""
        if end is not None and end <= start:
            return b""
        if start == 0 and end is None:
            return self._got(path).content
        return self._got(path, f"bytes={start}-{'' if end is None else end - 1}").content

    def fetch(self, path: str) -> Tagged | None:
        """Return the content of ``path`` and its ETag; None where there is no such file."""
        try:
            return self._got(path)
        except FileNotFoundError:
            return None

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for reading by ranges; one that is replaced meanwhile is not read on."""
        tail, size, tag = self._tail(path)

        def fetched(start: int, end: int) -> bytes:
            return self._got(path, f"bytes={start}-{end - 1}", tag).content

        yield cast("BinaryIO", RangedFile(size, tail, fetched))

    @contextmanager
    def create(self, path: str) -> Iterator[BinaryIO]:
        """Open ``path`` for writing, in pieces where it is large."""
        upload = Upload(self, path, self._url(path), uuid4().hex)
        try:
            yield cast("BinaryIO", upload)
            upload.finish()
        except BaseException:
            upload.abandon()
            raise

    def create_new(self, path: str, content: bytes) -> str:
        """Put ``content`` where nothing is and return its tag; raises Overtaken where something is."""
        return self._put_if(path, content, {"IfNoneMatch": "*"}, "is there already")

    def replace(self, path: str, content: bytes, tag: str) -> str:
        """Put ``content`` over the file with ``tag``, return the new tag; else raises Overtaken."""
        return self._put_if(path, content, {"IfMatch": tag}, "was changed or removed")

    def delete(self, path: str) -> None:
        """Remove ``path``; nothing happens where there is none."""

        async def work(client: Client) -> None:
            await client.delete_object(**self.key(path))

        self.connection.run(self._what("delete", path), work)

    def begun(self) -> Iterator[Begun]:
        """Yield the multipart uploads that were neither completed nor aborted."""
        more: dict[str, Any] = {}
        while True:
            page = self._uploads(more)
            for item in page.get("Uploads", ()):
                path = str(item["Key"]).removeprefix(self._prefix)
                yield Begun(path, str(item["UploadId"]), _utc(item["Initiated"]))
            if not page.get("IsTruncated"):
                return
            more = {
                "KeyMarker": str(page["NextKeyMarker"]),
                "UploadIdMarker": str(page["NextUploadIdMarker"]),
            }

    def abandon(self, write: Begun) -> None:
        """Abort the upload; nothing happens where it is ended."""

        async def work(client: Client) -> None:
            await client.abort_multipart_upload(**self.key(write.path), UploadId=write.name)

        with suppress(FileNotFoundError):
            self.connection.run(self._what("abandon", write.path), work)

    def tidy(self, folder: str) -> None:
        """Do nothing: a bucket has no folders."""

    def missing_condition(self) -> str | None:
        """Try both conditional writes on an object of its own; return what does not hold."""
        self._page("", f"{self._prefix}.probe", {"MaxKeys": 1})  # names a missing bucket
        path = f".probe-{uuid4().hex}"
        try:
            return self._probed(path)
        except StorageError as error:
            cause = error.__cause__
            if isinstance(cause, ClientError) and status_of(cause) in _NOT_IMPLEMENTED:
                return f"refuses conditional writes ({status_of(cause)})"
            raise
        finally:
            self.delete(path)

    def _probed(self, path: str) -> str | None:
        tag = self.create_new(path, b"1")
        try:
            self.create_new(path, b"2")
        except Overtaken:
            pass
        else:
            return "ignores If-None-Match"
        newer = self.replace(path, b"3", tag)
        try:
            self.replace(path, b"4", tag)
        except Overtaken:
            return None if newer != tag else "gives every version the same ETag"
        return "ignores If-Match"

    def key(self, path: str) -> dict[str, str]:
        """Return bucket and key of ``path`` as arguments of a request."""
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{path}"}

    def with_write(self, nonce: str) -> dict[str, Any]:
        """Return what goes with every write: its nonce, and the encryption asked for."""
        options = self.connection.options
        encryption = {
            "ServerSideEncryption": options.encryption,
            "SSEKMSKeyId": options.kms_key_id,
        }
        wanted = {name: value for name, value in encryption.items() if value}
        return {"Metadata": {NONCE: nonce}, **wanted}

    def nonce_at(self, path: str) -> str | None:
        """Return the nonce of the write that is at ``path`` now; None where nothing is."""
        head = self._head(path)
        return None if head is None else head.get("Metadata", {}).get(NONCE)

    def put(self, path: str, content: bytes, nonce: str) -> None:
        """Put ``content`` in one request, over whatever is there."""
        self._put(path, content, nonce, {})

    def _put(self, path: str, content: bytes, nonce: str, condition: dict[str, str]) -> str:
        arguments = self.key(path) | self.with_write(nonce) | condition
        arguments |= checksum(content, self.connection)

        async def work(client: Client) -> str:
            put = await client.put_object(Body=content, **arguments)
            return str(put["ETag"])

        return self.connection.run(self._what("write", path), work)

    def _put_if(self, path: str, content: bytes, condition: dict[str, str], found: str) -> str:
        nonce = uuid4().hex
        try:
            return self._put(path, content, nonce, condition)
        except FileNotFoundError:  # some stores say so where If-Match finds nothing
            raise Overtaken(f"{self._url(path)} {found}.") from None
        except ClientError as error:
            return self._own(path, nonce, f"{self._url(path)} {found}.", error)

    def _own(self, path: str, nonce: str, found: str, error: ClientError) -> str:
        """Return the tag of what is at ``path`` where this very write put it; else raise Overtaken."""
        head = self._head(path)
        if head is not None and head.get("Metadata", {}).get(NONCE) == nonce:
            return str(head["ETag"])
        raise Overtaken(found) from error

    def _head(self, path: str) -> Any:
        async def work(client: Client) -> Any:
            return await client.head_object(**self.key(path))

        try:
            return self.connection.run(self._what("read", path), work)
        except FileNotFoundError:
            return None

    def _got(self, path: str, range_: str | None = None, tag: str | None = None) -> Tagged:
        arguments = self.key(path)
        arguments |= {"Range": range_} if range_ else {}
        arguments |= {"IfMatch": tag} if tag else {}

        async def work(client: Client) -> Tagged:
            answer = await client.get_object(**arguments)
            async with answer["Body"] as body:
                return Tagged(await body.read(), str(answer["ETag"]))

        try:
            return self.connection.run(self._what("read", path), work)
        except ClientError as error:
            raise DamagedPart(f"{self._url(path)} was replaced while it was read.") from error
        except StorageError as error:
            if isinstance(error.__cause__, ClientError) and status_of(error.__cause__) == 416:
                return Tagged(b"", "")  # the range begins behind the end
            raise

    def _tail(self, path: str) -> tuple[bytes, int, str]:
        """Return the last bytes of ``path``, its size and its ETag."""
        arguments = self.key(path) | {"Range": f"bytes=-{TAIL}"}

        async def work(client: Client) -> tuple[bytes, int, str]:
            answer = await client.get_object(**arguments)
            async with answer["Body"] as body:
                tail = bytes(await body.read())
            whole = str(answer.get("ContentRange", "")).rpartition("/")[2]
            return tail, int(whole or len(tail)), str(answer["ETag"])

        try:
            return self.connection.run(self._what("read", path), work)
        except StorageError as error:
            if isinstance(error.__cause__, ClientError) and status_of(error.__cause__) == 416:
                return b"", 0, ""  # empty
            raise

    def _page(self, folder: str, prefix: str, more: dict[str, Any]) -> Any:
        async def work(client: Client) -> Any:
            return await client.list_objects_v2(Bucket=self._bucket, Prefix=prefix, **more)

        return self.connection.run(self._what("list", folder), work)

    def _uploads(self, more: dict[str, Any]) -> Any:
        async def work(client: Client) -> Any:
            return await client.list_multipart_uploads(
                Bucket=self._bucket, Prefix=self._prefix, **more
            )

        return self.connection.run(self._what("list", ""), work)

    def _what(self, verb: str, path: str) -> str:
        return f"{verb} {self._url(path)}"

    def _url(self, path: str) -> str:
        return f"s3://{self._bucket}/{self._prefix}{path}".rstrip("/")


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC)
