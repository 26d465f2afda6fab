"""XML label files: read whole and safely, without document types, entities or anything external."""

from typing import Final
from xml.etree.ElementTree import Element, ParseError  # parsed by defusedxml

from defusedxml.ElementTree import fromstring

from schemas.errors import UnreadableText
from tasks.sources.folder import SourceFolder

_LARGEST: Final = 64 << 20  # bytes; the labels of one image take thousands of them
_MOST_TAGS: Final = 2_000_000
_DEEPEST: Final = 50  # elements within elements; label files have five


def load_xml(folder: SourceFolder, name: str) -> Element:
    """Return the root of the XML file ``name``.

    Raises UnreadableText, with the line where it is known, where it is no XML, declares a document
    type or entities, is too large or too deep for labels, or cannot be read.
    """
    content = _content(folder, name)
    if content.count(b"<") > _MOST_TAGS:
        raise UnreadableText(_too_much(name, f"has more than {_MOST_TAGS:,} tags"))
    try:
        root: Element = fromstring(content, forbid_dtd=True)
    except ParseError as error:
        line, column = error.position
        raise UnreadableText(
            f"{name}, line {line}, column {column + 1} is no XML ({str(error).split(':')[0]}). "
            "Correct the file, or get it again.",
            max(line, 1),
        ) from None
    except (ValueError, LookupError, RecursionError) as error:
        raise UnreadableText(
            f"{name} is no plain XML ({error}). Save it as UTF-8, without a document type."
        ) from None
    if _is_too_deep(root):
        raise UnreadableText(_too_much(name, f"has more than {_DEEPEST} levels"))
    return root


def sniff_xml(folder: SourceFolder, name: str, size: int = 65_536) -> str:
    """Return the first ``size`` bytes of a file as text, leniently; blank if it cannot be read."""
    try:
        with folder.open(name) as file:
            start = file.read(size)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        return ""
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return start.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def text_at(element: Element, path: str) -> str | None:
    """Return the text of the first child at ``path``, stripped; None where there is none."""
    found = element.find(path)
    text = "" if found is None else (found.text or "").strip()
    return text or None


def texts_at(element: Element, path: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the texts of the children ``names`` below ``path``.

    Raises ValueError that names what is not there.
    """
    place = element.find(path)
    if place is None:
        raise ValueError(f"has no {path}")
    texts = [text_at(place, name) for name in names]
    missing = [name for name, text in zip(names, texts, strict=True) if text is None]
    if missing:
        raise ValueError(f"has no {', '.join(missing)} in its {path}")
    return tuple(text for text in texts if text is not None)


def length_at(element: Element, path: str) -> int | None:
    """Return the number of px at ``path``; None where there is none, or it is not more than 0."""
    text = text_at(element, path) or ""
    digits = text.split(".")[0]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 8):
        return None
    return int(digits) or None


def flag_at(element: Element, path: str) -> int:
    """Return the flag at ``path``, such as 0 or 1; 0 where there is none."""
    text = text_at(element, path) or ""
    return int(text) if len(text) == 1 and text.isascii() and text.isdigit() else 0


def nth(tag: str, number: int) -> str:
    """Return the path of the child ``number``, from 0, of this tag: ``object[1]`` is the first."""
    return f"{tag}[{number + 1}]"


def _content(folder: SourceFolder, name: str) -> bytes:
    if folder.size(name) > _LARGEST:
        raise UnreadableText(_too_much(name, f"is larger than {_LARGEST >> 20} MB"))
    try:
        return folder.read(name)
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError as error:
        why = f"{name} cannot be read ({error.strerror or error}). Make it readable."
        raise UnreadableText(why) from error


def _too_much(name: str, why: str) -> str:
    return f"{name} {why}, which the labels of one image never do. Get the file again."


def _is_too_deep(root: Element) -> bool:
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return False
    return True
