"""What the offline teacher writes about scenes, and the same with one fact of a sentence changed."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryDirectory
from typing import Final

from schemas.params import DialogueParams, TeacherParams
from schemas.record import content_id
from schemas.teacher import ConversedTile, DescribedObjects, SynthesizedTile
from schemas.tile import Tile
from tasks._stage import write_part
from tasks.grounding.references import Parsed, parse, tag
from tasks.storage.store import Store
from tests.tasks._teaching import rows_of, taught
from tests.truth.cases import Case, Text
from tests.truth.checking import Shown
from tests.truth.falsehoods import falsehoods
from tests.truth.judging import judge
from tests.truth.painted import with_picture
from tests.truth.reading import Slot, replaced, sentences_of, slots_in
from tests.truth.world import World, world_of

EACH: Final = 9  # cases of one kind a scene gives at most
BEFORE: Final = 3  # sentences before the changed one that go with it

Written = dict[str, list[tuple[str, ...]]]  # turns by tile


def written_about(scenes: Sequence[Shown]) -> Written:
    """Return what the offline teacher writes about ``scenes``: turns with tags, by tile."""
    tiles = [with_picture(one) for one in scenes]
    texts: Written = defaultdict(list)
    with TemporaryDirectory() as root:
        key = content_id("yardstick", [tile.id for tile in tiles])
        part = write_part("tile", 0, key, Tile, Store(root), tiles)
        described, synthesized, conversed = taught(root, part, TeacherParams(), DialogueParams())
        for row in rows_of(root, described, DescribedObjects):
            texts[row.tile_id] += [
                (text,) for fact in row.reply.facts for text in (fact.attributes, fact.relations)
            ]
        for row in rows_of(root, synthesized, SynthesizedTile):
            texts[row.tile_id] += [(text,) for text in row.reply.description.split("\n\n")]
        for row in rows_of(root, conversed, ConversedTile):
            texts[row.tile_id] += [(turn.question, turn.answer) for turn in row.reply.turns]
    return texts


def taught_cases(scenes: Sequence[Shown], seed: int) -> Iterator[tuple[Shown, list[Case]]]:
    """Yield each scene with cases from what the teacher writes; ``seed`` says which half they are."""
    texts = written_about(scenes)
    for shown in scenes:
        draw = random.Random(f"taught {seed} {shown.outline.id}")
        turns = list(texts[shown.outline.id])
        draw.shuffle(turns)
        world = world_of(shown.outline, shown.picture)
        by_kind: dict[str, list[Case]] = defaultdict(list)
        for case in _cases(turns, world, seed, draw):
            if len(by_kind[case.kind]) < EACH:
                by_kind[case.kind].append(case)
        yield shown, [case for found in by_kind.values() for case in found]


def _cases(
    texts: Iterable[tuple[str, ...]], world: World, seed: int, draw: random.Random
) -> Iterator[Case]:
    for number, turns in enumerate(turns for turns in texts if turns[-1]):
        text = parse(turns[-1])
        bounds = list(sentences_of(text))
        for sentence, (start, end) in enumerate(bounds):
            first = bounds[max(0, sentence - BEFORE)][0]
            for slot in slots_in(text, start, end):
                kind, words = falsehoods(slot, draw)
                if judge(slot, world) and judge(slot, world, words) is False:
                    true, false = _texts(turns, text, (first, start, end), slot, words)
                    fact = f"t{seed}.{number}.{slot.start}"
                    yield Case(seed, fact, kind, "teacher", "", true, false)


def _texts(
    turns: tuple[str, ...],
    text: Parsed,
    bounds: tuple[int, int, int],
    slot: Slot,
    words: str,
) -> tuple[Text, Text]:
    """Return a sentence and those before it as they stand, and with ``words`` in the slot."""
    first, start, end = bounds
    longer = len(words) - len(slot.words)
    right = _part(turns[-1], first, end)
    wrong = _part(replaced(text, slot, words), first, end + longer)
    return (
        Text((*turns[:-1], right), start - first, end - first),
        Text((*turns[:-1], wrong), start - first, end - first + longer),
    )


def _part(tagged: str, start: int, end: int) -> str:
    """Return the part of a tagged text whose plain words are ``start`` to ``end``."""
    text = parse(tagged)
    pieces, at = [], start
    for span in text.spans:
        if start <= span.start and span.end <= end:
            phrase = text.plain[span.start : span.end]
            pieces += [text.plain[at : span.start], tag(phrase, span.refs)]
            at = span.end
    return "".join([*pieces, text.plain[at:end]])
