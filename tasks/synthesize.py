"""Stage synthesize: the teacher weaves the local descriptions of a tile into one description."""

from collections.abc import Iterator, Sequence, Set

from prompts import Prompt, load_phrasings, load_prompt
from schemas.params import DEFAULT_SERVICE, ServiceParams, TeacherParams
from schemas.release import Part
from schemas.sample import Rejection
from schemas.teacher import DescribedObjects, Synthesis, SynthesizedTile
from schemas.tile import Tile, TileOutline
from schemas.vocabulary import Reason
from tasks._stage import Context, stage
from tasks.grounding.drafts import DETAILED, synthesis_draft
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
from tasks.model.local_facts import beside, tag_problem, with_facts
from tasks.model.true_facts import true_facts
from tasks.spatial.facts import fact_sheet

Subject = tuple[TileOutline, tuple[str, ...]]  # and the keys of the local descriptions used


@stage(
    "synthesize",
    writes=SynthesizedTile,
    version=2,
    prompts=("synthesize", f"phrasings/{DETAILED}"),
    words=("tasks.lexicon", "tasks.imagery", "tasks.grounding.reading", "tasks.model.offline"),
    scenes="tiles",
)
def synthesize_shard(
    context: Context,
    tiles: Part,
    described: Part,
    params: TeacherParams,
    service: ServiceParams = DEFAULT_SERVICE,
) -> Iterator[SynthesizedTile | Rejection]:
    """Describe the tiles of the shard as a whole; one candidate per tile that is asked about.

    Each description is held against the labels, once and for all stages.
    """
    prompt, detailed = load_prompt("synthesize"), load_phrasings(DETAILED)
    truths = Truths(context.rows(tiles, Tile))
    bare: list[Rejection] = []

    def questions() -> Iterator[Question[Subject, Synthesis]]:
        bare.clear()
        for tile, rows in beside(
            context.rows(tiles, Tile), context.rows(described, DescribedObjects)
        ):
            asked = synthesize_tile(tile, rows, prompt, params)
            if isinstance(asked, Question):
                yield asked
            elif asked is not None:
                bare.append(asked)

    for subject, outcome in ask_all(params, service, context.store, questions):
        context.candidates += 1
        context.calls += outcome.calls
        row = synthesized_row(subject, outcome)
        if isinstance(row, SynthesizedTile):
            draft = synthesis_draft(subject[0], row, detailed)
            row = row.model_copy(update={"held": hold_draft(draft, truths.of(row.tile_id))})
        yield row
    context.candidates += len(bare)
    yield from bare


def synthesize_tile(
    tile: Tile, described: Sequence[DescribedObjects], prompt: Prompt, params: TeacherParams
) -> Question[Subject, Synthesis] | Rejection | None:
    """Return the request about ``tile``, or why nothing can be asked.

    Where nothing is labelled, a teacher that sees is asked for what it sees; None where it cannot,
    and for tiles of labelled scenes that have no objects.
    """
    outline = outline_of(tile)
    if not any(thing.described for thing in tile.objects):
        return _unlabelled(tile, outline, prompt, params)
    facts = true_facts(tile, described)
    if not facts:
        return _nothing(outline, len(described))
    sheet = with_facts(fact_sheet(outline), facts, params.request_tokens)
    keys = tuple(row.exchange.request_key for row in described)
    known = {thing.ref for thing in tile.objects}
    request = request_for(prompt, {"sheet": sheet}, params, tile)
    return Question(
        (outline, keys), request, Synthesis, lambda reply: complaint(reply.description, known)
    )


def sees_pictures(params: TeacherParams) -> bool:
    """Say whether the teacher is shown the picture and can tell what is in it by itself."""
    return params.kind != "offline" and params.images.synthesize.send


def synthesized_row(
    subject: Subject, outcome: Asked[Synthesis] | Unanswered
) -> SynthesizedTile | Rejection:
    """Return the row of one tile, or why there is none."""
    tile, keys = subject
    if isinstance(outcome, Unanswered):
        return rejection("synthesize", tile, outcome)
    return SynthesizedTile(
        tile_id=tile.id, reply=outcome.reply, exchange=outcome.exchange, rests_on=keys
    )


def _unlabelled(
    tile: Tile, outline: TileOutline, prompt: Prompt, params: TeacherParams
) -> Question[Subject, Synthesis] | None:
    if not (tile.scene.bare and sees_pictures(params)):
        return None
    request = request_for(prompt, {"sheet": fact_sheet(outline)}, params, tile)
    return Question(
        (outline, ()), request, Synthesis, lambda reply: complaint(reply.description, set())
    )


def complaint(description: str, known: Set[str]) -> str | None:
    """Return what is wrong with ``description``, None where it names only ``known`` objects."""
    if not description.strip():
        return "description: it is empty"
    return tag_problem(description, known)


def _nothing(tile: TileOutline, requests: int) -> Rejection:
    shown = sum(thing.described for thing in tile.objects)
    return Rejection(
        stage="synthesize",
        subject="tile",
        subject_id=tile.id,
        source=tile.scene.source,
        reason=Reason.NOTHING_TO_DESCRIBE,
        detail=f"Tile {tile.id} has {shown} objects to describe and {requests} answered requests "
        "about them, none with a sound local fact. See the rejections of stage describe.",
        file=tile.scene.name,
        scene_id=tile.scene.id,
    )
