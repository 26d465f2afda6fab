"""Finding a part that stands already, whole or not at all."""

import logging
from typing import Final, Literal

from schemas.errors import AccountingError, DamagedPart, MissingFile
from schemas.record import Record
from schemas.release import Part
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks.storage.parts import read_footer
from tasks.storage.store import Store

log = logging.getLogger(__name__)

BESIDE: Final[dict[type[Record], Literal["rejections", "findings"]]] = {
    Rejection: "rejections",
    Finding: "findings",
}


def bare_part(stage: str, shard: int, key: str) -> Part:
    """Return the part that ``key`` names, before anything is known of it."""
    return Part(
        stage=stage, shard=shard, key=key, candidates=0, rows=0, rejections=0, findings=0,
        made=False,
    )  # fmt: skip


def part_at(path: str) -> Part:
    """Return the part whose rows lie at ``path`` below the root, before anything is known of it."""
    _, stage, file = path.split("/")
    shard, _, key = file.removesuffix(".parquet").partition("-")
    return bare_part(stage, int(shard), key)


def find_part(store: Store, name: str, shard: int, key: str) -> Part | None:
    """Return the part that stands already under ``key``, or None where it is not whole."""
    part = bare_part(name, shard, key)
    try:
        found = part.model_copy(update=read_footer(store, part.path))
    except MissingFile:
        return None
    except DamagedPart as error:
        log.warning("%s is remade: %s", part.path, error)
        return None
    counts = {"rejections": found.rejections, "findings": found.findings}
    whole = all(store.exists(found.beside(t)) for t in BESIDE.values() if counts[t])
    return found if whole else None


def check_counts(part: Part) -> None:
    """Raise AccountingError where rows and rejections of ``part`` are not its candidates."""
    if part.rows + part.rejections != part.candidates:
        raise AccountingError(
            f"Stage {part.stage}, shard {part.shard}: {part.rows} rows + {part.rejections} "
            f"rejections are not {part.candidates} candidates ({part.findings} findings). This is "
            "a defect; please report it."
        )
