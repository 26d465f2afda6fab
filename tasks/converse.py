"""Stage converse: the teacher writes dialogues about a tile, from perception to reasoning."""

from collections.abc import Iterator, Sequence, Set

from prompts import Prompt, load_prompt
from schemas.facts import LocalFactText
from schemas.params import DEFAULT_SERVICE, DialogueParams, ServiceParams, TeacherParams
from schemas.release import Part
from schemas.sample import Draft, Rejection
from schemas.teacher import ConversedTile, DescribedObjects, Dialogue, SynthesizedTile
from schemas.tile import Tile, TileOutline
from tasks._stage import Context, stage
from tasks.grounding.drafts import dialogue_draft
from tasks.grounding.held import Truths, hold_draft
from tasks.model.asking import (
    Asked,
    Question,
    Unanswered,
    ask_all,
    outline_of,
    rejection,
    request_for,
)
from tasks.model.engine.tokens import estimated_tokens
from tasks.model.local_facts import beside, tag_problem, with_facts
from tasks.model.true_facts import true_facts
from tasks.spatial.facts import fact_sheet

FACTS_EACH = 2  # at least, for a dialogue beside the first: fewer give nothing to compare or relate
LEAST_BUDGET = 500  # tokens that the facts get, however long the description is

Subject = tuple[TileOutline, int, tuple[str, ...]]  # number in the tile, keys of what it rests on


@stage(
    "converse",
    writes=ConversedTile,
    version=2,
    prompts=("converse",),
    words=("tasks.lexicon", "tasks.imagery", "tasks.grounding.reading", "tasks.model.offline"),
    scenes="tiles",
)
def converse_shard(
    context: Context,
    tiles: Part,
    described: Part,
    synthesized: Part,
    params: TeacherParams,
    dialogue: DialogueParams,
    service: ServiceParams = DEFAULT_SERVICE,
) -> Iterator[ConversedTile | Rejection]:
    """Write dialogues about every tile of the shard; one candidate per dialogue.

    Each dialogue is held against the labels, once and for all stages.
    """
    prompt = load_prompt("converse")
    truths = Truths(context.rows(tiles, Tile))

    def questions() -> Iterator[Question[Subject, Dialogue]]:
        local = beside(context.rows(tiles, Tile), context.rows(described, DescribedObjects))
        whole = _with_synthesis(local, context.rows(synthesized, SynthesizedTile))
        for tile, rows, synthesis in whole:
            yield from converse_tile(tile, rows, synthesis, prompt, params, dialogue)

    for subject, outcome in ask_all(params, service, context.store, questions):
        context.candidates += 1
        context.calls += outcome.calls
        row = conversed_row(subject, outcome)
        if isinstance(row, ConversedTile):
            draft = dialogue_draft(subject[0], row)
            if isinstance(draft, Draft):
                row = row.model_copy(update={"held": hold_draft(draft, truths.of(row.tile_id))})
        yield row


def converse_tile(
    tile: Tile,
    described: Sequence[DescribedObjects],
    synthesis: SynthesizedTile | None,
    prompt: Prompt,
    params: TeacherParams,
    dialogue: DialogueParams,
) -> Iterator[Question[Subject, Dialogue]]:
    """Yield one request per dialogue; none where the tile has no local facts.

    Each dialogue is to draw first on its own share of the facts.
    """
    outline = outline_of(tile)
    facts = true_facts(tile, described)
    shares = divided(facts, dialogue.per_tile)
    description = synthesis.reply.description if synthesis else ""
    budget = max(LEAST_BUDGET, params.request_tokens - estimated_tokens(description))
    sheet = with_facts(fact_sheet(outline), facts, budget) if shares else None
    keys = [row.exchange.request_key for row in described]
    keys += [synthesis.exchange.request_key] if synthesis else []
    known = {thing.ref for thing in tile.objects} | {fact.id for fact in facts}
    for number, share in enumerate(shares, start=1):
        variables = {
            "sheet": sheet,
            "turns": dialogue.turns,
            "number": number,
            "dialogues": len(shares),
            "first": [fact.id for fact in share],
            "description": description,
        }
        request = request_for(prompt, variables, params, tile)
        subject = (outline, number, tuple(keys))
        yield Question(subject, request, Dialogue, lambda reply: complaint(reply, known))


def divided(
    facts: Sequence[LocalFactText], dialogues: int
) -> tuple[tuple[LocalFactText, ...], ...]:
    """Deal ``facts`` out to at most ``dialogues`` shares that cover them and do not overlap.

    Fewer shares where there are too few facts for each to compare and relate.
    """
    shares = min(dialogues, max(1, len(facts) // FACTS_EACH)) if facts else 0
    return tuple(tuple(facts[number::shares]) for number in range(shares))


def conversed_row(
    subject: Subject, outcome: Asked[Dialogue] | Unanswered
) -> ConversedTile | Rejection:
    """Return the row of one dialogue, or why there is none."""
    tile, number, keys = subject
    if isinstance(outcome, Unanswered):
        return rejection("converse", tile, outcome)
    return ConversedTile(
        tile_id=tile.id,
        number=number,
        reply=outcome.reply,
        exchange=outcome.exchange,
        rests_on=keys,
    )


def _with_synthesis(
    local: Iterator[tuple[Tile, tuple[DescribedObjects, ...]]],
    synthesized: Iterator[SynthesizedTile],
) -> Iterator[tuple[Tile, tuple[DescribedObjects, ...], SynthesizedTile | None]]:
    """Join the one synthesis of each tile, None where it was rejected; same order of tiles."""
    waiting = next(synthesized, None)
    for tile, rows in local:
        if waiting is None or waiting.tile_id != tile.id:
            yield tile, rows, None
            continue
        yield tile, rows, waiting
        waiting = next(synthesized, None)


def complaint(reply: Dialogue, known: Set[str]) -> str | None:
    """Return what is wrong with ``reply``, None where its tags name only what is ``known``."""
    if not reply.turns:
        return "turns: there are none"
    for number, turn in enumerate(reply.turns, start=1):
        if not turn.question.strip() or not turn.answer.strip():
            return f"turn {number}: question or answer is empty"
        if said := tag_problem(turn.answer, known):
            return f"turn {number}: {said}"
    return None
