"""Stage describe: the teacher writes local descriptions, object by object or group by group."""

from collections.abc import Callable, Iterator

from prompts import Prompt, load_prompt
from schemas.facts import FactSheet
from schemas.params import DEFAULT_SERVICE, ServiceParams, TeacherParams
from schemas.release import Part
from schemas.sample import Rejection
from schemas.teacher import DescribedObjects, LocalDescription
from schemas.tile import Tile, TileOutline
from tasks._stage import Context, stage
from tasks.grounding.references import BrokenReference, compress, expand
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
    prompts=("describe",),
    words=("tasks.lexicon", "tasks.imagery", "tasks.model.offline"),
    scenes="tiles",
)
def describe_shard(
    context: Context, tiles: Part, params: TeacherParams, service: ServiceParams = DEFAULT_SERVICE
) -> Iterator[DescribedObjects | Rejection]:
    """Describe the objects of every tile of the shard; one candidate per request."""
    prompt = load_prompt("describe")

    def questions() -> Iterator[Question[Subject, LocalDescription]]:
        for tile in context.rows(tiles, Tile):
            yield from describe_tile(tile, prompt, params)

    for subject, outcome in ask_all(params, service, context.store, questions):
        context.candidates += 1
        context.calls += outcome.calls
        yield described_row(subject, outcome)


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
