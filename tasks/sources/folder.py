"""The files below one source folder, local or behind any fsspec URL; nothing outside it is read."""

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path, PurePosixPath
from time import time_ns
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from fsspec.implementations.local import LocalFileSystem

from schemas.errors import SourceError, UnreadableText, UnsafePath
from schemas.record import Record
from schemas.vocabulary import Split
from tasks.storage.store import filesystem

if TYPE_CHECKING:
    from tasks.sources.protocol import SceneLabels, Told

IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp"})
YOUNG: Final = 2_000_000_000  # ns; times of files are that coarse at worst
ELSEWHERE: Final = "@"  # before the number of another folder that holds images
_SPLITS: Final = {"train": Split.TRAIN, "val": Split.VAL, "test": Split.TEST}
_SPLIT_WORD: Final = re.compile(
    r"(?:^|[_\-. ])(train|val|test)(?:ing|id|idation)?[_-]?(?:set)?[_-]?(?:\d{4})?$", re.IGNORECASE
)
_LINE_ENDS: Final = re.compile(r"\r\n|\n|\r")
_of_few: Final = lru_cache(maxsize=4096)  # files name the same few images line after line


class Refusal(Record):
    """One name below the folder that is not read."""

    name: str
    why: str


class Memory(Protocol):
    """What label files gave in earlier scans."""

    def told(self, scene: "SceneLabels", label: str, read: "Callable[[], Told]") -> "Told":
        """Return what ``read`` makes of the file ``label`` for ``scene``, or made of it before."""
        ...


