"""Which parts of a stage and shard were made by a recipe before: rows are taken over from them.

What is written here only helps to find them: a lost or outdated line costs work, never a wrong row.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from schemas.release import Part
from tasks.storage.store import Store

FOLDER: Final = "known/parts"
KEPT: Final = 4  # of the newest; builds of several sets of sources may take turns in one root


def earlier_keys(store: Store, stage: str, shard: int, recipe: str) -> tuple[str, ...]:
    """Return the keys of the parts that were made by ``recipe``, the newest first."""
    found = store.fetch(_path(stage, shard, recipe))
    return tuple(_keys(found.content)) if found else ()


def remember_part(store: Store, part: Part, recipe: str, earlier: Sequence[str]) -> None:
    """Put ``part``, made by ``recipe``, before the ``earlier`` ones."""
    keys = list(dict.fromkeys((part.key, *earlier)))[:KEPT]
    store.write(_path(part.stage, part.shard, recipe), json.dumps({"keys": keys}).encode())


def _keys(content: bytes) -> Iterator[str]:
    try:
        listed = json.loads(content)["keys"]
    except (ValueError, KeyError, TypeError):
        return
    yield from (key for key in listed if isinstance(key, str))


def _path(stage: str, shard: int, recipe: str) -> str:
    return f"{FOLDER}/{stage}/{shard:05d}-{recipe}.json"
