"""LLaVA's conversations: a JSON list of {"id", "image", "conversations"} beside a folder of images.

The format of haotian-liu/LLaVA, docs/Finetune_Custom_Data.md; ``dialect`` and ``lineage`` are added to each row.
"""

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from pydantic import Field

from schemas.record import Record
from schemas.turn import Turn
from schemas.vocabulary import Split
from tasks.exporters.protocol import ExportedSample

IMAGE: Final = "<image>\n"  # stands before the first question


class Said(Record):
    """One turn as LLaVA writes it."""

    speaker: Literal["human", "gpt"] = Field(serialization_alias="from")
    value: str


class LlavaRow(Record):
    """One row per sample."""

    id: str
    image: str
    conversations: tuple[Said, ...]
    dialect: str = Field(description="of the boxes in the text")
    lineage: str


class LlavaFile:
    """A JSON list that is written row by row."""

    def __init__(self, path: Path) -> None:
        """Open ``path``, under another name until it is whole."""
        self._path, self._torn = path, path.with_name(f"{path.name}.part")
        self._file = self._torn.open("w", encoding="utf-8")
        self._count = 0

    def write(self, row: ExportedSample) -> None:
        """Append one sample."""
        self._file.write(",\n" if self._count else "[\n")
        self._file.write(_row(row).model_dump_json(by_alias=True))
        self._count += 1

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """End the list and give the file its name; throw it away where something was raised."""
        if kind is None:
            self._file.write("\n]\n" if self._count else "[]\n")
            self._file.close()
            self._torn.replace(self._path)
            return
        with suppress(OSError):
            self._file.close()
        self._torn.unlink(missing_ok=True)


class Llava:
    """LLaVA's conversations."""

    name: Final = "llava"
    title: Final = "LLaVA conversations, a JSON list for each split beside images/"

    def file(self, split: Split) -> str:
        """Return the name of the file of ``split``."""
        return f"{split}.json"

    def create(self, folder: Path, split: Split) -> LlavaFile:
        """Open the file of ``split`` in ``folder``."""
        return LlavaFile(folder / self.file(split))


def _row(row: ExportedSample) -> LlavaRow:
    said = [_said(turn, IMAGE if place == 0 else "") for place, turn in enumerate(row.turns)]
    return LlavaRow(
        id=row.sample.id,
        image=row.picture,
        conversations=tuple(said),
        dialect=row.dialect,
        lineage=row.lineage,
    )


def _said(turn: Turn, before: str) -> Said:
    return Said(speaker="human" if turn.role == "user" else "gpt", value=f"{before}{turn.content}")


LLAVA: Final = Llava()
