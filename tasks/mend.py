"""Stage mend: what the teacher wrote and the labels contradict is asked for once more.

described, synthesized, conversed ─▶ drafts ─▶ verdicts ─▶ a request for each answer with something
                                                           false that rules cannot mend ─▶ verify
"""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from prompts import Phrasings, Prompt, load_phrasings, load_prompt
from schemas.facts import FactSheet, LocalFactText
from schemas.params import (
    DEFAULT_SERVICE,
    DialogueParams,
    ServiceParams,
    TeacherParams,
    VerifyParams,
)
from schemas.record import Record
from schemas.release import Part
from schemas.sample import Rejection
from schemas.teacher import (
    ConversedTile,
    DescribedObjects,
    Dialogue,
    Fault,
    LocalDescription,
    LocalFact,
    MendedAnswer,
    Synthesis,
    SynthesizedTile,
)
from schemas.tile import Tile, TileOutline
from tasks import converse, synthesize
from tasks._stage import Context, stage
from tasks.grounding.drafts import DETAILED, LOCAL, MEND, refs_in
from tasks.grounding.references import compress
from tasks.grounding.truth import truth_of
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
from tasks.model.engine.tokens import estimated_tokens
from tasks.model.falsehoods import Check, Told, Wrong, against, falsehoods, told
from tasks.model.local_facts import tag_problem, text_of, with_facts
from tasks.model.true_facts import true_facts
from tasks.spatial.facts import fact_sheet
from tasks.verify import DEFAULTS

R = TypeVar("R", bound=Record)


class Tools(NamedTuple):
    """The files that mending is written with."""

    prompt: Prompt
    local: Phrasings
    detailed: Phrasings


@dataclass(frozen=True)
class Subject:
    """An answer in which something is false."""

    tile: TileOutline
    replaces: str
    rests_on: tuple[str, ...]
    faults: tuple[Fault, ...]


Again = Question[Subject, Record]


@stage(
    MEND,
    writes=MendedAnswer,
    version=2,
    prompts=(MEND, f"phrasings/{LOCAL}", f"phrasings/{DETAILED}"),
    words=("tasks.lexicon", "tasks.grounding.reading", "tasks.model.offline"),
    scenes="tiles",
)
def mend_shard(
    context: Context,
    tiles: Part,
    described: Part,
    synthesized: Part,
    conversed: Part,
    params: TeacherParams,
    dialogue: DialogueParams,
    service: ServiceParams = DEFAULT_SERVICE,
    verify: VerifyParams = DEFAULTS,
) -> Iterator[MendedAnswer | Rejection]:
    """Ask once more for each answer of the shard in which something is false; one candidate each.

    What verification mends by itself, as ``verify`` says, is not asked for again.
    """
    tools = load_tools()

    def questions() -> Iterator[Again]:
        together = told(
            context.rows(tiles, Tile),
            context.rows(described, DescribedObjects),
            context.rows(synthesized, SynthesizedTile),
            context.rows(conversed, ConversedTile),
        )
        for tile, said in together:
            check = against(truth_of(tile), mended=verify.mend)
            yield from mend_tile(tile, said, check, tools, params, dialogue, held=verify.mend)

    for subject, outcome in ask_all(params, service, context.store, questions):
        context.candidates += 1
        context.calls += outcome.calls
        yield mended_row(subject, outcome)


def load_tools() -> Tools:
    """Return the files that mending is written with."""
    return Tools(load_prompt(MEND), load_phrasings(LOCAL), load_phrasings(DETAILED))


def mend_tile(
    tile: Tile,
    said: Told,
    check: Check,
    tools: Tools,
    params: TeacherParams,
    dialogue: DialogueParams,
    *,
    held: bool = True,
) -> Iterator[Again]:
    """Yield a request for each answer about ``tile`` in which something is false.

    That is as it was found when the answer was ``held`` against the labels, else as ``check`` finds.
    Descriptions and dialogues are to be written again from the local facts that are true.
    """
    outline = outline_of(tile)
    false = falsehoods(outline, said, check, tools.local, tools.detailed, held=held)
    if not any(false):
        return
    asks = _Asks(tile, outline, fact_sheet(outline), tools.prompt, params)
    for row, wrong in false.local:
        yield asks.about_objects(row, wrong)
    facts = true_facts(tile, said.described)
    lies = {text_of(fact) for _, wrong in false.local for fact in wrong.facts}
    true = tuple(fact for fact in facts if fact.text not in lies)
    for whole, wrong in false.whole:
        yield asks.about_whole(whole, wrong, true)
    shares = converse.divided(facts, dialogue.per_tile)
    for spoken, wrong in false.spoken:
        share = shares[spoken.number - 1]
        first = tuple(fact.id for fact in share if fact.text not in lies)
        course = _Course(len(spoken.reply.turns), spoken.number, len(shares), first)
        yield asks.about_dialogue(spoken, wrong, true, course)


