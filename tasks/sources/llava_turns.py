"""The turns of one LLaVA conversation: marks taken out, question and answer in turn."""

import re
from collections.abc import Iterator
from typing import Any, Final

from schemas.scene import Finding
from schemas.turn import Turn
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.folder import printable
from tasks.sources.listing import Entry

_ROLES: Final = {
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant",
    "system": "system",
}  # fmt: skip
_MARK: Final = re.compile(r"<(?:image|Image|img)>[ \t]*\n?|\n?[ \t]*<(?:image|Image|img)>")
_TASK: Final = re.compile(
    r"^\s*(?:\[(?:refer|grounding|identify|vqa|caption|detection|cls)\]\s*)+", re.IGNORECASE
)
_PHRASE: Final = re.compile(r"</?(?:p|ref)>")  # GeoChat's and InternVL's, round what a box is of
_BETWEEN: Final = re.compile(r"\s*<delim>\s*")

Pair = tuple[Turn, Turn]


def turns_of(entry: Entry, source: str) -> tuple[tuple[Turn, ...], tuple[Finding, ...]]:
    """Return the turns of ``entry`` and what is odd about them; no turns if it is broken.

    A question without an answer at the end, and a pair with a blank side, are left out.
    """
    try:
        said = [(role, words) for role, words in _said(entry.content) if role != "system"]
        pairs, alone = _pairs(said)
    except ValueError as error:
        finding = entry.odd(source, FindingKind.MALFORMED_LINE, "conversations", f"{error}")
        return (), (finding,)
    whole = [pair for pair in pairs if all(turn.content for turn in pair)]
    turns = tuple(turn for pair in whole for turn in pair)
    return turns, tuple(_findings(entry, source, len(pairs) - len(whole), alone=alone))


def cleaned(text: str) -> str:
    """Return ``text`` without the marks that only a loader reads."""
    text = _TASK.sub("", _MARK.sub("", text).strip())
    return _BETWEEN.sub(", ", _PHRASE.sub("", text)).strip()


def _said(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    turns = content.get("conversations")
    if not isinstance(turns, list) or not turns:
        raise ValueError("has no list of turns; left out")
    for index, turn in enumerate(turns):
        speaker, words = _told(turn)
        role = _ROLES.get(speaker.lower())
        if role is None:
            raise ValueError(f"has at {index} the speaker “{printable(speaker[:40])}”; left out")
        yield role, cleaned(words)


def _told(turn: Any) -> tuple[str, str]:
    """Return who speaks and what is said; raises ValueError where one of both is no text."""
    speaker = turn.get("from") if isinstance(turn, dict) else None
    words = turn.get("value") if isinstance(turn, dict) else None
    if isinstance(speaker, str) and isinstance(words, str):
        return speaker, words
    raise ValueError("has a turn without the texts “from” and “value”; left out")


def _pairs(said: list[tuple[str, str]]) -> tuple[list[Pair], bool]:
    """Return questions with answers, and whether one question at the end is alone."""
    for index, (role, _) in enumerate(said):
        if role != ("user", "assistant")[index % 2]:
            raise ValueError(f"has two turns of one side, or begins with the answer, at {index}")
    turns = [
        Turn(role="user" if role == "user" else "assistant", content=words) for role, words in said
    ]
    return list(zip(turns[::2], turns[1::2], strict=False)), len(turns) % 2 == 1


def _findings(entry: Entry, source: str, blank: int, *, alone: bool) -> Iterator[Finding]:
    if blank:
        why = f"has {blank} questions or answers that are blank; they are left out"
        yield entry.odd(source, FindingKind.BLANK_TEXT, "conversations", why)
    if alone:
        why = "ends with a question that has no answer; it is left out"
        yield entry.odd(source, FindingKind.MISSING_PAIR, "conversations", why, Severity.WARNING)
