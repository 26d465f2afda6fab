"""The names of the classes of a YOLO folder: ``names`` of its YAML file, a list or a mapping."""

from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from schemas.errors import UnreadableText
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Severity
from tasks.lexicon.lexicon import is_known
from tasks.sources.folder import SourceFolder, printable

_LARGEST: Final = 1 << 18  # bytes; a list of classes is a few kilobytes


@dataclass
class Names:
    """The classes by their numbers."""

    by_index: dict[int, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def of(self, index: int) -> str:
        """Return the class ``index``. Raises ValueError, in words that follow “the line”."""
        if index not in self.by_index:
            raise ValueError(f"has the class {index}, which has no name in a YAML file")
        return self.by_index[index]

    def every(self) -> tuple[str, ...]:
        """Return all classes, sorted."""
        return tuple(sorted(set(self.by_index.values())))


def read_names(folder: SourceFolder, source: str) -> Names:
    """Return the names of the first YAML file that has them, and what is odd about the files."""
    found = Names()
    files = [*folder.with_suffix(".yaml"), *folder.with_suffix(".yml")]
    for name in sorted(files, key=lambda name: (name.count("/"), name)):
        try:
            names = _named(folder, name)
        except UnreadableText as error:
            found.findings.append(_unread(name, source, error))
            continue
        if names and not found.by_index:
            found.by_index = names
            found.findings += [
                _unknown(one, name, source) for one in found.every() if not is_known(one)
            ]
        elif names and names != found.by_index:
            found.findings.append(_other(name, source))
    return found


def _named(folder: SourceFolder, name: str) -> dict[int, str]:
    if folder.size(name) > _LARGEST:
        raise UnreadableText(f"{name} has more than {_LARGEST} bytes; a list of classes is small.")
    text = "\n".join(folder.lines(name))
    try:  # the base loader makes texts only: no merged mappings that grow without end
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        where = f"{name}, line {line}" if line else name
        raise UnreadableText(f"{where} is no YAML ({error.problem}). Correct it.", line) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else "it is broken"
        raise UnreadableText(f"{name} is no YAML ({why}). Correct it.") from None
    return _indexed(content.get("names") if isinstance(content, dict) else None)


def _indexed(names: Any) -> dict[int, str]:
    if isinstance(names, list):
        names = {str(index): name for index, name in enumerate(names)}
    if not isinstance(names, dict):
        return {}
    return {
        int(index): name.strip()
        for index, name in names.items()
        if isinstance(index, str) and index.isascii() and index.isdigit() and len(index) < 7
        if isinstance(name, str) and name.strip() and name == printable(name)
    }


def _unread(name: str, source: str, error: UnreadableText) -> Finding:
    return Finding(
        source=source, kind=FindingKind.MALFORMED_LINE, severity=Severity.ERROR, file=name,
        line=error.line, detail=str(error), remedy="Write names: and the classes in their order.",
    )  # fmt: skip


def _unknown(category: str, name: str, source: str) -> Finding:
    return Finding(
        source=source, kind=FindingKind.UNKNOWN_CLASS, severity=Severity.NOTE, file=name,
        detail=f"The class “{category}” is not in the lexicon; it is kept as spelled.",
        remedy="Correct the spelling, or add the class to tasks/lexicon/categories.yaml.",
    )  # fmt: skip


def _other(name: str, source: str) -> Finding:
    return Finding(
        source=source, kind=FindingKind.DUPLICATE_LABEL, severity=Severity.WARNING, file=name,
        detail="Its class names differ from those of an earlier file; they are not used.",
        remedy="Keep one list of class names.",
    )  # fmt: skip
