"""Plan: what a build would ask of the teacher and what that costs, before anybody is asked.

scan → ingest → identify → tile made, and found again by the build
tiles → strata → a few drawn    by how many objects they have
each → describe → synthesize → converse    its real requests, answered from the store
                                           or, in the teacher's place, by the offline teacher
tokens, cost, time              of all tiles, with the error of having looked at a few
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from prompts import Prompt, load_prompt
from schemas.errors import UsageError
from schemas.params import BuildParams
from schemas.plan import Plan
from schemas.release import Part
from schemas.settings import settings
from schemas.teacher import DescribedObjects, Exchange, ModelRequest, SynthesizedTile
from schemas.tile import Tile
from tasks._stage import Where
from tasks.converse import converse_tile
from tasks.describe import describe_tile
from tasks.identify import identify_scenes
from tasks.ingest import ingest_shard, scan_source
from tasks.model.answers import AnswerStore, open_answers
from tasks.model.asking import Question
from tasks.planning.answering import Measured, answered
from tasks.planning.figures import PROMPTS, figures, whole_build
from tasks.planning.lengths import Lengths, stored_lengths
from tasks.planning.money import Money, money_of
from tasks.planning.outlook import Looked, outlook
from tasks.planning.places import Place, places, tiles_at
from tasks.planning.strata import Stratum, drawn_strata
from tasks.storage.store import Store
from tasks.synthesize import sees_pictures, synthesize_tile
from tasks.tile import tile_shard

SAMPLE: Final = 20
EVERY_TILE: Final = 20  # objects that the pictures and rules of a tile's requests are worth

Taken = Mapping[Place, tuple[Measured, ...]]


def plan_build(root: str, params: BuildParams, sample: int = SAMPLE) -> Plan:
    """Cut the sources into tiles, as the build would, and plan what the teacher would be asked.

    Only the parts up to tile are written, below ``root``, for the build to find.
    """
    return plan_teacher(root, params, tiled(root, params), sample)


def tiled(root: str, params: BuildParams) -> tuple[Part, ...]:
    """Return the tile parts of all shards, made where they do not stand already."""
    scanned = [
        part for spec in params.sources for part in scan_source.fn(root, spec, params.shards)
    ]
    shards = sorted({part.shard for part in scanned})

    def ingested(shard: int) -> Part:
        candidates = tuple(part for part in scanned if part.shard == shard)
        return ingest_shard.fn(Where(root=root, shard=shard), candidates, params.ingest)

    def cut(scenes: Part, placed: Part) -> Part:
        return tile_shard.fn(Where(root=root, shard=scenes.shard), scenes, placed, params.tile)

    with ThreadPoolExecutor(settings().workers) as pool:
        scenes = tuple(pool.map(ingested, shards))
        placed = identify_scenes.fn(root, scenes, params.split).placed
        return tuple(pool.map(cut, scenes, placed))


def plan_teacher(
    root: str, params: BuildParams, tiles: Sequence[Part], sample: int = SAMPLE
) -> Plan:
    """Plan what the teacher would be asked about ``tiles``, by ``sample`` of them.

    Raises UsageError where there is a budget and the price of the model is not known.
    """
    if sample < 2:
        raise UsageError(f"--sample {sample}: an error can be stated from 2 tiles on.")
    store, money = Store(root), money_of(root, params.teacher, params.service)
    found = list(places(store, tiles))
    sees = sees_pictures(params.teacher)
    full = [place for place in found if place.objects or (sees and place.bare)]
    strata = drawn_strata(
        full, sample, lambda place: EVERY_TILE + place.objects, lambda place: place.tile_id
    )
    drawn = [place for stratum in strata for place in stratum.drawn]
    answers, prompts = open_answers(root), {name: load_prompt(name) for name in PROMPTS}
    known = _known(params, answers)
    taken = {
        place: tuple(requests_of(tile, prompts, params, answers, known))
        for place, tile in tiles_at(store, drawn)
    }
    looked = Looked(len(found), len(found) - len(full), len(drawn))
    return _plan(params, looked, strata, taken, known, money)


def requests_of(
    tile: Tile,
    prompts: Mapping[str, Prompt],
    params: BuildParams,
    answers: AnswerStore,
    known: Mapping[str, Lengths],
) -> Iterator[Measured]:
    """Yield what each request about ``tile`` takes, those that rest on others' answers included."""
    described: list[DescribedObjects] = []
    for question in describe_tile(tile, prompts["describe"], params.teacher):
        one, local = answered(question, answers, known["describe"])
        yield one
        number, trace = len(described) + 1, _trace(question.request)
        described.append(
            DescribedObjects(tile_id=tile.id, number=number, reply=local, exchange=trace)
        )
    synthesized = None
    asked = synthesize_tile(tile, described, prompts["synthesize"], params.teacher)
    if isinstance(asked, Question):
        one, whole = answered(asked, answers, known["synthesize"])
        yield one
        trace = _trace(asked.request)
        synthesized = SynthesizedTile(tile_id=tile.id, reply=whole, exchange=trace, rests_on=())
    for dialogue in converse_tile(
        tile, described, synthesized, prompts["converse"], params.teacher, params.dialogue
    ):
        yield answered(dialogue, answers, known["converse"])[0]


def _plan(
    params: BuildParams,
    looked: Looked,
    strata: Sequence[Stratum[Place]],
    taken: Taken,
    known: Mapping[str, Lengths],
    money: Money,
) -> Plan:
    """Return the plan that follows from what the drawn tiles take."""
    tables = [
        (stratum.members, [figures(taken[place], money.rates) for place in stratum.drawn])
        for stratum in strata
    ]
    return outlook(params, looked, whole_build(tables, known, money.rates), known, money)


def _known(params: BuildParams, answers: AnswerStore) -> Mapping[str, Lengths]:
    """Return how long answers are; of the offline teacher nothing need be known."""
    if params.teacher.kind == "offline":
        return dict.fromkeys(PROMPTS, Lengths())
    return stored_lengths(answers, params.teacher.model, PROMPTS)


def _trace(request: ModelRequest) -> Exchange:
    return Exchange(
        request_key=request.key,
        prompt=request.purpose,
        prompt_fingerprint=request.prompt_fingerprint,
        model=request.model,
        temperature=request.temperature,
        max_tokens=request.max_tokens,
        seed=request.seed,
    )
