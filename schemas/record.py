"""The base of every record, and ids of content."""

import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

from pydantic import BaseModel, ConfigDict, JsonValue

ID_LENGTH: Final = 20  # hex digits: 80 bits, one collision in 10^9 rows has odds of about 10^-6


class Record(BaseModel):
    """A frozen value with known fields and finite numbers.

    Parameters that change how a build runs, never what it makes, set ``shapes_data`` to False: they
    enter no content key.
    """

    shapes_data: ClassVar[bool] = True

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def content_id(*content: JsonValue) -> str:
    """Return the id of ``content``: the first 20 hex digits of the SHA-256 of its canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]


@cache
def words_fingerprint(package: str) -> str:
    """Return an id that changes when a word list (YAML file) of ``package`` changes.

    Raises ValueError for a package without one.
    """
    lists = [file for file in files(package).iterdir() if file.name.endswith(".yaml")]
    if not lists:
        raise ValueError(f"{package} has no word list")
    return content_id("words", {file.name: file.read_text("utf-8") for file in lists})
