"""A very small writer in the place of the offline teacher, for tests of how a teacher is asked."""

import re
from collections.abc import Sequence

from schemas.facts import FactSheet
from schemas.teacher import Dialogue, DialogueTurn, LocalDescription, LocalFact, Synthesis
from tasks.grounding.references import compress, tag


def write(texts: Sequence[str], image: bytes | None, reply: str, seed: int) -> str:
    """Return the JSON text of ``reply``, made of the fact sheet in ``texts`` alone."""
    together = "\n".join(texts)
    (block,) = re.findall(r"```json\n(.*?)\n```", together, re.DOTALL)
    sheet = FactSheet.model_validate_json(block)
    if reply == "LocalDescription":
        return local(sheet, len(image or b"")).model_dump_json()
    if reply == "Synthesis":
        return Synthesis(description=" ".join(f.text for f in sheet.facts)).model_dump_json()
    turns = int(re.search(r"^Turns: (\d+)$", together, re.MULTILINE)[1])
    first = re.search(r"^Use first: (.*)$", together, re.MULTILINE)[1].split()
    return dialogue(sheet, turns, first, seed).model_dump_json()


def local(sheet: FactSheet, size: int) -> LocalDescription:
    """Return one fact per group, which names all of its members."""
    return LocalDescription(
        facts=tuple(
            LocalFact(
                ids=tuple(compress(group.refs).split()),
                attributes=tag(f"{len(group.refs)} {group.category}", group.refs)
                + f" in a {group.kind}, in a picture of {size} bytes.",
                relations=f"All lie in the {group.cell} part.",
            )
            for group in sheet.groups
        )
    )


def dialogue(sheet: FactSheet, turns: int, first: Sequence[str], seed: int) -> Dialogue:
    """Return ``turns`` turns that go round the facts in ``first``."""
    texts = {fact.id: fact.text for fact in sheet.facts}
    used = [first[n % len(first)] for n in range(turns)]
    return Dialogue(
        turns=tuple(
            DialogueTurn(question=f"What is {n}, {seed}?", answer=texts[fact], rests_on=(fact,))
            for n, fact in enumerate(used, start=1)
        )
    )
