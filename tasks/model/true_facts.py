"""Local facts that labels do not contradict: all that descriptions and dialogues are woven of."""

from collections.abc import Iterator, Sequence

from schemas.facts import LocalFactText
from schemas.teacher import DescribedObjects
from schemas.tile import TileOutline
from schemas.verdict import Held
from tasks.grounding.checks import Said
from tasks.grounding.drafts import LOCAL
from tasks.grounding.held import hold, mended_turns
from tasks.grounding.references import parse, write
from tasks.grounding.truth import Truth, truth_of
from tasks.model.local_facts import sound_facts


def true_facts(
    tile: TileOutline, described: Sequence[DescribedObjects]
) -> tuple[LocalFactText, ...]:
    """Return the facts in ``described`` that are sound and true, numbered in order.

    A false one is mended where that is certain, as its sample will be; else it is left out, so that
    no other text repeats it. Others keep close numbers.
    """
    truth = truth_of(tile)
    sound = sound_facts(tile, described)
    true = (mended for text, held in sound for mended in _mended(text, held, truth))
    return tuple(LocalFactText(id=f"f{n}", text=text) for n, text in enumerate(true, start=1))


def _mended(text: str, held: Held | None, truth: Truth) -> Iterator[str]:
    """Yield ``text``, with what was false in it put right or taken out; nothing where it stays."""
    held = held or hold((Said("assistant", parse(text)),), truth, LOCAL)
    if held.wrong:
        return
    if not held.repairs:
        yield text
        return
    answer = mended_turns(held)[-1].text
    if answer.spans:
        yield write(answer).strip()
