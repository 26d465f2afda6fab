"""The entry of the offline teacher: a request's texts and picture in, the reply's JSON out."""

from collections.abc import Callable, Sequence
from typing import Final

from schemas.record import Record, content_id
from schemas.teacher import Dialogue, LocalDescription, Synthesis
from tasks.model.offline.dialogue import converse
from tasks.model.offline.local import describe
from tasks.model.offline.request import Task, read_request
from tasks.model.offline.sight import View, view
from tasks.model.offline.synthesis import synthesize

Writing = Callable[[View, Task, str], Record]

_WRITING: Final[dict[str, Writing]] = {
    LocalDescription.__name__: lambda seen, _task, seed: describe(seen, seed),
    Synthesis.__name__: lambda seen, _task, seed: synthesize(seen, seed),
    Dialogue.__name__: converse,
}


def write_reply(texts: Sequence[str], image: bytes | None, reply: str, seed: int) -> str:
    """Return the JSON of the record ``reply``, written from the fact sheet in ``texts``.

    ``image`` is the JPEG of the tile; without it nothing is said of colours. The same arguments
    give the same text. Raises ValueError for no fact sheet, an unknown ``reply`` or a broken JPEG.
    """
    if reply not in _WRITING:
        raise ValueError(
            f"the offline teacher does not write “{reply}”; it writes {', '.join(_WRITING)}"
        )
    task = read_request(texts)
    identity = content_id(seed, task.sheet.model_dump(mode="json", exclude={"facts"}))
    return _WRITING[reply](view(task.sheet, image), task, identity).model_dump_json()
