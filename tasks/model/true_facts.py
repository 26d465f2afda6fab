"""Local facts that labels do not contradict: all that descriptions and dialogues are woven of."""

from collections.abc import Iterator, Sequence

from schemas.facts import LocalFactText
from schemas.scene import SceneClassAnnotation
from schemas.teacher import DescribedObjects
from schemas.tile import Tile
from tasks.grounding.checks import Said
from tasks.grounding.drafts import LOCAL
from tasks.grounding.mending import mend
from tasks.grounding.references import parse, write
from tasks.grounding.truth import Truth
from tasks.model.local_facts import local_facts


def true_facts(tile: Tile, described: Sequence[DescribedObjects]) -> tuple[LocalFactText, ...]:
    """Return the facts in ``described`` that are sound and true, numbered in order.

    A false one is mended where that is certain, as its sample will be; else it is left out, so that
    no other text repeats it. Others keep close numbers.
    """
    classes = [label.category for label in tile.labels if isinstance(label, SceneClassAnnotation)]
    truth = Truth(tile, lambda: tile.image, classes)
    texts = (fact.text for fact in local_facts(tile, described))
    true = (mended for text in texts for mended in _mended(text, truth))
    return tuple(LocalFactText(id=f"f{n}", text=text) for n, text in enumerate(true, start=1))


def _mended(text: str, truth: Truth) -> Iterator[str]:
    """Yield ``text``, with what was false in it put right or taken out; nothing where it stays."""
    said = parse(text)
    found = mend((Said("assistant", said),), truth, LOCAL)
    if found.wrong:
        return
    if not found.repairs:
        yield text
    elif found.said and found.said[0].text.spans:
        yield write(found.said[0].text).strip()
