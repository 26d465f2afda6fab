"""A teacher that lies: the offline one, but about a third of its sentences state one false fact.

It stands behind the test endpoint: ``served(Options(), Liar())``. Tags stay as plausible as a
model's would be: the words change, the numbers of the objects do not; a denied class loses its tag.
"""

import hashlib
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from schemas.record import content_id
from schemas.teacher import REPLIES, Dialogue, LocalDescription, Synthesis
from tasks.grounding.references import Parsed, parse
from tasks.model.offline import write_reply
from tests.truth.fact import Kind
from tests.truth.falsehoods import absence, falsehoods
from tests.truth.reading import Slot, replaced, sentences_of, slots_in

DENIED: Final = 0.7  # of lies where a class can be denied
CLASSES: Final = 0.4  # weight of lies about the class, which every sentence has room for
_YES: Final = re.compile(r"Yes, (?:there is )?an? .* (?:image|half|left|right|centre)\.$")
_LISTS: Final = re.compile(
    r"\b(?:[Tt]here are|shows|contains|holds|takes in|visible|can be seen)\b"
)
_ELSE: Final = re.compile(r"\b(?:left|right|above|below|half|centre|further|another|more)\b")


@dataclass(frozen=True)
class Lie:
    """One false sentence, beside what would have been true; plain text."""

    kind: Kind
    reply: str  # name of the record
    true: str
    false: str
    picture: str  # SHA-256 of the JPEG that was sent


@dataclass
class Liar:
    """Writes replies as ``write_reply`` does, and lies in ``share`` of the sentences.

    The same request gets the same lies. ``lies`` holds all that were told; ``sentences`` counts all.
    """

    share: float = 0.3
    seed: int = 0
    lies: list[Lie] = field(default_factory=list)
    sentences: int = 0

    def __call__(self, texts: Sequence[str], image: bytes | None, reply: str, seed: int) -> str:
        """Return the JSON of a reply with lies in it."""
        honest = REPLIES[reply].model_validate_json(write_reply(texts, image, reply, seed))
        draw = random.Random(content_id("liar", self.seed, seed, list(texts)))
        picture = hashlib.sha256(image or b"").hexdigest()
        told = self._told(_TEXTS[reply](honest), (reply, picture), draw)
        return _REWRITTEN[reply](honest, told).model_dump_json()

    def _told(
        self, texts: Sequence[str], of: tuple[str, str], draw: random.Random
    ) -> Iterator[str]:
        """Return the texts of a reply with lies in some sentences."""
        read = [parse(text) for text in texts]
        bounds = [(n, *found) for n, text in enumerate(read) for found in sentences_of(text)]
        able = [(n, start, end) for n, start, end in bounds if slots_in(read[n], start, end)]
        wanted = self.share * len(bounds)
        number = min(len(able), int(wanted) + (draw.random() < wanted % 1))
        chosen = sorted(draw.sample(able, number), reverse=True)
        self.sentences += len(bounds)
        told = list(texts)
        for n, group in groupby(chosen, key=lambda one: one[0]):
            for _, start, end in group:  # the last first, so that places before it stay
                lie, told[n] = _lied(told[n], (start, end), of, draw)
                self.lies.append(lie)
        return iter(told)


def _lied(
    tagged: str, bounds: tuple[int, int], of: tuple[str, str], draw: random.Random
) -> tuple[Lie, str]:
    """Return ``tagged`` with one fact of a sentence made false, and what the lie is."""
    text, (start, end) = parse(tagged), bounds
    kind, changed = _changed(text, start, end, draw)
    false = parse(changed).plain
    until = end + len(false) - len(text.plain)
    reply, picture = of
    return Lie(kind, reply, text.plain[start:end], false[start:until], picture), changed


def _changed(text: Parsed, start: int, end: int, draw: random.Random) -> tuple[Kind, str]:
    slots = slots_in(text, start, end)
    if (denial := _denial(text, slots, start, end, draw)) is not None and draw.random() < DENIED:
        return Kind.ABSENCE, denial
    kinds = sorted({slot.kind for slot in slots})
    weights = [CLASSES if kind is Kind.CLASS else 1 for kind in kinds]
    kind = draw.choices(kinds, weights)[0]
    slot = draw.choice([one for one in slots if one.kind is kind])
    kind, words = falsehoods(slot, draw)
    return kind, replaced(text, slot, words)


def _denial(
    text: Parsed, slots: Sequence[Slot], start: int, end: int, draw: random.Random
) -> str | None:
    """Return the text with a class denied, where the sentence lists classes or says yes to one."""
    sentence = text.plain[start:end]
    named = [slot for slot in slots if slot.kind is Kind.CLASS]
    if named and _YES.match(sentence):
        whole = Slot(Kind.ABSENCE, start, end, sentence, ())
        return replaced(text, whole, f"No, {absence(named[0])} can be seen in the image.")
    if len(named) < 2 or not _LISTS.search(sentence) or _ELSE.search(sentence):
        return None
    slot = draw.choice(named)
    span = next(one for one in text.spans if one.start <= slot.start and slot.end <= one.end)
    tied = Slot(Kind.ABSENCE, span.start, span.end, text.plain[span.start : span.end], span.refs)
    return replaced(text, tied, absence(slot), untied=True)


def _of_local(reply: LocalDescription) -> list[str]:
    return [text for fact in reply.facts for text in (fact.attributes, fact.relations)]


def _to_local(reply: LocalDescription, told: Iterator[str]) -> LocalDescription:
    facts = [
        fact.model_copy(update={"attributes": next(told), "relations": next(told)})
        for fact in reply.facts
    ]
    return LocalDescription(facts=tuple(facts))


def _to_dialogue(reply: Dialogue, told: Iterator[str]) -> Dialogue:
    turns = [turn.model_copy(update={"answer": next(told)}) for turn in reply.turns]
    return Dialogue(turns=tuple(turns))


_TEXTS: Final[Mapping[str, Callable[[Any], list[str]]]] = {
    LocalDescription.__name__: _of_local,
    Synthesis.__name__: lambda reply: [reply.description],
    Dialogue.__name__: lambda reply: [turn.answer for turn in reply.turns],
}
_REWRITTEN: Final[Mapping[str, Callable[[Any, Iterator[str]], Any]]] = {
    LocalDescription.__name__: _to_local,
    Synthesis.__name__: lambda _reply, told: Synthesis(description=next(told)),
    Dialogue.__name__: _to_dialogue,
}
