"""What a step over all shards came to, found again by all that it was made of."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from schemas.release import Part
from tasks.reuse.parts import find_part
from tasks.storage.store import Store

FOLDER: Final = "known/results"
READERS: Final = 16


def remembered_parts(store: Store, step: str, key: str) -> tuple[Part, ...] | None:
    """Return the parts that ``step`` came to under ``key``; None where one of them is not there."""
    found = store.fetch(_path(step, key))
    try:
        named = [tuple(one) for one in json.loads(found.content)["parts"]] if found else None
    except (ValueError, KeyError, TypeError):
        return None
    if named is None:
        return None
    with ThreadPoolExecutor(READERS) as readers:
        parts = list(readers.map(lambda one: find_part(store, *one), named))
    whole = tuple(part for part in parts if part is not None)
    return whole if len(whole) == len(parts) else None


def remember_parts(store: Store, step: str, key: str, parts: Sequence[Part]) -> None:
    """Remember that ``step`` came to ``parts`` under ``key``."""
    named = [[part.stage, part.shard, part.key] for part in parts]
    store.write(_path(step, key), json.dumps({"parts": named}).encode())


def _path(step: str, key: str) -> str:
    return f"{FOLDER}/{step}/{key}.json"
