"""What the answers behind a release took, and the prompts they were asked with."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from schemas.release import Part, PromptUse, Usage
from schemas.teacher import Exchange
from tasks.storage.published import read_table
from tasks.storage.store import Store

TEACHER_STAGES: Final = ("describe", "synthesize", "converse")


def usage_of(store: Store, parts: tuple[Part, ...]) -> Usage:
    """Return the sums over the distinct answers that were kept.

    Tokens of answers that were rejected are not in the rows, so they are not counted.
    """
    seen: set[str] = set()
    prompt_tokens = completion_tokens = 0
    for exchange in _exchanges(store, parts):
        if exchange.request_key not in seen:
            seen.add(exchange.request_key)
            prompt_tokens += exchange.prompt_tokens
            completion_tokens += exchange.completion_tokens
    return Usage(
        requests=len(seen),
        calls=sum(part.calls for part in parts),
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
    )


def prompts_used(
    store: Store, parts: tuple[Part, ...], phrasings: Counter[tuple[str, str]]
) -> tuple[PromptUse, ...]:
    """Return every prompt by name with how it was asked, then the ``phrasings``."""
    asked: Counter[tuple[str, str, str, float, int]] = Counter(
        (x.prompt, x.prompt_fingerprint, x.model, x.temperature, x.max_tokens)
        for x in _exchanges(store, parts)
    )
    prompts = [
        PromptUse(
            name=name, fingerprint=fingerprint, model=model, temperature=temperature,
            max_tokens=max_tokens, uses=uses,
        )
        for (name, fingerprint, model, temperature, max_tokens), uses in sorted(asked.items())
    ]  # fmt: skip
    drawn = [
        PromptUse(name=name, fingerprint=fingerprint, uses=uses)
        for (name, fingerprint), uses in sorted(phrasings.items())
    ]
    return (*prompts, *drawn)


def _exchanges(store: Store, parts: tuple[Part, ...]) -> Iterator[Exchange]:
    for part in sorted(parts, key=lambda part: part.path):
        if part.stage not in TEACHER_STAGES or part.rows == 0:
            continue
        column = read_table(store, part.path, ["exchange"])["exchange"]
        for chunk in column.chunks:
            yield from (Exchange.model_validate(row) for row in chunk.to_pylist())