class SourceFolder:
    """The files below one folder, by names relative to it, with ``/``.

    Hidden files are left out. Links that leave the folder, links to nothing, pipes and the like
    are not read and stand in ``refused``.
    """

    def __init__(self, uri: str, images: tuple[str, ...] = ()) -> None:
        """List ``uri``, a local folder or a URL, and the folders that hold more ``images``.

        Raises SourceError where one cannot be listed.
        """
        self.uri = uri.rstrip("/") or uri
        self._listed = time_ns()
        self.refused: list[Refusal] = []
        self._sizes: dict[str, int] = {}
        self._marks: dict[str, str] = {}
        self._young: set[str] = set()
        self.memory: Memory | None = None
        self.opened: set[str] = set()
        """Names that were asked for since it was last cleared, whether read or not."""
        try:
            self._fs, base = filesystem(self.uri)
        except (ValueError, ImportError) as error:
            raise SourceError(f"Cannot open the source folder {uri}: {error}") from error
        self._local = Path(base) if isinstance(self._fs, LocalFileSystem) else None
        self._base = base.rstrip("/")
        if self._local:
            self._list_local(self._local)
        else:
            self._list_remote()
        self.names = tuple(sorted(self._sizes))
        self.refused.sort(key=lambda refusal: refusal.name)
        others = [SourceFolder(images_uri) for images_uri in images]
        self._elsewhere = {
            f"{ELSEWHERE}{number}/{name}": (folder, name)
            for number, folder in enumerate(others)
            for name in folder.images()
        }
        self.bases: tuple[str, ...] = (
            self._own_base(), *(folder.bases[0] for folder in others)
        )  # fmt: skip

    def images(self) -> list[str]:
        """Return the names of the image files, by their suffix, sorted."""
        return [name for name in self.names if suffix(name) in IMAGE_SUFFIXES]

    def elsewhere(self) -> list[str]:
        """Return the names of the images that lie in other folders, as ``@0/…``, ``@1/…``.

        They are opened like any other; a format takes of them what its labels name.
        """
        return sorted(self._elsewhere)

    def with_suffix(self, wanted: str) -> list[str]:
        """Return the names that end in ``wanted``, such as ``.txt``, sorted."""
        return [name for name in self.names if suffix(name) == wanted]

    def size(self, name: str) -> int:
        """Return the size of a listed file in bytes."""
        if name in self._elsewhere:
            folder, inner = self._elsewhere[name]
            return folder.size(inner)
        return self._sizes[name]

    def mark(self, name: str) -> str:
        """Return what a listing says of a file besides its size: other after every change."""
        if name in self._elsewhere:
            folder, inner = self._elsewhere[name]
            return folder.mark(inner)
        return self._marks[name]

    def is_settled(self, name: str) -> bool:
        """Say whether a file that is listed like this again holds the same.

        One that was written just before it was listed may have been written again since, within the
        grain of its time; of a remote one nothing but an ETag tells.
        """
        if name in self._elsewhere:
            folder, inner = self._elsewhere[name]
            return folder.is_settled(inner)
        return name not in self._young

    def is_as_listed(self, name: str) -> bool:
        """Say whether a local file is still as it was listed; of a remote one its ETag tells later."""
        if name in self._elsewhere:
            folder, inner = self._elsewhere[name]
            return folder.is_as_listed(inner)
        return self._local is None or _local_mark((self._local / name).stat()) == self._marks[name]

    def address(self, name: str) -> str:
        """Return where the file ``name`` is: an absolute path or a URL."""
        if name in self._elsewhere:
            self.opened.add(name)
            folder, inner = self._elsewhere[name]
            return folder.address(inner)
        self._check(name)
        self.opened.add(name)
        return f"{self.bases[0]}/{name}"

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open the file ``name`` for reading. Raises UnsafePath for a name that leads outside."""
        self.opened.add(name)
        if name in self._elsewhere:
            folder, inner = self._elsewhere[name]
            with folder.open(inner) as file:
                yield file
            return
        self._check(name)
        with self._fs.open(f"{self._base}/{name}", "rb") as file:
            yield file

    def read(self, name: str) -> bytes:
        """Return the bytes of the file ``name``."""
        with self.open(name) as file:
            return file.read()

    def lines(self, name: str) -> list[str]:
        """Return the lines of a UTF-8 text, with or without byte-order mark, ended in any way.

        Raises UnreadableText, with the line where it is not UTF-8.
        """
        try:
            content = self.read(name)
        except (ConnectionError, TimeoutError):
            raise  # of a remote source: may pass when tried again
        except OSError as error:
            why = f"{name} cannot be read ({error.strerror or error}). Make it readable."
            raise UnreadableText(why) from error
        try:
            return _LINE_ENDS.split(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise UnreadableText(
                f"{name}, line {line} is not UTF-8 text (byte {content[error.start]:#04x}). "
                "Save the file as UTF-8.",
                line,
            ) from error

    def _own_base(self) -> str:
        if self._local:
            return os.path.abspath(self._local).rstrip("/")  # noqa: PTH100  # keep links
        return self.uri

    def _check(self, name: str) -> None:
        if why := why_unsafe(name):
            raise UnsafePath(f"“{printable(name)}” {why}")
        if name not in self._sizes:
            raise UnsafePath(f"“{name}” is no file that may be read below {self.uri}.")

    def _list_local(self, root: Path) -> None:
        if not root.is_dir():
            raise SourceError(_no_folder(self.uri, root))
        inside = root.resolve()
        for folder, folders, files in os.walk(root, onerror=_not_listed):
            here = Path(folder)
            folders[:] = sorted(name for name in folders if not _is_hidden(name))
            links = [name for name in folders if (here / name).is_symlink()]
            for name in (*links, *files):
                if not _is_hidden(name):
                    path = here / name
                    self._add_local(path.relative_to(root).as_posix(), path, inside)

    def _add_local(self, name: str, path: Path, inside: Path) -> None:
        try:
            status = path.stat()
        except OSError:
            self._refuse(name, "is a link to nothing. Put the file there, or remove the link.")
            return
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            self._refuse(
                name, "is a link that leaves the source folder. Copy what it means into the folder."
            )
        elif why := why_unsafe(name):
            self._refuse(name, why)
        elif stat.S_ISREG(status.st_mode):
            self._sizes[name] = status.st_size
            self._marks[name] = _local_mark(status)
            if status.st_mtime_ns > self._listed - YOUNG:
                self._young.add(name)
        elif not stat.S_ISDIR(status.st_mode):
            self._refuse(name, "is no plain file. Remove it from the source folder.")

    def _list_remote(self) -> None:
        try:
            found = self._fs.find(self._base, detail=True)
        except OSError as error:
            raise SourceError(f"Cannot list the source folder {self.uri}: {error}") from error
        if not found:
            raise SourceError(f"There is nothing below {self.uri}. Is the address right?")
        start = len(self._base) + 1
        for path, entry in found.items():
            name = path[start:]
            if any(_is_hidden(part) for part in name.split("/") if part != ".."):
                continue
            if why := why_unsafe(name):
                self._refuse(name, why)
            else:
                self._sizes[name] = int(entry["size"])
                self._marks[name] = _mark(entry)
                if not self._marks[name].startswith("etag"):
                    self._young.add(name)

    def _refuse(self, name: str, why: str) -> None:
        self.refused.append(Refusal(name=printable(name), why=why))


def address_of(bases: Sequence[str], name: str) -> str:
    """Return where the file ``name`` is, by the addresses of the folder and of those of images."""
    number, inner = inner_name(bases, name)
    return f"{bases[number]}/{inner}"


def inner_name(bases: Sequence[str], name: str) -> tuple[int, str]:
    """Return in which of the folders at ``bases`` the file ``name`` is, and its name there."""
    number, slash, inner = name.removeprefix(ELSEWHERE).partition("/")
    if name.startswith(ELSEWHERE) and slash and number.isdecimal() and int(number) + 1 < len(bases):
        return int(number) + 1, inner
    return 0, name


@_of_few
def why_unsafe(name: str) -> str | None:
    """Return what is wrong with ``name`` as a name below the folder, or None."""
    parts = name.replace("\\", "/").split("/")
    if ".." in parts:
        return "has “..” in it and may lead out of the source folder. Write it without."
    if name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", name):
        return "is an absolute path. Write it relative to the source folder."
    if name != printable(name) or "\0" in name:
        return "has a name that is not UTF-8. Rename the file."
    return None


@_of_few
def suffix(name: str) -> str:
    """Return the suffix of ``name`` in lower case, such as ``.png``."""
    return PurePosixPath(name).suffix.lower()


@_of_few
def stem(name: str) -> str:
    """Return the file name without folder and suffix."""
    return PurePosixPath(name).stem


@_of_few
def folders_of(name: str) -> tuple[str, ...]:
    """Return the folders that ``name`` lies in, outermost first."""
    return PurePosixPath(name).parts[:-1]


def split_word(word: str) -> Split | None:
    """Return the split that a folder or file stem such as ``train2017`` or ``DOTA_val`` names."""
    found = _SPLIT_WORD.search(word)
    return _SPLITS[found.group(1).lower()] if found else None


def split_of_folders(name: str) -> Split | None:
    """Return the split that the outermost telling folder of ``name`` names, if one does."""
    named = (split_word(folder) for folder in folders_of(name))
    return next((split for split in named if split), None)


def printable(name: str) -> str:
    """Return ``name`` with what is not UTF-8 written as escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _local_mark(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns:x}-{status.st_ino:x}"


def _mark(entry: Mapping[str, object]) -> str:
    """Return what a remote listing says of a file; empty where that is nothing but its size."""
    for key in ("ETag", "etag", "mtime", "LastModified", "last_modified", "created"):
        if entry.get(key):
            return f"{key.lower()} {entry[key]}"
    return ""


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _no_folder(uri: str, root: Path) -> str:
    if root.exists():
        return f"The source {uri} is a file, but a folder with images and labels is needed."
    near = next((parent for parent in root.parents if parent.is_dir()), root)
    return f"There is no source folder {uri}. {near} exists; check what comes after it."


def _not_listed(error: OSError) -> None:
    raise SourceError(
        f"Cannot list {error.filename}: {error.strerror}. Make it readable or remove it."
    ) from error
