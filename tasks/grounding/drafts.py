"""Drafts made of what the teacher wrote: one per local fact, description and dialogue.

What it wrote once more, because the first was false, takes the place of the first.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from prompts import Phrasings
from schemas.geometry import Box
from schemas.record import content_id
from schemas.sample import Draft, Lineage, Rejection
from schemas.teacher import (
    ConversedTile,
    DescribedObjects,
    Dialogue,
    Exchange,
    LocalFact,
    MendedAnswer,
    Spent,
    SynthesizedTile,
)
from schemas.tile import TileObject, TileOutline
from schemas.turn import Turn
from schemas.verdict import Repair
from schemas.vocabulary import Origin, Reason, TaskType
from tasks.grounding.references import BrokenReference, expand, parse, refs_of, tag, tag_box
from tasks.lexicon.lexicon import noun
from tasks.spatial.facts import sample_object
from tasks.spatial.polygons import box_of

LOCAL, DETAILED, DIALOGUE = "local_description", "detailed_description", "dialogue"
MEND: Final = "mend"  # the stage that asks again
_STAGES: Final[Mapping[str, str]] = {
    LOCAL: "describe",
    DETAILED: "synthesize",
    DIALOGUE: "converse",
}


def local_drafts(
    tile: TileOutline,
    row: DescribedObjects,
    phrasings: Phrasings,
    mended: MendedAnswer | None = None,
) -> Iterator[Draft | Rejection]:
    """Yield a draft for each local fact in ``row``; a Rejection where its ids mean no object.

    Where ``mended`` has a new one in the place of a fact, the draft is made of that.
    """
    for place, fact in enumerate(row.reply.facts):
        try:
            refs = expand(" ".join(fact.ids))
        except BrokenReference as error:
            yield _unusable(tile, fact, Reason.BROKEN_REFERENCE, f"ids: {error}")
            continue
        things = _things(tile, refs)
        if len(things) < len(refs):
            missing = sorted(set(refs) - {thing.ref for thing in things})
            yield _unusable(tile, fact, Reason.UNKNOWN_OBJECT, f"no objects {missing[:6]}")
            continue
        variables = {"target": _target(tile, things)}
        seed = content_id(tile.id, " ".join(refs), fact.attributes)
        asked = phrasings.draw("instructions", seed, variables)
        task = TaskType.REGION_CAPTION
        draft = _draft(tile, task, LOCAL, ((asked, _told(fact)),), row.exchange, refs)
        new = fact_again(place, fact, mended)
        if new is None or mended is None:
            yield draft
            continue
        turns = ((asked, _told(new)),)
        again = _draft(tile, task, LOCAL, turns, mended.exchange, refs, mended.rests_on)
        yield _mended(again, draft, mended, place)


def synthesis_draft(
    tile: TileOutline,
    row: SynthesizedTile,
    phrasings: Phrasings,
    mended: MendedAnswer | None = None,
) -> Draft:
    """Return the draft of the detailed description of ``tile``, of the new one in ``mended``."""
    asked = phrasings.draw("instructions", content_id(tile.id, row.exchange.request_key), {})
    turns = ((asked, row.reply.description.strip()),)
    task = TaskType.DETAILED_DESCRIPTION
    draft = _draft(tile, task, DETAILED, turns, row.exchange, rests_on=row.rests_on)
    if mended is None or mended.synthesis is None:
        return draft
    turns = ((asked, mended.synthesis.description.strip()),)
    again = _draft(tile, task, DETAILED, turns, mended.exchange, rests_on=mended.rests_on)
    return _mended(again, draft, mended)


def dialogue_draft(
    tile: TileOutline, row: ConversedTile, mended: MendedAnswer | None = None
) -> Draft | Rejection:
    """Return the draft of one dialogue, of the new one in ``mended``.

    A Rejection where it has no turns.
    """
    turns = _spoken(row.reply)
    if not turns:
        key = row.exchange.request_key
        detail = f"Dialogue {row.number} of tile {tile.id} has no turns."
        return rejection(tile, key, Reason.EMPTY_TEXT, detail, row.reply.model_dump_json())
    task = TaskType.DIALOGUE
    draft = _draft(tile, task, DIALOGUE, turns, row.exchange, rests_on=row.rests_on)
    turns = _spoken(mended.dialogue) if mended and mended.dialogue else ()
    if mended is None or not turns:
        return draft
    again = _draft(tile, task, DIALOGUE, turns, mended.exchange, rests_on=mended.rests_on)
    return _mended(again, draft, mended)


def fact_again(place: int, fact: LocalFact, mended: MendedAnswer | None) -> LocalFact | None:
    """Return what ``mended`` has in the place of ``fact``, None where the fact stays."""
    if mended is None or mended.local is None:
        return None
    if all(fault.place != place for fault in mended.faults):
        return None
    wanted = refs_in(fact)
    return next((new for new in mended.local.facts if refs_in(new) == wanted), None)


def refs_in(fact: LocalFact) -> frozenset[str]:
    """Return the objects that ``fact`` is about; none where its ids are broken."""
    try:
        return frozenset(expand(" ".join(fact.ids)))
    except BrokenReference:
        return frozenset()


def rejection(
    tile: TileOutline, subject: str, reason: Reason, detail: str, payload: str
) -> Rejection:
    """Return the Rejection of a sample of ``tile``."""
    return Rejection(
        stage="verify",
        subject="sample",
        subject_id=subject,
        source=tile.scene.source,
        reason=reason,
        detail=detail,
        file=tile.scene.name,
        payload=payload,
        scene_id=tile.scene.id,
    )


def box_text(tile: TileOutline, box: Box) -> str:
    """Return ``box`` (scene px) as ``[x0, y0, x1, y1]`` in whole px of the tile, never empty."""
    window = tile.window
    x0, y0, x1, y1 = (round(v - w) for v, w in zip(box, 2 * (window.x0, window.y0), strict=True))
    x0, y0 = min(max(0, x0), window.width - 1), min(max(0, y0), window.height - 1)
    x1, y1 = min(max(x1, x0 + 1), window.width), min(max(y1, y0 + 1), window.height)
    return f"[{x0}, {y0}, {x1}, {y1}]"


def _mended(again: Draft, first: Draft, mended: MendedAnswer, place: int = 0) -> Draft:
    """Return ``again`` with what was false in ``first``, and what stands there now."""
    repairs = tuple(
        Repair(
            turn=fault.turn,
            kind=fault.kind,
            how="asked_again",
            before=_plain(first.turns[fault.turn].content),
            after=_plain(again.turns[fault.turn].content) if fault.turn < len(again.turns) else "",
            because=fault.because,
        )
        for fault in mended.faults
        if fault.place == place
    )
    lineage = again.lineage.model_copy(update={"stage": MEND, "repairs": repairs})
    return again.model_copy(update={"lineage": lineage})


def _target(tile: TileOutline, things: Sequence[TileObject]) -> str:
    """Return “the plane in the box [12, 40, 88, 97] of this 1024×1024 image”, tagged."""
    categories = {thing.category for thing in things}
    if len(categories) > 1:
        name = "the objects"
    elif len(things) == 1 and not things[0].crowd:
        name = f"the {noun(things[0].category, 1)}"
    else:
        name = f"the group of {noun(things[0].category, 2)}"
    box = box_text(tile, box_of(tuple(point for thing in things for point in thing.clipped)))
    refs = [thing.ref for thing in things]
    size = f"{tile.window.width}×{tile.window.height}"
    return f"{tag(name, refs)} in the box {tag_box(box, refs)}<units> of this {size} image</units>"


def _draft(
    tile: TileOutline,
    task: TaskType,
    form: str,
    turns: Sequence[tuple[str, str]],
    exchange: Exchange,
    refs: Sequence[str] = (),
    rests_on: Sequence[str] = (),
) -> Draft:
    said = tuple(
        turn
        for question, answer in turns
        for turn in (Turn(role="user", content=question), Turn(role="assistant", content=answer))
    )
    things = _things(tile, {*refs, *(ref for turn in said for ref in refs_of(turn.content))})
    return Draft(
        id=content_id(tile.id, task, [turn.model_dump() for turn in said]),
        task=task,
        source=tile.scene.source,
        split=tile.split,
        scene_id=tile.scene.id,
        tile_id=tile.id,
        turns=said,
        objects=tuple(sample_object(thing) for thing in things),
        lineage=_lineage(tile, form, things, exchange, rests_on),
    )


def _lineage(
    tile: TileOutline,
    form: str,
    things: Sequence[TileObject],
    exchange: Exchange,
    rests_on: Sequence[str],
) -> Lineage:
    return Lineage(
        origin=Origin.GENERATED,
        stage=_STAGES[form],
        form=form,
        labels=tuple(dict.fromkeys(thing.origin for thing in things)),
        prompt=exchange.prompt,
        prompt_fingerprint=exchange.prompt_fingerprint,
        model=exchange.model,
        temperature=exchange.temperature,
        max_tokens=exchange.max_tokens,
        seed=exchange.seed,
        request_key=exchange.request_key,
        rests_on=tuple(rests_on),
        spent=Spent(**{name: getattr(exchange, name) for name in Spent.model_fields}),
        licence=tile.scene.licence,
        attribution=tile.scene.attribution,
    )


def _things(tile: TileOutline, refs: Sequence[str] | set[str]) -> tuple[TileObject, ...]:
    wanted = set(refs)
    return tuple(thing for thing in tile.objects if thing.ref in wanted)


def _told(fact: LocalFact) -> str:
    return " ".join(filter(None, map(_sentence, (fact.attributes, fact.relations))))


def _spoken(dialogue: Dialogue) -> tuple[tuple[str, str], ...]:
    return tuple((turn.question.strip(), turn.answer.strip()) for turn in dialogue.turns)


def _plain(tagged: str) -> str:
    """Return ``tagged`` without its tags, as it is where they are broken."""
    try:
        return parse(tagged).plain
    except BrokenReference:
        return tagged


def _sentence(text: str) -> str:
    """Return ``text`` ended by a full stop where it has no end."""
    tidy = text.strip()
    ended = not tidy or tidy.removesuffix("</ref>")[-1:] in ".!?"
    return tidy if ended else f"{tidy}."


def _unusable(tile: TileOutline, fact: LocalFact, reason: Reason, detail: str) -> Rejection:
    subject = content_id(tile.id, LOCAL, fact.model_dump(mode="json"))
    where = f"A local fact of tile {tile.id} of {tile.scene.name}: {detail}."
    return rejection(tile, subject, reason, where, fact.model_dump_json())
