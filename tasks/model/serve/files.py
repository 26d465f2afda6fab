"""Files: uploaded by streaming to a folder, listed, read and deleted."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from aiohttp import BodyPartReader, web
from pydantic import JsonValue

from tasks.model.serve.refusals import Refused, json_response

CHUNK: Final = 2**18
LISTED: Final = 10_000  # files at most, unless fewer are asked for
PURPOSES: Final = frozenset({"batch", "batch_output", "assistants", "vision", "user_data"})


@dataclass(frozen=True)
class StoredFile:
    """One file that the endpoint holds."""

    id: str
    path: Path
    filename: str
    purpose: str
    bytes: int
    created_at: int

    @property
    def as_json(self) -> dict[str, JsonValue]:
        """What the API says of it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.bytes,
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
        }


class Files:
    """What was uploaded or came out of batches; gone when the endpoint stops."""

    def __init__(self, folder: str, most_bytes: int) -> None:
        self._folder, self._most_bytes = Path(folder), most_bytes
        self._files: dict[str, StoredFile] = {}
        self._numbers = count(1)

    @property
    def routes(self) -> list[web.RouteDef]:
        """Where it is reached."""
        return [
            web.post("/v1/files", self._upload),
            web.get("/v1/files", self._list),
            web.get("/v1/files/{id}", self._retrieve, allow_head=False),
            web.get("/v1/files/{id}/content", self._content, allow_head=False),
            web.delete("/v1/files/{id}", self._delete),
        ]

    def get(self, name: str) -> StoredFile:
        """Return the file ``name``. Raises Refused (404) where there is none."""
        if name not in self._files:
            raise Refused(404, f"No such File object: {name}", "id")
        return self._files[name]

    def put(self, filename: str, purpose: str, lines: Sequence[bytes]) -> StoredFile:
        """Keep ``lines`` as a file."""
        path = self._new_path()
        with path.open("wb") as file:
            file.writelines(lines)
        return self._keep(path, filename, purpose)

    def _new_path(self) -> Path:
        return self._folder / f"file-{next(self._numbers):06d}"

    def _keep(self, path: Path, filename: str, purpose: str) -> StoredFile:
        size, now = path.stat().st_size, int(time.time())
        kept = StoredFile(path.name, path, filename, purpose, size, now)
        self._files[kept.id] = kept
        return kept

    async def _upload(self, request: web.Request) -> web.Response:
        if not request.content_type.startswith("multipart/"):
            raise Refused(400, "expected multipart/form-data with file and purpose", "file")
        purpose, filename, path = "", "", self._new_path()
        try:
            async for part in await request.multipart():
                if not isinstance(part, BodyPartReader):
                    continue
                if part.name == "purpose":
                    purpose = await part.text()
                elif part.name == "file":
                    filename = part.filename or "upload"
                    await self._streamed(part, path)
            return json_response(self._uploaded(path, filename, purpose).as_json)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _uploaded(self, path: Path, filename: str, purpose: str) -> StoredFile:
        if not path.exists():
            raise Refused(400, "'file' is a required property", "file")
        if purpose not in PURPOSES:
            raise Refused(
                400, f"'{purpose}' is not one of {sorted(PURPOSES)} - 'purpose'", "purpose"
            )
        return self._keep(path, filename, purpose)

    async def _streamed(self, part: BodyPartReader, path: Path) -> None:
        size = 0
        with path.open("wb") as file:
            while chunk := await part.read_chunk(CHUNK):
                size += len(chunk)
                if size > self._most_bytes:
                    raise Refused(413, f"the file is larger than {self._most_bytes} bytes", "file")
                file.write(chunk)

    async def _list(self, request: web.Request) -> web.Response:
        purpose = request.query.get("purpose")
        files = [file.as_json for file in self._files.values() if purpose in {None, file.purpose}]
        newest_first = request.query.get("order", "desc") != "asc"
        return json_response(listed(files[::-1] if newest_first else files, request, LISTED))

    async def _retrieve(self, request: web.Request) -> web.Response:
        return json_response(self.get(request.match_info["id"]).as_json)

    async def _content(self, request: web.Request) -> web.StreamResponse:
        file = self.get(request.match_info["id"])
        return web.FileResponse(file.path, headers={"Content-Type": "application/octet-stream"})

    async def _delete(self, request: web.Request) -> web.Response:
        file = self.get(request.match_info["id"])
        del self._files[file.id]
        file.path.unlink(missing_ok=True)
        return json_response({"id": file.id, "object": "file", "deleted": True})


def listed(
    objects: Sequence[dict[str, JsonValue]], request: web.Request, most: int
) -> dict[str, object]:
    """Return the page of ``objects`` that ``request`` asks for by after and limit."""
    after, limit = request.query.get("after"), request.query.get("limit", str(most))
    if not limit.isdigit() or not int(limit):
        raise Refused(400, f"limit: expected a whole number above 0, found {limit}", "limit")
    places = {str(one["id"]): place for place, one in enumerate(objects)}
    if after is not None and after not in places:
        raise Refused(400, f"after: no such object: {after}", "after")
    rest = objects[places[after] + 1 :] if after is not None else objects
    page = rest[: min(int(limit), most)]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(page) < len(rest),
    }
