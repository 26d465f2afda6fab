"""The text lines of RSIVQA: ``image:question?answer``, and which dataset an image is from."""

import re
from functools import lru_cache
from typing import Final

from schemas.record import Record
from tasks.sources.folder import IMAGE_SUFFIXES, SourceFolder, folders_of, stem, suffix

_TYPICAL: Final = re.compile(r"\s*[^\s:?,;\[{<]+\s*:[^?]*\?\s*\S")
_THEME: Final = re.compile(r"\s*what is the theme of (?:this|the) picture\s*\?", re.IGNORECASE)
_SNIFFED: Final = 5  # lines that are looked into to recognise the format


class Group(Record):
    """One of the datasets that the images are from."""

    name: str
    source: str
    words: tuple[str, ...]


GROUPS: Final = (
    Group(name="AID", source="rsicd", words=("aid", "rsicd")),  # its file names are RSICD's
    Group(name="DOTA", source="dota", words=("dota",)),
    Group(name="HRRSD", source="hrrsd", words=("hrrsd", "tgrs-hrrsd", "opt")),
    Group(name="Sydney", source="sydney_captions", words=("sydney",)),
    Group(name="UCM", source="ucm_captions", words=("ucm", "ucmerced")),
)


class Triplet(Record):
    """One line: an image, a question with its question mark, and an answer."""

    image: str
    question: str
    answer: str


@lru_cache(maxsize=4096)
def group_of(name: str) -> Group | None:
    """Return the dataset that the innermost telling folder of ``name``, or its file, is named after."""
    for part in (*reversed(folders_of(name)), stem(name)):
        for group in GROUPS:
            if re.match(rf"(?:{'|'.join(group.words)})(?![a-z])", part, re.IGNORECASE):
                return group
    return None


def triplet_of(line: str) -> Triplet | None:
    """Return what ``line`` says; None where it has no image or no question."""
    image, colon, rest = line.partition(":")
    question, mark, answer = rest.partition("?")
    if not colon or not mark or not image.strip() or "?" in image:
        return None
    return Triplet(image=image.strip(), question=f"{question.lstrip()}?", answer=answer.strip())


def asks_for_theme(question: str) -> bool:
    """Say whether the answer to ``question`` is the class of the scene."""
    return bool(_THEME.fullmatch(question))


def bare(image: str) -> str:
    """Return what labels call an image, without the suffix of an image file."""
    return (
        image.removesuffix(image[-len(suffix(image)) :])
        if suffix(image) in IMAGE_SUFFIXES
        else image
    )


def label_files(folder: SourceFolder) -> list[str]:
    """Return the text files whose first lines are triplets."""
    return [name for name in folder.with_suffix(".txt") if _looks_like_triplets(folder, name)]


def _looks_like_triplets(folder: SourceFolder, name: str) -> bool:
    try:
        with folder.open(name) as file:
            start = file.read(4096).decode("utf-8-sig", errors="replace")
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError:
        return False
    lines = [line for line in start.splitlines() if line.strip()][:_SNIFFED]
    return sum(_TYPICAL.match(line) is not None for line in lines) * 2 > len(lines)
