"""Source formats by name. Every module of this package with a ``SOURCE`` is one."""

import importlib
import pkgutil
from functools import cache

import tasks.sources
from schemas.errors import SourceError, UnknownName
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import Source


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


def _hint(folder: SourceFolder, expected: str) -> str:
    names = recognise(folder)
    if not names:
        return expected
    title = source_named(names[0]).title
    return f"This looks like {title}: use --source {names[0]}={folder.uri}"
