"""The base of every record, and content ids."""

import hashlib
import json
from typing import Final

from pydantic import BaseModel, ConfigDict, JsonValue

ID_LENGTH: Final = 20  # hex digits: 80 bits, one collision in 10^9 rows has odds of about 10^-6


class Record(BaseModel):
    """A frozen value with known fields and finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def content_id(*content: JsonValue) -> str:
    """Return the id of ``content``: the first 20 hex digits of the SHA-256 of its canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:ID_LENGTH]
