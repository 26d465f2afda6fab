"""The root: written, read back, deleted, and whether of two writers at once one wins."""

from collections.abc import Iterator
from time import monotonic
from uuid import uuid4

from schemas.checkup import Checked, doubtful, well, wrong
from schemas.errors import StorageError
from schemas.settings import Settings
from tasks.storage.store import Store

ELSEWHERE = "name another --root, or mend what the message says"


def check_root(root: str, where: Settings) -> Iterator[Checked]:
    """Yield what is to be said of ``root``; nothing is left behind in it."""
    try:
        store = Store(root)
        yield well("storage", "root", _round(store))
        missing = store.missing_condition()
    except StorageError as error:
        yield wrong("storage", "root", str(error), "" if ". " in str(error) else ELSEWHERE)
        return
    yield _conditions(root, missing, where)


def _round(store: Store) -> str:
    name, begun = f"stages/.doctor-{uuid4().hex}", monotonic()
    store.write(name, b"1")
    try:
        store.read(name)
    finally:
        store.delete(name)
    return f"{store.uri} was written, read and deleted in {1000 * (monotonic() - begun):,.0f} ms"


def _conditions(root: str, missing: str | None, where: Settings) -> Checked:
    subject = "conditional writes"
    if missing is None:
        return well("storage", subject, "of two writers at once exactly one succeeds")
    if where.conditional_writes == "lease":
        return doubtful(
            "storage", subject, f"{root} {missing}; a lock object replaces them (lease)",
            "expect some seconds a write, or use a store that keeps If-Match and If-None-Match",
        )  # fmt: skip
    return wrong(
        "storage", subject, f"{root} {missing}: two runs at once could overwrite each other",
        "use a store that keeps conditional writes, or set RS_GPT4V_CONDITIONAL_WRITES=lease",
    )  # fmt: skip
