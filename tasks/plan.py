"""Plan: what a build would ask of the teacher and what that costs, before anybody is asked.

scan → ingest → identify → tile made, and found again by the build
tiles → strata → a few drawn    by how many objects they have
each → describe → synthesize → converse    its real requests, answered from the store
       → judge; mend, at most              or, in the teacher's place, by the offline teacher
tokens, cost, time              of all tiles, with the error of having looked at a few
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from prompts import Phrasings, Prompt, load_phrasings, load_prompt
from schemas.errors import UsageError
from schemas.params import BuildParams
from schemas.plan import Plan
from schemas.record import Record
from schemas.release import Located, Part
from schemas.sample import Draft, Rejection, Sample
from schemas.settings import settings
from schemas.teacher import (
    ConversedTile,
    DescribedObjects,
    Exchange,
    ModelRequest,
    SynthesizedTile,
)
from schemas.tile import Tile, TileOutline
from schemas.verdict import ClaimKind, Verdict
from tasks._stage import Where
from tasks.adapt import FORMS, adapt
from tasks.converse import converse_tile
from tasks.describe import describe_tile, held_facts
from tasks.grounding.drafts import LOCAL, dialogue_draft, local_drafts, synthesis_draft
from tasks.grounding.truth import Truth, truth_of
from tasks.identify import identify_scenes
from tasks.ingest import ingest_shard
from tasks.judge import asked_by, judge_tile
from tasks.look import look_shard
from tasks.mend import Tools, load_tools, mend_tile
from tasks.model.answers import AnswerStore, open_answers
from tasks.model.asking import Question, outline_of
from tasks.model.falsehoods import Told
from tasks.planning.answering import Measured, answered, asked_again
from tasks.planning.figures import JUDGE, MEND, PROMPTS, WRITING, figures, whole_build
from tasks.planning.lengths import Lengths, stored_lengths
from tasks.planning.money import NOTHING, money_of
from tasks.planning.outlook import Looked, outlook, paid
from tasks.planning.places import places, tiles_at
from tasks.planning.strata import drawn_strata
from tasks.scan import scan_source
from tasks.storage.store import Store
from tasks.synthesize import sees_pictures, synthesize_tile
from tasks.tile import tile_shard
from tasks.verify import verify_draft

R = TypeVar("R", bound=Record)
S = TypeVar("S")

SAMPLE: Final = 20
EVERY_TILE: Final = 20  # objects that the pictures and rules of a tile's requests are worth
FALSE: Final = (
    Verdict(
        claim="five planes", kind=ClaimKind.COUNT, outcome="contradicted",
        evidence="4 objects: o1 o2 o3 o4", turn=1,
    ),
)  # fmt: skip
"""What a request of mend says of each text, where nothing is known to be false yet."""


class Ask(Protocol):
    """Measures a question, and answers it."""

    def __call__(self, question: Question[S, R]) -> R:
        """Return the stored answer, or what stands in for it."""
        ...


@dataclass(frozen=True)
class PlanTools:
    """The files that requests and samples are written with."""

    describe: Prompt
    synthesize: Prompt
    converse: Prompt
    judge: Prompt
    mend: Tools
    forms: Mapping[str, Phrasings]


def plan_build(root: str, params: BuildParams, sample: int = SAMPLE) -> Plan:
    """Cut the sources into tiles, as the build would, and plan what the teacher would be asked.

    Only the parts up to tile are written, below ``root``, for the build to find.
    """
    return plan_teacher(root, params, tiled(root, params), sample)


def tiled(root: str, params: BuildParams) -> tuple[Part, ...]:
    """Return the tile parts of all shards, made where they do not stand already."""
    scanned = [
        part
        for spec in params.sources
        for part in scan_source.fn(root, spec, params.shards, params.detection)
    ]
    shards = sorted({part.shard for part in scanned})

    def of(shard: int) -> tuple[Part, ...]:
        return tuple(part for part in scanned if part.shard == shard)

    def ingested(shard: int) -> Part:
        where, candidates = Where(root=root, shard=shard), of(shard)
        seen = look_shard.fn(where, candidates, params.ingest.max_pixels)
        return ingest_shard.fn(where, candidates, seen, params.ingest)

    def cut(scenes: Part, placed: Part) -> Part:
        where, located = Where(root=root, shard=scenes.shard), Located(parts=of(scenes.shard))
        return tile_shard.fn(where, scenes, placed, params.tile, located)

    with ThreadPoolExecutor(settings().workers) as pool:
        scenes, every = tuple(pool.map(ingested, shards)), Located(parts=tuple(scanned))
        placed = identify_scenes.fn(root, scenes, params.split, every).placed
        chosen = set(params.canary.of(shards))
        pairs = zip(scenes, placed, strict=True)
        some = [(one, place) for one, place in pairs if one.shard in chosen]
        return tuple(pool.map(lambda pair: cut(*pair), some))


def plan_teacher(
    root: str, params: BuildParams, tiles: Sequence[Part], sample: int = SAMPLE
) -> Plan:
    """Plan what the teacher would be asked about ``tiles``, by ``sample`` of them.

    Raises UsageError where there is a budget and the price of the model is not known.
    """
    if sample < 2:
        raise UsageError(f"--sample {sample}: an error can be stated from 2 tiles on.")
    store = Store(root)
    found = list(places(store, tiles))
    sees = sees_pictures(params.teacher)
    full = [place for place in found if place.objects or (sees and place.bare)]
    strata = drawn_strata(
        full, sample, lambda place: EVERY_TILE + place.objects, lambda place: place.tile_id
    )
    drawn = [place for stratum in strata for place in stratum.drawn]
    answers = open_answers(root)
    known = _known(params, answers)
    tools = _tools()
    taken = {
        place: tuple(requests_of(tile, tools, params, answers, known))
        for place, tile in tiles_at(store, drawn)
    }
    looked = Looked(len(found), len(found) - len(full), len(drawn))
    judge = params.judge
    money = money_of(root, params.teacher, params.service)
    its = money_of(root, asked_by(judge), params.service) if judge.is_asked else NOTHING
    tables = [
        (one.members, [figures(taken[place], paid(money, its)) for place in one.drawn])
        for one in strata
    ]
    totals = whole_build(tables, known, paid(money, its))
    return outlook(params, looked, totals, known, money, its)


def requests_of(
    tile: Tile,
    tools: PlanTools,
    params: BuildParams,
    answers: AnswerStore,
    known: Mapping[str, Lengths],
) -> Iterator[Measured]:
    """Yield what each request about ``tile`` takes, those that rest on others' answers included.

    Those of mend are as many as there would be if every text proved false.
    """
    taken: dict[str, Measured] = {}

    def asked(question: Question[S, R]) -> R:
        request = question.request
        taken[request.key], reply = answered(question, answers, known[request.purpose])
        return reply

    said = _written(tile, tools, params, asked)
    yield from taken.values()
    for check in (_local_is_false, _rest_is_false):
        for again in mend_tile(
            tile, said, check, tools.mend, params.teacher, params.dialogue, held=False
        ):
            output = taken[again.subject.replaces].output_tokens
            yield asked_again(again.request, output, known[MEND])
    if params.judge.is_asked:
        samples = list(_samples(outline_of(tile), said, tools, params))
        for judged in judge_tile(tile, samples, tools.judge, params.judge):
            yield answered(judged, answers, known[JUDGE])[0]


def _written(tile: Tile, tools: PlanTools, params: BuildParams, asked: Ask) -> Told:
    """Return what would be written of ``tile``; ``asked`` answers each question."""
    described: list[DescribedObjects] = []
    truth = truth_of(tile)
    for number, question in enumerate(describe_tile(tile, tools.describe, params.teacher), start=1):
        local, trace = asked(question), _trace(question.request)
        row = DescribedObjects(tile_id=tile.id, number=number, reply=local, exchange=trace)
        described.append(held_facts(tile, row, truth, tools.mend.local))
    synthesized: list[SynthesizedTile] = []
    whole = synthesize_tile(tile, described, tools.synthesize, params.teacher)
    if isinstance(whole, Question):
        reply, trace = asked(whole), _trace(whole.request)
        synthesized.append(
            SynthesizedTile(tile_id=tile.id, reply=reply, exchange=trace, rests_on=())
        )
    conversed: list[ConversedTile] = []
    synthesis = synthesized[0] if synthesized else None
    dialogues = converse_tile(
        tile, described, synthesis, tools.converse, params.teacher, params.dialogue
    )
    for number, dialogue in enumerate(dialogues, start=1):
        spoken, trace = asked(dialogue), _trace(dialogue.request)
        conversed.append(
            ConversedTile(tile_id=tile.id, number=number, reply=spoken, exchange=trace, rests_on=())
        )
    return Told(tuple(described), tuple(synthesized), tuple(conversed))


def _local_is_false(draft: Draft) -> tuple[Verdict, ...]:
    return FALSE if draft.lineage.form == LOCAL else ()


def _rest_is_false(draft: Draft) -> tuple[Verdict, ...]:
    return () if draft.lineage.form == LOCAL else FALSE


def _samples(
    tile: TileOutline, said: Told, tools: PlanTools, params: BuildParams
) -> Iterator[Sample]:
    """Yield the samples of ``tile``, without those that restate labels in words."""
    truth = Truth(tile)
    composed: list[Draft | Rejection] = [*adapt(tile, params.adapt, tools.forms)]
    for row in said.described:
        composed += local_drafts(tile, row, tools.mend.local)
    composed += [synthesis_draft(tile, whole, tools.mend.detailed) for whole in said.synthesized]
    composed += [dialogue_draft(tile, spoken) for spoken in said.conversed]
    for draft in composed:
        outcome = verify_draft(draft, tile, truth) if isinstance(draft, Draft) else draft
        if isinstance(outcome, Sample):
            yield outcome


def _tools() -> PlanTools:
    return PlanTools(
        describe=load_prompt("describe"),
        synthesize=load_prompt("synthesize"),
        converse=load_prompt("converse"),
        judge=load_prompt(JUDGE),
        mend=load_tools(),
        forms={form: load_phrasings(form) for form in FORMS},
    )


def _known(params: BuildParams, answers: AnswerStore) -> Mapping[str, Lengths]:
    """Return how long answers are; of the offline teacher nothing need be known."""
    known = dict.fromkeys(PROMPTS, Lengths())
    if params.teacher.kind != "offline":
        known |= stored_lengths(answers, params.teacher.model, (*WRITING, MEND))
    if params.judge.is_asked:
        known |= stored_lengths(answers, params.judge.model, (JUDGE,))
    return known


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
