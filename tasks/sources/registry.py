"""Source formats by name. Every module of this package with a ``SOURCE`` is one."""

import gc
import importlib
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import tasks.sources
from schemas.errors import SourceError, UnknownName
from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels, Source


@cache
def sources() -> dict[str, Source]:
    """Return every source format by its name, sorted."""
    modules = [
        importlib.import_module(f"tasks.sources.{module.name}")
        for module in pkgutil.iter_modules(tasks.sources.__path__)
    ]
    found: list[Source] = [module.SOURCE for module in modules if hasattr(module, "SOURCE")]
    return {source.name: source for source in sorted(found, key=lambda source: source.name)}


def source_named(name: str) -> Source:
    """Return the source format ``name``. Raises UnknownName, with the nearest one."""
    if name not in sources():
        raise UnknownName("source format", name, sources())
    return sources()[name]


def recognise(folder: SourceFolder) -> list[str]:
    """Return the names of all formats that ``folder`` looks like, generic ones only if no other."""
    found = [source for source in sources().values() if source.recognises(folder)]
    special = [source for source in found if not source.generic]
    return [source.name for source in special or found]


def check(source: Source, folder: SourceFolder) -> None:
    """Raise SourceError, one paragraph, where ``folder`` cannot be read as ``source``."""
    expected = f"{source.title} is expected as: {source.layout}"
    if not folder.names and not folder.refused:
        raise SourceError(f"The source folder {folder.uri} is empty. {expected}")
    if not source.recognises(folder):
        raise SourceError(f"{folder.uri} has no {source.title} labels. {_hint(folder, expected)}")


def read_rows(
    source: Source, folder: SourceFolder, spec: SourceSpec
) -> Iterator[SceneLabels | Rejection | Finding]:
    """Yield what ``source`` reads of ``folder``.

    Each row is made without the collector of cycles: labels have none, and looking for them takes
    most of the time where there are very many.
    """
    rows = source.read(folder, spec)
    while True:
        with _without_collector():
            row = next(rows, None)
        if row is None:
            return
        yield row


@contextmanager
def _without_collector() -> Iterator[None]:
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _hint(folder: SourceFolder, expected: str) -> str:
    names = recognise(folder)
    if not names:
        return expected
    title = source_named(names[0]).title
    return f"This looks like {title}: use --source {names[0]}={folder.uri}"
