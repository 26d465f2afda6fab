"""Where the images of a COCO file are: beside it, below any folder, or nowhere."""

from pathlib import PurePosixPath

from tasks.sources.folder import SourceFolder


class Places:
    """The images of a source folder, found by what a COCO file calls them."""

    def __init__(self, folder: SourceFolder) -> None:
        """Index the images of ``folder`` by file name, once for any number of look-ups."""
        self._names = set(folder.images())
        self._by_file: dict[str, list[str]] = {}
        for name in folder.images():
            self._by_file.setdefault(PurePosixPath(name).name, []).append(name)

    def find(self, file_name: str, json_name: str) -> str | None:
        """Return the name below the folder of what ``json_name`` calls ``file_name``.

        First the place beside the JSON file, then any image whose path ends so; of several, the
        one in a folder that the JSON file is named after (``instances_train2017.json`` and
        ``train2017/``), then the first by name.
        """
        wanted = file_name if file_name in self._names else file_name.replace("\\", "/")
        wanted = str(PurePosixPath(wanted))
        beside = str(PurePosixPath(json_name).parent / wanted)
        if beside in self._names:
            return beside
        parts = PurePosixPath(wanted).parts
        ends = [name for name in self._by_file.get(parts[-1], ()) if _ends(name, parts)]
        stem = PurePosixPath(json_name).stem
        return min(ends, key=lambda name: (not _named_after(stem, name), name), default=None)


def _ends(name: str, parts: tuple[str, ...]) -> bool:
    return PurePosixPath(name).parts[-len(parts) :] == parts


def _named_after(stem: str, name: str) -> bool:
    return any(folder in stem for folder in PurePosixPath(name).parts[:-1])
