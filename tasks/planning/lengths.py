"""How long requests to a model and its answers are, told by those that are stored."""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from schemas.teacher import Judgement, ModelRequest, StoredAnswer
from tasks.model.answers import AnswerStore
from tasks.model.engine.tokens import estimated_tokens, prompt_tokens
from tasks.model.offline import write_reply

FEWEST: Final = 20  # stored answers to a prompt, from which their length is relied on
ENOUGH: Final = 60  # of each prompt are looked at
MOST: Final = 3000  # of all are looked at
JUDGEMENT: Final = Judgement(
    false_statements=(), groundedness=5, completeness=5, fluency=5, usefulness=5
).model_dump_json()
"""What stands in for an answer of a judge, which the offline teacher does not write."""
FIRST_TOKEN, EACH_TOKEN = 2.0, 0.02  # seconds of an answer where none tells: a usual hosted model


@dataclass(frozen=True)
class Ratio:
    """What is counted against what was estimated, with its standard error."""

    value: float = 1.0
    error: float = 0.0

    @property
    def doubt(self) -> float:
        """The standard error as a share of the ratio."""
        return self.error / self.value if self.value else 0.0


@dataclass(frozen=True)
class Lengths:
    """How long the requests of one prompt and their answers are, as the provider counts them.

    ``text`` is their text against our estimate, ``output`` the answers against what the offline
    teacher writes without a picture. Both rest on as many stored ``answers``; they are 1 and it is
    0 where there are too few. ``seconds`` is how long one took, None where that is not known.
    """

    text: Ratio = Ratio()
    output: Ratio = Ratio()
    answers: int = 0
    seconds: float | None = None

    def latency(self, tokens: float) -> float:
        """Return how many seconds an answer of ``tokens`` takes."""
        return FIRST_TOKEN + EACH_TOKEN * tokens if self.seconds is None else self.seconds


def stand_in(texts: Sequence[str], image: bytes | None, reply: str, seed: int) -> str:
    """Return what is taken for an answer that is not there: what the offline teacher writes."""
    if reply == Judgement.__name__:
        return JUDGEMENT
    return write_reply(texts, image, reply, seed)


def stored_lengths(
    answers: AnswerStore, model: str, prompts: Collection[str]
) -> Mapping[str, Lengths]:
    """Return what the stored answers of ``model`` tell, prompt by prompt."""
    told: dict[str, list[StoredAnswer]] = {prompt: [] for prompt in prompts}
    for stored in _whole_answers(answers, model):
        if len(told.get(stored.prompt, ())) < ENOUGH and stored.prompt in told:
            told[stored.prompt].append(stored)
        if all(len(found) >= ENOUGH for found in told.values()):
            break
    return {prompt: _lengths(found) for prompt, found in told.items()}


def _whole_answers(answers: AnswerStore, model: str) -> Iterator[StoredAnswer]:
    """Yield the whole answers of ``model`` to first requests among the first MOST by key.

    Keys are hashes: the first by key are a random sample.
    """
    looked = 0
    for prefix in range(256):
        for key in answers.keys(f"{prefix:02x}"):
            stored = answers.get(key)
            if stored is not None and stored.model == model and _is_whole(stored):
                yield stored
            looked += 1
            if looked >= MOST:
                return


def _is_whole(stored: StoredAnswer) -> bool:
    answer = stored.answer
    asked_again = any(message.role == "assistant" for message in stored.messages)
    whole = answer.refusal is None and answer.finish_reason == "stop" and not asked_again
    counted = answer.prompt_tokens > answer.image_tokens and answer.completion_tokens > 0
    return whole and counted


def _lengths(told: Sequence[StoredAnswer]) -> Lengths:
    waited = [stored.answer.latency for stored in told if stored.answer.latency]
    seconds = sum(waited) / len(waited) if waited else None
    if len(told) < FEWEST:
        return Lengths(seconds=seconds)
    return Lengths(_ratio(map(_text, told)), _ratio(map(_output, told)), len(told), seconds)


def _text(stored: StoredAnswer) -> tuple[float, float]:
    """Return the text of the request, as counted and as estimated."""
    request = ModelRequest(
        purpose=stored.prompt,
        prompt_fingerprint=stored.prompt_fingerprint,
        model=stored.model,
        messages=stored.messages,
        reply=stored.reply,
        temperature=stored.temperature,
        max_tokens=stored.max_tokens,
        seed=stored.seed,
    )
    return stored.answer.prompt_tokens - stored.answer.image_tokens, prompt_tokens(request)


def _output(stored: StoredAnswer) -> tuple[float, float]:
    """Return the answer, as counted and as the offline teacher would write it."""
    texts = [message.text for message in stored.messages]
    written = stand_in(texts, None, stored.reply, stored.seed)
    return stored.answer.completion_tokens, estimated_tokens(written)


def _ratio(pairs: Iterable[tuple[float, float]]) -> Ratio:
    """Return the ratio of the sums of ``pairs`` with its standard error (Cochran 1977, 6.4)."""
    found = tuple(pairs)
    count, base = len(found), sum(estimated for _, estimated in found)
    ratio = sum(counted for counted, _ in found) / base
    squares = sum((counted - ratio * estimated) ** 2 for counted, estimated in found)
    return Ratio(ratio, math.sqrt(squares / (count * (count - 1))) * count / base)
