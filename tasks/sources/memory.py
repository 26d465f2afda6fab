"""Label files that are listed as they were when they were read are not read again.

A reader asks for what one file says of one image. What is remembered holds while these two files,
and all that the reader read before it came to the first image, are listed as they were. Where a
reader opens something else on the way, nothing of it is remembered.
"""

from collections.abc import Callable, Set
from functools import cache
from importlib.resources import files
from typing import Final, Protocol

from pydantic import JsonValue

from schemas.known import KnownLabels
from schemas.params import SourceSpec
from schemas.record import content_id
from schemas.sample import Rejection
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels, Told

_MADE: Final[dict[str, type[Told]]] = {model.__name__: model for model in (SceneLabels, Rejection)}
_CODE: Final = ("schemas", "tasks.sources", "tasks.lexicon")
_PLACES: Final = frozenset({"path", "images", "licence", "attribution"})  # that no reader asks for


class Labels(Protocol):
    """Where what was made of label files is kept."""

    def find(self, name: str, made_of: str) -> KnownLabels | None:
        """Return what was made of the label file, None where that is not known."""
        ...

    def learn(self, made: KnownLabels) -> None:
        """Remember what was made of a label file."""
        ...


class LabelMemory:
    """What one reader makes of the label files of one folder."""

    def __init__(self, folder: SourceFolder, spec: SourceSpec, labels: Labels) -> None:
        """Remember by ``labels``; what ``folder`` opens from now on is watched."""
        self._folder, self._labels = folder, labels
        self._spec: JsonValue = spec.model_dump(mode="json", exclude={*_PLACES})
        self._shared: tuple[int, JsonValue] = (-1, None)
        self._spoiled = False
        folder.opened.clear()

    def told(self, scene: SceneLabels, label: str, read: Callable[[], Told]) -> Told:
        """Return what ``read`` makes of the file ``label`` for ``scene``, or made of it before."""
        own = {label, scene.name} if scene.present else {label}
        if self._spoiled or not all(map(self._folder.is_settled, own | self._folder.opened)):
            return read()
        listed: JsonValue = [self._listed(name) for name in sorted(own)]
        made_of = content_id(self._spec, self._read_before(), listed, scene.model_dump(mode="json"))
        found = self._labels.find(label, made_of)
        if found is not None and found.kind in _MADE:
            return _MADE[found.kind].model_validate_json(found.content)
        made = self._read_alone(read, own)
        if not self._spoiled:
            content = made.model_dump_json()
            self._labels.learn(
                KnownLabels(name=label, made_of=made_of, kind=type(made).__name__, content=content)
            )
        return made

    def _read_before(self) -> JsonValue:
        """Return how the files are listed that were opened outside of ``told``."""
        opened = self._folder.opened
        if self._shared[0] != len(opened):
            self._shared = len(opened), [self._listed(name) for name in sorted(opened)]
        return self._shared[1]

    def _read_alone(self, read: Callable[[], Told], own: Set[str]) -> Told:
        """Return what ``read`` makes; from where it opens anything but ``own``, nothing is learnt."""
        before = self._folder.opened.copy()
        self._folder.opened.clear()
        try:
            return read()
        finally:
            self._spoiled = not self._folder.opened <= own
            self._folder.opened |= before

    def _listed(self, name: str) -> JsonValue:
        return [name, self._folder.size(name), self._folder.mark(name)]


@cache
def code_fingerprint() -> str:
    """Return an id that changes when the code or a word list changes by which labels are read."""
    found: dict[str, JsonValue] = {}
    for package in _CODE:
        for file in files(package).iterdir():
            if file.name.endswith((".py", ".yaml")):
                found[f"{package}/{file.name}"] = content_id(file.read_text("utf-8"))
    return content_id("code", found)
