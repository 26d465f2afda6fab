"""Stage describe: the teacher writes local descriptions, object by object or group by group."""

from collections.abc import Callable, Iterator

from prompts import Phrasings, Prompt, load_phrasings, load_prompt
from schemas.facts import FactSheet
from schemas.params import DEFAULT_SERVICE, ServiceParams, TeacherParams
from schemas.release import Part
from schemas.sample import Draft, Rejection
from schemas.teacher import DescribedObjects, LocalDescription
from schemas.tile import Tile, TileOutline
from tasks._stage import Context, stage
from tasks.grounding.drafts import LOCAL, local_drafts
from tasks.grounding.held import Truths, hold_draft
from tasks.grounding.references import BrokenReference, compress, expand
from tasks.grounding.truth import Truth
from tasks.model.asking import (
    Asked,
    Question,
    Unanswered,
    ask_all,
    outline_of,
    rejection,
    request_for,
)
from tasks.model.batches import batches
from tasks.model.local_facts import tag_problem
from tasks.spatial.facts import fact_sheet

Subject = tuple[TileOutline, int]  # and the number of the request in its tile


@stage(
    "describe",
    writes=DescribedObjects,
    prompts=("describe", f"phrasings/{LOCAL}"),
    words=("tasks.lexicon", "tasks.imagery", "tasks.grounding.reading", "tasks.model.offline"),
    scenes="tiles",
)
def describe_shard(
    context: Context, tiles: Part, params: TeacherParams, service: ServiceParams = DEFAULT_SERVICE
) -> Iterator[DescribedObjects | Rejection]:
    """Describe the objects of every tile of the shard; one candidate per request.

    Each local fact is held against the labels, once and for all stages.
    """
    prompt, local = load_prompt("describe"), load_phrasings(LOCAL)
    truths = Truths(context.rows(tiles, Tile))

    def questions() -> Iterator[Question[Subject, LocalDescription]]:
        for tile in context.rows(tiles, Tile):
            yield from describe_tile(tile, prompt, params)

    for subject, outcome in ask_all(params, service, context.store, questions):
        context.candidates += 1
        context.calls += outcome.calls
        row = described_row(subject, outcome)
        if isinstance(row, DescribedObjects):
            row = held_facts(subject[0], row, truths.of(row.tile_id), local)
        yield row


def describe_tile(
    tile: Tile, prompt: Prompt, params: TeacherParams
) -> Iterator[Question[Subject, LocalDescription]]:
    """Yield the requests about ``tile``: every described object is in exactly one of them.

    None where nothing in the tile is visible enough to be described.
    """
    outline = outline_of(tile)
    sheets = batches(fact_sheet(outline), params.request_tokens)
    for number, sheet in enumerate(sheets, start=1):
        request = request_for(prompt, {"sheet": sheet}, params, tile)
        yield Question((outline, number), request, LocalDescription, _complaint_about(sheet))


def described_row(
    subject: Subject, outcome: Asked[LocalDescription] | Unanswered
) -> DescribedObjects | Rejection:
    """Return the row of one request, or why there is none."""
    tile, number = subject
    if isinstance(outcome, Unanswered):
        return rejection("describe", tile, outcome)
    return DescribedObjects(
        tile_id=tile.id, number=number, reply=outcome.reply, exchange=outcome.exchange
    )


def held_facts(
    tile: TileOutline, row: DescribedObjects, truth: Truth, phrasings: Phrasings
) -> DescribedObjects:
    """Return ``row`` with what the labels say of each fact; as it is where one is of no object."""
    drafts = list(local_drafts(tile, row, phrasings))
    held = tuple(hold_draft(draft, truth) for draft in drafts if isinstance(draft, Draft))
    return row.model_copy(update={"held": held}) if len(held) == len(drafts) else row


def _complaint_about(sheet: FactSheet) -> Callable[[LocalDescription], str | None]:
    """Return the check that a reply speaks of every object of ``sheet`` and of no other."""
    asked = {fact.ref for fact in sheet.objects}

    def complaint(reply: LocalDescription) -> str | None:
        try:
            spoken = {ref for fact in reply.facts for ref in expand(" ".join(fact.ids))}
        except BrokenReference as error:
            return f"ids: {error}"
        if spoken - asked:
            return f"ids that the facts do not list: {compress(spoken - asked)}"
        if asked - spoken:
            return f"objects in no entry's ids: {compress(asked - spoken)}"
        texts = (text for fact in reply.facts for text in (fact.attributes, fact.relations))
        return next((said for text in texts if (said := tag_problem(text, asked))), None)

    return complaint
