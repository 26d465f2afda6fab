"""What a request asks of the offline teacher: its fact sheet and the lines that stand beside it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import ValidationError

from schemas.facts import FactSheet

_BLOCK: Final = re.compile(r"```json\s*\n(.*?)\n\s*```", re.DOTALL)
_TURNS: Final = re.compile(r"^\s*Turns:\s*(\d+)\s*$", re.MULTILINE)
_DIALOGUE: Final = re.compile(r"^\s*Dialogue:\s*(\d+)\s+of\s+(\d+)\s*$", re.MULTILINE)
_FIRST: Final = re.compile(r"^\s*Use first:\s*(.*)$", re.MULTILINE)
_FACT_ID: Final = re.compile(r"\bf[1-9][0-9]*\b")


@dataclass(frozen=True)
class Task:
    """A parsed request. ``dialogue`` counts from 1 to ``dialogues``; ``first`` lists facts to be used before others."""

    sheet: FactSheet
    turns: int
    dialogue: int
    dialogues: int
    first: tuple[str, ...]


def read_request(texts: Sequence[str]) -> Task:
    """Find the fact sheet and the lines “Turns: 4”, “Dialogue: 2 of 3” and “Use first: f2 f5”.

    Raises ValueError when there is not exactly one fact sheet that can be read.
    """
    together = "\n".join(texts)
    blocks = _BLOCK.findall(together)
    if len(blocks) != 1:
        raise ValueError(
            f"{len(blocks)} fenced json blocks found in the messages, one is needed: the offline "
            "teacher writes from a fact sheet. Render the prompt with its facts."
        )
    turns, dialogue = _TURNS.search(together), _DIALOGUE.search(together)
    first = _FIRST.search(together)
    return Task(
        sheet=_sheet(blocks[0]),
        turns=int(turns[1]) if turns else 4,
        dialogue=int(dialogue[1]) if dialogue else 1,
        dialogues=int(dialogue[2]) if dialogue else 1,
        first=tuple(_FACT_ID.findall(first[1])) if first else (),
    )


def _sheet(block: str) -> FactSheet:
    try:
        return FactSheet.model_validate_json(block)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in problem["loc"]) or "the whole block"
        raise ValueError(f"the fact sheet cannot be read: {where}: {problem['msg']}") from error
