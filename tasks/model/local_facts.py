"""Local facts: what the local descriptions of a tile say, and how they are fitted to a budget."""

import heapq
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import groupby, repeat
from typing import Final, TypeVar

from schemas.errors import AccountingError
from schemas.facts import FactSheet, GroupFact, LocalFactText
from schemas.sample import Draft, Sample
from schemas.teacher import (
    ConversedTile,
    DescribedObjects,
    LocalFact,
    MendedAnswer,
    SynthesizedTile,
)
from schemas.tile import TileOutline
from schemas.verdict import Held
from tasks.grounding.references import BrokenReference, compress, parse, refs_of
from tasks.model.batches import sheet_tokens, without_inner_relations
from tasks.model.engine.tokens import estimated_tokens

T = TypeVar("T", bound=TileOutline)
W = TypeVar("W", DescribedObjects, SynthesizedTile, ConversedTile, MendedAnswer, Draft, Sample)

_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+")


def sound_facts(
    tile: TileOutline, described: Sequence[DescribedObjects]
) -> Iterator[tuple[str, Held | None]]:
    """Yield the text of each fact in ``described``, and what the labels say of it, where it was held.

    A fact with broken tags, no tags or numbers that the tile does not describe is left out: nothing
    may rest on it, and verify rejects the sample made of it.
    """
    known = {thing.ref for thing in tile.objects if thing.described}
    for row in described:
        held: Iterable[Held | None] = row.held or repeat(None)
        for fact, one in zip(row.reply.facts, held, strict=False):
            text = text_of(fact)
            if (refs := refs_of(text)) and refs <= known:
                yield text, one


def text_of(fact: LocalFact) -> str:
    """Return what ``fact`` says, attributes before relations."""
    return f"{fact.attributes.strip()} {fact.relations.strip()}".strip()


def tag_problem(tagged: str, known: Set[str]) -> str | None:
    """Return what is wrong with the tags of ``tagged``, None where all are sound and ``known``."""
    try:
        named = {ref for span in parse(tagged).spans for ref in span.refs}
    except BrokenReference as error:
        return str(error)
    return f"objects that do not exist: {compress(named - known)}" if named - known else None


def with_facts(sheet: FactSheet, facts: Sequence[LocalFactText], budget: int) -> FactSheet:
    """Return ``sheet`` with ``facts``, thinned to about ``budget`` tokens where it is too long.

    In this order, and only as far as needed: relations inside a row or cluster go, then all
    relations (the facts state them); single objects go, and groups list their members as ranges (o1-o9); facts lose their last sentences, the
    longest fact first, so that attributes outlive relations and the first sentence always stays;
    groups go whose members the facts name. Counts never change and every object stays named, so a
    very crowded tile may exceed the budget rather than lose objects.
    """
    full = sheet.model_copy(update={"facts": tuple(facts)})
    if sheet_tokens(full) <= budget:
        return full
    lean = without_inner_relations(full)
    if sheet_tokens(lean) <= budget:
        return lean
    lean = full.model_copy(update={"relations": ()})
    if sheet_tokens(lean) <= budget:
        return lean
    lean = lean.model_copy(update={"objects": (), "groups": tuple(map(_ranged, full.groups))})
    if (excess := sheet_tokens(lean) - budget) > 0:
        lean = lean.model_copy(update={"facts": _shortened(facts, excess)})
    if sheet_tokens(lean) <= budget:
        return lean
    named = frozenset().union(*(refs_of(fact.text) for fact in lean.facts))
    unnamed = (
        kept
        for kept, group in zip(lean.groups, full.groups, strict=True)
        if not named.issuperset(group.refs)
    )
    return lean.model_copy(update={"groups": tuple(unnamed)})


def beside(tiles: Iterable[T], rows: Iterable[W]) -> Iterator[tuple[T, tuple[W, ...]]]:
    """Yield each tile with its rows; both must come in the same order of tiles.

    Only the rows of one tile are in memory. Raises AccountingError where rows are left over.
    """
    runs = groupby(rows, key=lambda row: row.tile_id)
    waiting = next(runs, None)
    for tile in tiles:
        if waiting is None or waiting[0] != tile.id:
            yield tile, ()
            continue
        yield tile, tuple(waiting[1])
        waiting = next(runs, None)
    if waiting is not None:
        raise AccountingError(
            f"Rows of tile {waiting[0]} do not stand in the order of their tiles. This is a "
            "defect; please report it."
        )


def _ranged(group: GroupFact) -> GroupFact:
    return group.model_copy(update={"refs": tuple(compress(group.refs).split())})


def _shortened(facts: Sequence[LocalFactText], excess: int) -> tuple[LocalFactText, ...]:
    """Take last sentences off the longest facts until ``excess`` tokens are saved.

    A sentence stays where it alone names an object.
    """
    texts = [fact.text for fact in facts]
    naming = Counter(ref for text in texts for ref in refs_of(text))
    longest = [(-len(text), place) for place, text in enumerate(texts)]
    heapq.heapify(longest)
    while longest and excess > 0:
        _, place = heapq.heappop(longest)
        shorter = _without_last_sentence(texts[place], naming)
        if shorter is None:
            continue
        naming.subtract(refs_of(texts[place]) - refs_of(shorter))
        excess -= estimated_tokens(texts[place][len(shorter) :])
        texts[place] = shorter
        heapq.heappush(longest, (-len(shorter), place))
    return tuple(
        fact.model_copy(update={"text": text}) for fact, text in zip(facts, texts, strict=True)
    )


def _without_last_sentence(text: str, naming: Mapping[str, int]) -> str | None:
    """Return ``text`` without its last sentence, None where that is all or alone names an object."""
    for match in reversed(list(_BETWEEN_SENTENCES.finditer(text))):
        shorter = text[: match.start()]
        if not (kept := refs_of(shorter)):
            continue  # the cut would fall into a tag
        lost = refs_of(text) - kept
        return shorter if all(naming[ref] > 1 for ref in lost) else None
    return None
