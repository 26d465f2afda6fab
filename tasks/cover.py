"""Stage coverage: what the published description of each tile makes of its local facts.

Facts that labels contradict do not count: no description should have them. Dialogues about the tile
are held against facts and description, too.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import tee

import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import from_batch
from schemas.coverage import FactCoverage, FactFate, Fate
from schemas.facts import LocalFactText
from schemas.release import Part
from schemas.sample import Sample
from schemas.teacher import DescribedObjects
from schemas.tile import TileOutline
from schemas.vocabulary import Origin, TaskType
from tasks._stage import Context, stage
from tasks.grounding.coverage import at_odds, fates
from tasks.grounding.references import Parsed, parse
from tasks.grounding.said import Stated, stated
from tasks.grounding.spans import parsed
from tasks.model.local_facts import beside
from tasks.model.true_facts import true_facts


@stage("coverage", writes=FactCoverage, words=("tasks.lexicon", "tasks.grounding.reading"))
def cover_shard(
    context: Context, tiles: Part, described: Part, verified: Part
) -> Iterator[FactCoverage]:
    """Hold the local facts of the shard against its descriptions; one row per description.

    One tile's rows are in memory at a time.
    """
    first, second = tee(context.rows(tiles, TileOutline))  # facts were held: no picture is needed
    samples = _taught(context.batches(verified, Sample))
    together = zip(
        beside(first, context.rows(described, DescribedObjects)), beside(second, samples),
        strict=True,
    )  # fmt: skip
    for (tile, rows), (_, written) in together:
        wholes = [one for one in written if one.task is TaskType.DETAILED_DESCRIPTION]
        facts = true_facts(tile, rows) if wholes else ()
        for whole in wholes:
            context.candidates += 1
            yield cover(tile, facts, whole, written)


def cover(
    tile: TileOutline, facts: Sequence[LocalFactText], whole: Sample, written: Sequence[Sample]
) -> FactCoverage:
    """Return what the description ``whole`` makes of the ``facts`` of ``tile``.

    Among ``written`` are the dialogues about it.
    """
    text = _turn_of(whole, 1)
    found = fates(facts, text)
    talks = [one for one in written if one.task is TaskType.DIALOGUE]
    ground = [*stated(text), *(one for fact in facts for one in stated(parse(fact.text)))]
    odd = [
        f"{talk.id}: “{words}”"
        for talk in talks
        for turn in range(1, len(talk.turns), 2)
        for words in _clashes(_turn_of(talk, turn), ground)
    ]
    return FactCoverage(
        tile_id=tile.id, sample=whole.id, source=whole.source, split=whole.split,
        facts=len(found), covered=_count(found, Fate.COVERED),
        contradicted=_count(found, Fate.CONTRADICTED), omitted=_count(found, Fate.OMITTED),
        fates=found, dialogues=len(talks), at_odds=tuple(odd),
    )  # fmt: skip


def _turn_of(sample: Sample, turn: int) -> Parsed:
    """Return a published turn with the phrases and boxes that its lineage ties to objects."""
    return parsed(sample.turns[turn].content, turn, sample.lineage.spans)


def _taught(samples: Iterable[pa.RecordBatch]) -> Iterator[Sample]:
    """Yield the descriptions and dialogues that a teacher wrote; no other rows are decoded."""
    wanted = pa.array([TaskType.DETAILED_DESCRIPTION.value, TaskType.DIALOGUE.value])
    for batch in samples:
        for sample in from_batch(batch.filter(pc.is_in(batch["task"], value_set=wanted)), Sample):
            if sample.lineage.origin is Origin.GENERATED:
                yield sample


def _clashes(text: Parsed, ground: Sequence[Stated]) -> Iterator[str]:
    for one, _ in at_odds(stated(text), ground):
        yield text.plain[one.start : one.end]


def _count(found: Sequence[FactFate], fate: Fate) -> int:
    return sum(one.fate is fate for one in found)
