"""What is known of the files of one source from earlier scans, and what this one adds to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from schemas.params import SourceSpec
from tasks.reuse.files import KnownFiles
from tasks.reuse.labels import KnownLabelFiles
from tasks.sources.folder import SourceFolder, inner_name
from tasks.sources.memory import LabelMemory, code_fingerprint
from tasks.storage.store import Store


class KnownSource:
    """The SHA-256 of images by how they are listed, one table for each folder that holds some."""

    def __init__(self, store: Store, folder: SourceFolder, *, recheck: bool) -> None:
        """Know nothing where all is to be read again."""
        self._folder, self._recheck = folder, recheck
        self._files = [KnownFiles(store, base) for base in folder.bases]

    @classmethod
    @contextmanager
    def open(
        cls, store: Store, folder: SourceFolder, spec: SourceSpec, *, recheck: bool
    ) -> Iterator["KnownSource"]:
        """Give what is known of ``folder``; what was learnt is kept when the block ends well."""
        known = cls(store, folder, recheck=recheck)
        labels = KnownLabelFiles(store, folder.bases[0], f"{spec.name} {code_fingerprint()}")
        folder.memory = None if recheck else LabelMemory(folder, spec, labels)
        yield known
        labels.keep()
        for number, files in enumerate(known._files):
            files.keep(lambda name, number=number: known._listed(number, name))  # type: ignore[misc]

    def sha256(self, name: str) -> str | None:
        """Return the SHA-256 of the file ``name`` where it is listed as when it was read."""
        number, _ = inner_name(self._folder.bases, name)
        if self._recheck or not self._folder.is_settled(name):
            return None
        size, mark = self._folder.size(name), self._folder.mark(name)
        return self._files[number].find(size, mark)

    def learn(self, name: str, digest: str) -> None:
        """Remember the SHA-256 of the file ``name``, which was read just now."""
        if self._folder.is_settled(name) and self._folder.is_as_listed(name):
            number, inner = inner_name(self._folder.bases, name)
            size, mark = self._folder.size(name), self._folder.mark(name)
            self._files[number].learn(inner, size, mark, digest)

    def _listed(self, number: int, inner: str) -> tuple[int, str] | None:
        """Return size and mark of a file in the folder of this number; None where it is not there."""
        name = f"@{number - 1}/{inner}" if number else inner
        try:
            return self._folder.size(name), self._folder.mark(name)
        except KeyError:
            return None
