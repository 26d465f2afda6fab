"""Formats of other projects that a release can be written in: one module for each."""

from typing import Final

from schemas.errors import UnknownName
from tasks.exporters.llava import LLAVA
from tasks.exporters.protocol import Exporter

EXPORTERS: Final[dict[str, Exporter]] = {exporter.name: exporter for exporter in (LLAVA,)}


def exporter_named(name: str) -> Exporter:
    """Return the exporter ``name``; raises UnknownName where there is none."""
    if name not in EXPORTERS:
        raise UnknownName("export format", name, EXPORTERS)
    return EXPORTERS[name]
