"""What an export format is: samples in, files of another project's layout out."""

from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from pydantic import Field

from schemas.record import Record
from schemas.sample import Sample
from schemas.turn import Turn
from schemas.vocabulary import Split


class ExportedSample(Record):
    """A sample as it goes out."""

    sample: Sample
    turns: tuple[Turn, ...] = Field(description="its text, boxes in the dialect asked for")
    dialect: str = Field(description="name of that dialect")
    picture: str = Field(description="path of the picture relative to the export folder, with /")
    lineage: str = Field(description="<release>/<sample id>, which rs-gpt4v explain takes apart")


class Sink(Protocol):
    """The open file of one split; it appears under its name when it is whole."""

    def write(self, row: ExportedSample) -> None:
        """Append one sample."""
        ...

    def __enter__(self) -> Self:
        """Return the sink."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Finish the file, or throw it away where something was raised."""
        ...


class Exporter(Protocol):
    """One format."""

    @property
    def name(self) -> str:
        """The name that commands take."""
        ...

    @property
    def title(self) -> str:
        """One line: whose format it is."""
        ...

    def file(self, split: Split) -> str:
        """Return the name of the file of ``split``."""
        ...

    def create(self, folder: Path, split: Split) -> Sink:
        """Open the file of ``split`` in ``folder``."""
        ...