def mended_row(subject: Subject, outcome: Asked[Record] | Unanswered) -> MendedAnswer | Rejection:
    """Return the row of one request, or why there is none."""
    if isinstance(outcome, Unanswered):
        return rejection(MEND, subject.tile, outcome)
    reply = outcome.reply
    return MendedAnswer(
        tile_id=subject.tile.id,
        replaces=subject.replaces,
        faults=subject.faults,
        local=reply if isinstance(reply, LocalDescription) else None,
        synthesis=reply if isinstance(reply, Synthesis) else None,
        dialogue=reply if isinstance(reply, Dialogue) else None,
        exchange=outcome.exchange,
        rests_on=subject.rests_on,
    )


@dataclass(frozen=True)
class _Course:
    """How a conversation is to go, as converse was told: ``first`` lists the facts to be used."""

    turns: int
    number: int
    dialogues: int
    first: tuple[str, ...]


@dataclass(frozen=True)
class _Asks:
    """Writes the requests that ask again about one tile."""

    tile: Tile
    outline: TileOutline
    sheet: FactSheet
    prompt: Prompt
    params: TeacherParams

    def about_objects(self, row: DescribedObjects, wrong: Wrong) -> Again:
        """Return the request for other words in the place of the false facts of ``row``."""
        sheet = batches(self.sheet, self.params.request_tokens)[row.number - 1]
        known = {fact.ref for fact in sheet.objects}

        def complaint(reply: LocalDescription) -> str | None:
            return _complaint(reply, wrong.facts, known)

        written = "\n\n".join(map(_entry, wrong.facts))
        return self._question(row, (), wrong, written, sheet, LocalDescription, complaint)

    def about_whole(
        self, row: SynthesizedTile, wrong: Wrong, facts: Sequence[LocalFactText]
    ) -> Again:
        """Return the request for another description, woven of ``facts``."""
        known = {thing.ref for thing in self.outline.objects}

        def complaint(reply: Synthesis) -> str | None:
            return synthesize.complaint(reply.description, known)

        written = row.reply.description
        sheet = self._sheet(facts, written)
        return self._question(row, row.rests_on, wrong, written, sheet, Synthesis, complaint)

    def about_dialogue(
        self, row: ConversedTile, wrong: Wrong, facts: Sequence[LocalFactText], course: _Course
    ) -> Again:
        """Return the request for another dialogue that draws on ``facts`` and is no shorter."""
        known = {thing.ref for thing in self.outline.objects} | {fact.id for fact in facts}

        def complaint(reply: Dialogue) -> str | None:
            if len(reply.turns) != course.turns:
                return f"turns: there are {len(reply.turns)}, not {course.turns}"
            return converse.complaint(reply, known)

        written = "\n".join(
            f"Question {number}: {turn.question}\nAnswer {number}: {turn.answer}"
            for number, turn in enumerate(row.reply.turns, start=1)
        )
        sheet = self._sheet(facts, written)
        return self._question(row, row.rests_on, wrong, written, sheet, Dialogue, complaint, course)

    def _sheet(self, facts: Sequence[LocalFactText], written: str) -> FactSheet:
        budget = self.params.request_tokens - estimated_tokens(written)
        return with_facts(self.sheet, facts, max(converse.LEAST_BUDGET, budget))

    def _question(
        self,
        row: DescribedObjects | SynthesizedTile | ConversedTile,
        rests_on: tuple[str, ...],
        wrong: Wrong,
        written: str,
        sheet: FactSheet,
        reply: type[R],
        complaint: Callable[[R], str | None],
        course: _Course | None = None,
    ) -> Again:
        variables = {
            "sheet": sheet,
            "reply": reply.__name__,
            "written": written.replace("```", "'''"),  # the facts are the only fenced block
            "wrong": wrong.verdicts,
            "course": course,
        }
        first = row.exchange
        request = request_for(
            self.prompt.asked_for(reply.__name__), variables, self.params, self.tile, first.prompt
        )
        key = first.request_key
        subject = Subject(self.outline, key, (key, *rests_on), wrong.faults)
        return Question(
            subject,
            request,
            reply,
            lambda said: complaint(said) if isinstance(said, reply) else None,
        )


def _complaint(reply: LocalDescription, asked: Sequence[LocalFact], known: Set[str]) -> str | None:
    """Return what is wrong with ``reply``: it must have an entry for the ids of each of ``asked``."""
    given = {refs_in(fact): fact for fact in reply.facts}
    wanted = [refs_in(fact) for fact in asked]
    missing = [compress(refs) for refs in wanted if refs not in given]
    if missing:
        return f"ids: no entry has exactly these: {'; '.join(missing)}"
    texts = (text for refs in wanted for text in (given[refs].attributes, given[refs].relations))
    return next((said for text in texts if (said := tag_problem(text, known))), None)


def _entry(fact: LocalFact) -> str:
    return f"ids: {' '.join(fact.ids)}\nattributes: {fact.attributes}\nrelations: {fact.relations}"
