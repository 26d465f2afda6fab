"""What is asked of the teacher, what it answers, and the records that its answers are parsed into."""

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Final, Literal

from pydantic import Field, JsonValue

from schemas.record import Record, content_id
from schemas.verdict import ClaimKind, Held


class LocalFact(Record):
    """What is seen of one object or one group of objects."""

    ids: tuple[str, ...] = Field(
        description="numbers of the objects spoken of, such as o1 or o3-o9"
    )
    attributes: str = Field(
        description="Fine-grained visible attributes, every phrase about objects inside "
        '<ref ids="…">…</ref>'
    )
    relations: str = Field(
        description="Where the objects stand and how they relate to others, with <ref> tags; "
        "empty when nothing is certain"
    )


class LocalDescription(Record):
    """The objects of one request, described one by one or group by group."""

    facts: tuple[LocalFact, ...]


class Synthesis(Record):
    """All local facts of a tile woven into one detailed description."""

    description: str = Field(description="Flowing text, every phrase about objects in <ref> tags")


class DialogueTurn(Record):
    """One question and its answer."""

    question: str
    answer: str = Field(description="with <ref> tags round phrases about objects")
    rests_on: tuple[str, ...] = Field(description="numbers of the objects or facts it rests on")


class Dialogue(Record):
    """A conversation from simple perception to reasoning."""

    turns: tuple[DialogueTurn, ...]


Mark = Literal[1, 2, 3, 4, 5]


class Judgement(Record):
    """What a judge says of one text about a picture."""

    false_statements: tuple[str, ...] = Field(
        description="each statement that picture or facts contradict, quoted; empty where none is"
    )
    groundedness: Mark
    completeness: Mark
    fluency: Mark
    usefulness: Mark


REPLIES: Final[Mapping[str, type[Record]]] = {
    record.__name__: record for record in (LocalDescription, Synthesis, Dialogue, Judgement)
}


class Message(Record):
    """One message of a request; the picture, where there is one, goes with the first user turn."""

    role: Literal["system", "user", "assistant"]
    text: str


class ModelRequest(Record):
    """One question to the teacher. Its key covers everything that can change the answer."""

    purpose: str = Field(description="prompt name, such as describe")
    prompt_fingerprint: str
    model: str
    revision: str = Field("", description="of the writer, where it is the offline teacher")
    messages: tuple[Message, ...]
    image_sha256: str | None = None
    image: bytes | None = Field(None, repr=False, description="JPEG")
    detail: Literal["auto", "low", "high"] = Field(
        "high", description="how closely the model is to look at the picture"
    )
    reply: str = Field(description="name of the record that the answer is parsed into")
    temperature: float = Field(ge=0, le=2)
    max_tokens: int = Field(gt=0)
    seed: int

    @cached_property
    def key(self) -> str:
        """Content hash of model, messages, picture, reply schema and sampling parameters."""
        content = self.model_dump(mode="json", exclude={"image", "purpose", "prompt_fingerprint"})
        return content_id("request", content, _schema(self.reply))


@cache
def _schema(reply: str) -> JsonValue:
    return REPLIES[reply].model_json_schema()


class Spent(Record):
    """What one answer took, as the provider counts it."""

    prompt_tokens: int = Field(0, ge=0, description="text and picture")
    image_tokens: int = Field(
        0, ge=0, description="of the prompt's, by the provider's published formula"
    )
    cached_tokens: int = Field(0, ge=0, description="of the prompt's, served from its cache")
    completion_tokens: int = Field(0, ge=0, description="written, reasoning included")
    reasoning_tokens: int = Field(0, ge=0, description="of the completion's, not shown")
    cost: float | None = Field(None, ge=0, description="US dollars; none where no price is known")
    latency: float = Field(0, ge=0, description="seconds of the try that was answered")
    tries: int = Field(1, ge=1, description="HTTP requests, those that failed included")


class Answer(Spent):
    """What the teacher said to one request."""

    key: str = Field(description="key of the request")
    model: str = Field(description="the model that answered, as it names itself")
    text: str = Field(description="raw")
    finish_reason: str | None = Field(
        None, description="stop, length, content_filter, context_length_exceeded …"
    )
    refusal: str | None = Field(None, description="the provider's refusal text")
    endpoint: str = Field("", description="host that answered; empty for the offline teacher")
    batch: str | None = Field(None, description="id of the provider's batch that it came in")


class StoredAnswer(Record):
    """One row per answer ever paid for: the answer beside what was asked, without the picture."""

    prompt: str = Field(description="prompt name")
    prompt_fingerprint: str
    model: str = Field(description="the model that was asked")
    messages: tuple[Message, ...]
    image_sha256: str | None = None
    detail: Literal["auto", "low", "high"] = "high"
    reply: str = Field(description="name of the record that the answer is parsed into")
    temperature: float
    max_tokens: int
    seed: int
    answer: Answer


class Exchange(Spent):
    """The trace of one answered request, as it stands in every row that rests on it.

    Tokens, cost, latency and tries are summed over its attempts.
    """

    request_key: str
    prompt: str = Field(description="prompt name")
    prompt_fingerprint: str
    model: str
    temperature: float
    max_tokens: int
    seed: int
    attempts: int = Field(1, ge=1, description="2 when it was asked again after a parse failure")


class DescribedObjects(Record):
    """One row per describe request: the local description of some objects of one tile."""

    tile_id: str
    number: int = Field(ge=1, description="of the request in its tile")
    reply: LocalDescription
    exchange: Exchange
    held: tuple[Held, ...] = Field((), description="one for each fact; none where not held yet")


class SynthesizedTile(Record):
    """One row per tile: its detailed description."""

    tile_id: str
    reply: Synthesis
    exchange: Exchange
    rests_on: tuple[str, ...] = Field(description="request keys of the local descriptions used")
    held: Held | None = None


class ConversedTile(Record):
    """One row per dialogue of a tile."""

    tile_id: str
    number: int = Field(ge=1, description="of the dialogue in its tile")
    reply: Dialogue
    exchange: Exchange
    rests_on: tuple[str, ...] = Field(description="request keys of the local descriptions used")
    held: Held | None = None


class Fault(Record):
    """What was false in one turn made of an answer."""

    place: int = Field(0, ge=0, description="of the local fact in its answer, from 0; else 0")
    turn: int = Field(ge=0, description="of the sample made of it")
    kind: ClaimKind = Field(description="of the first false statement")
    because: str = Field(description="each false statement with the evidence against it")


class MendedAnswer(Record):
    """One row per answer that was asked for once more because something in it was false.

    What is in the one of ``local``, ``synthesis`` and ``dialogue`` that is there takes the place of
    the text with faults; of local facts, each one takes the place of that with the same ids.
    """

    tile_id: str
    replaces: str = Field(description="request key of the answer with the faults")
    faults: tuple[Fault, ...]
    local: LocalDescription | None = None
    synthesis: Synthesis | None = None
    dialogue: Dialogue | None = None
    exchange: Exchange
    rests_on: tuple[str, ...] = Field(description="request keys: that answer and what it rests on")
