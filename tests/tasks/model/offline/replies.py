"""Asks the offline teacher about the tiles of these tests, as the stages do."""

from dataclasses import dataclass

from schemas.facts import FactSheet, LocalFactText
from schemas.teacher import Dialogue, LocalDescription, Synthesis
from tasks.model.offline import write_reply
from tests.tasks.model.offline.tiles import Scene, paint, sheet

DIALOGUES = 3


@dataclass(frozen=True)
class Written:
    """All that is written about one tile."""

    facts: FactSheet
    local: LocalDescription
    synthesis: Synthesis
    dialogues: tuple[Dialogue, ...]

    def texts(self) -> list[str]:
        """Return every tagged text."""
        told = [text for f in self.local.facts for text in (f.attributes, f.relations) if text]
        answers = [turn.answer for dialogue in self.dialogues for turn in dialogue.turns]
        return [*told, *self.synthesis.description.split("\n\n"), *answers]


def messages(facts: FactSheet, lines: str = "") -> list[str]:
    """Return message texts that hold ``facts`` as the prompts do."""
    body = facts.model_dump_json(exclude_none=True, exclude_defaults=True)
    return ["You write.", f"{lines}\n```json\n{body}\n```\n"]


def write(scene: Scene, seed: int, turns: int = 4, *, lean: bool = False) -> Written:
    """Return what the offline teacher writes about ``scene``.

    ``lean``: only the local facts reach the later requests, as in very dense tiles.
    """
    facts, image = sheet(scene), paint(scene)
    local = LocalDescription.model_validate_json(
        write_reply(messages(facts), image, "LocalDescription", seed)
    )
    told = tuple(
        LocalFactText(id=f"f{n}", text=f"{fact.attributes} {fact.relations}".strip())
        for n, fact in enumerate(local.facts, 1)
    )
    whole = facts.model_copy(update={"facts": told})
    if lean:
        whole = whole.model_copy(update={"objects": (), "groups": (), "relations": ()})
    synthesis = write_reply(messages(whole), image, "Synthesis", seed)
    dialogues = tuple(
        Dialogue.model_validate_json(
            write_reply(
                messages(whole, f"Turns: {turns}\nDialogue: {number} of {DIALOGUES}"),
                image, "Dialogue", seed,
            )
        )
        for number in range(1, DIALOGUES + 1)
    )  # fmt: skip
    return Written(facts, local, Synthesis.model_validate_json(synthesis), dialogues)
