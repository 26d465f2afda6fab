"""One request of a tile that is looked at: measured, and answered without asking anybody."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError

from schemas.record import Record
from schemas.teacher import ModelRequest
from tasks.model.answers import AnswerStore
from tasks.model.asking import Question
from tasks.model.engine.images import image_tokens
from tasks.model.engine.tokens import estimated_tokens, prompt_tokens
from tasks.planning.lengths import Lengths, stand_in

R = TypeVar("R", bound=Record)
S = TypeVar("S")


@dataclass(frozen=True)
class Measured:
    """What one request takes, or would take where an answer is ``stored``."""

    prompt: str
    stored: bool
    text_tokens: float
    image_tokens: float
    output_tokens: float
    seconds: float  # until it is answered


def answered(question: Question[S, R], answers: AnswerStore, known: Lengths) -> tuple[Measured, R]:
    """Return what ``question`` takes, and its stored answer or what stands in for it.

    What the offline teacher writes stands in where no answer is stored, or where the stored one is
    of no use.
    """
    request = question.request
    written = _written(request, request.image)
    stored = answers.get(request.key)
    reply = None if stored is None else _parsed(stored.answer.text, question.reply)
    images = image_tokens(request)
    length = estimated_tokens(written)
    if known.answers:
        length = estimated_tokens(_written(request, None))
    output = min(length * known.output.value, float(request.max_tokens))
    taken = Measured(
        prompt=request.purpose,
        stored=stored is not None,
        text_tokens=(prompt_tokens(request) - images) * known.text.value,
        image_tokens=images,
        output_tokens=output,
        seconds=known.latency(output),
    )
    return taken, reply or question.reply.model_validate_json(written)


def asked_again(request: ModelRequest, output: float, known: Lengths) -> Measured:
    """Return what ``request`` takes, whose answer takes the place of one of ``output`` tokens."""
    images = image_tokens(request)
    return Measured(
        prompt=request.purpose,
        stored=False,
        text_tokens=(prompt_tokens(request) - images) * known.text.value,
        image_tokens=images,
        output_tokens=output,
        seconds=known.latency(output),
    )


def _written(request: ModelRequest, image: bytes | None) -> str:
    return stand_in([x.text for x in request.messages], image, request.reply, request.seed)


def _parsed(text: str, record: type[R]) -> R | None:
    start, end = text.find("{"), text.rfind("}")
    try:
        return record.model_validate_json(text[start : end + 1])
    except ValidationError:
        return None
