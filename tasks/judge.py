"""Stage judge: a second model grades some of the published samples. It is a yardstick, never a gate.

It is shown the picture, the facts and the bare text: not where the text comes from, who wrote it
or what the rules say of it. Beside some of the samples it is shown their twins, in which one fact
was changed, and is not told which is which.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from pydantic import JsonValue

from prompts import Prompt, load_prompt
from schemas.arrow import fingerprint
from schemas.judge_params import JudgeParams
from schemas.judgement import Grade, JudgedTask
from schemas.mixture import Chosen
from schemas.params import (
    DEFAULT_SERVICE,
    ImageParams,
    PictureParams,
    ServiceParams,
    TeacherParams,
)
from schemas.record import ID_LENGTH, content_id
from schemas.release import Part
from schemas.sample import Rejection, Sample
from schemas.teacher import Judgement
from schemas.tile import Tile, TileOutline
from schemas.turn import Turn
from schemas.verdict import Outcome
from tasks._stage import Context, find_part, report, retried, stage, write_part
from tasks.grounding.truth import Truth
from tasks.judging.agreement import judged_tasks
from tasks.judging.twins import outcome_of, twin_of
from tasks.model.asking import (
    Asked,
    Question,
    Unanswered,
    ask_all,
    outline_of,
    rejection,
    request_for,
)
from tasks.model.local_facts import with_facts
from tasks.spatial.facts import fact_sheet
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

JUDGE: Final = "judge"
VERSION: Final = 1  # raised when the code changes what the tables of the whole say


_Text = tuple[tuple[Turn, ...], str | None, Outcome]  # and what was changed, what the rules say


@dataclass(frozen=True)
class Judged:
    """One text that is judged: a sample, or its twin."""

    tile: TileOutline
    sample: Sample
    changed: str | None
    rules: Outcome


@stage(
    JUDGE,
    writes=Grade,
    prompts=(JUDGE,),
    words=("tasks.lexicon", "tasks.grounding.reading", "tasks.judging"),
)
def judge_shard(
    context: Context,
    tiles: Part,
    validated: Part,
    chosen: Part,
    params: JudgeParams,
    service: ServiceParams = DEFAULT_SERVICE,
) -> Iterator[Grade | Rejection]:
    """Grade the drawn ones of the ``chosen`` samples of the shard; one candidate per text.

    The samples that are drawn are in memory, the pictures of one tile after another.
    """
    prompt = load_prompt(JUDGE)
    published = {row.id for row in context.rows(chosen, Chosen)}
    drawn: dict[str, list[Sample]] = defaultdict(list)
    for sample in context.rows(validated, Sample):
        if sample.id in published and is_drawn(sample.id, params):
            drawn[sample.tile_id].append(sample)
    if not drawn:
        return

    def questions() -> Iterator[Question[Judged, Judgement]]:
        for tile in context.rows(tiles, Tile):
            yield from judge_tile(tile, drawn.get(tile.id, ()), prompt, params)

    for judged, outcome in ask_all(asked_by(params), service, context.store, questions):
        context.candidates += 1
        context.calls += outcome.calls
        yield grade_row(judged, outcome)


def asked_by(params: JudgeParams) -> TeacherParams:
    """Return how the judge is asked, as a teacher is."""
    return TeacherParams(
        kind=params.kind,
        model=params.model,
        temperature=params.temperature,
        max_tokens=params.max_tokens,
        structured=params.structured,
        request_tokens=params.request_tokens,
        seed=params.seed,
        images=ImageParams(describe=PictureParams(long_side=params.long_side)),
    )


def is_drawn(sample_id: str, params: JudgeParams) -> bool:
    """Say whether the sample is graded: by hash, so that a new sample changes no other's lot."""
    return _lot("judged", params.seed, sample_id) < params.share


def judge_tile(
    tile: Tile, samples: Sequence[Sample], prompt: Prompt, params: JudgeParams
) -> Iterator[Question[Judged, Judgement]]:
    """Yield one request for each of ``samples`` of ``tile`` and for each twin, which comes first by seed."""
    outline = outline_of(tile)
    truth = Truth(outline)
    for sample in samples:
        texts: list[_Text] = [(sample.turns, None, outcome_of(sample.lineage.verdicts))]
        if _lot("twin", params.seed, sample.id) < params.twins:
            twin = twin_of(sample, outline, truth, f"{params.seed}/{sample.id}")
            texts += [(twin.turns, twin.changed, "contradicted")] if twin else []
        if _lot("order", params.seed, sample.id) < 1 / 2:
            texts.reverse()
        for turns, changed, rules in texts:
            yield _question(Judged(outline, sample, changed, rules), turns, tile, prompt, params)


def grade_row(judged: Judged, outcome: Asked[Judgement] | Unanswered) -> Grade | Rejection:
    """Return the row of one text, or why there is none."""
    if isinstance(outcome, Unanswered):
        return rejection(JUDGE, judged.tile, outcome)
    sample = judged.sample
    return Grade(
        sample_id=sample.id,
        task=sample.task,
        form=sample.lineage.form,
        source=sample.source,
        split=sample.split,
        changed=judged.changed,
        rules=judged.rules,
        writer=sample.lineage.model,
        judgement=outcome.reply,
        exchange=outcome.exchange,
    )


@retried("grades", "grades")
def gather_grades(root: str, judged: tuple[Part, ...], failed: int) -> tuple[Part, Part]:
    """Write the grades of all shards as one table, and how far the judge agrees with the rules.

    ``failed`` is the number of shards about which the judge could not be asked.
    """
    store = Store(root)
    parts = sorted(judged, key=lambda part: part.shard)
    keys: list[JsonValue] = [part.key for part in parts]

    def grades() -> Iterator[Grade]:
        return chain.from_iterable(read_rows(store, part.path, Grade) for part in parts)

    key = content_id("grades", VERSION, fingerprint(Grade), keys)
    table = find_part(store, "grades", 0, key) or write_part(
        "grades", 0, key, Grade, store, grades()
    )
    key = content_id("judged", VERSION, fingerprint(JudgedTask), keys, failed)
    found = find_part(store, "judged", 0, key)
    if found is None:
        found = write_part("judged", 0, key, JudgedTask, store, judged_tasks(grades(), failed))
    for part in (table, found):
        report(part)
    return table, found


def _question(
    judged: Judged, turns: tuple[Turn, ...], tile: Tile, prompt: Prompt, params: JudgeParams
) -> Question[Judged, Judgement]:
    sheet = with_facts(fact_sheet(judged.tile), (), params.request_tokens)
    request = request_for(prompt, {"sheet": sheet, "turns": turns}, asked_by(params), tile)
    return Question(judged, request, Judgement)


def _lot(what: str, seed: int, sample_id: str) -> float:
    """Return a number from 0 to below 1, drawn by hash."""
    return float(int(content_id(what, seed, sample_id), 16) / 16**ID_LENGTH)
