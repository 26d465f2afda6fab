"""Which parameters two builds differ in, in words."""

from collections.abc import Iterator
from typing import Final

from pydantic import JsonValue

from schemas.params import BuildParams

_TRIAL: Final = {"canary"}  # how much is built, not how


def parameters_that_differ(before: BuildParams, after: BuildParams) -> tuple[str, ...]:
    """Return each parameter that differs, such as “mixture.total: none → 500”."""
    first, second = (params.model_dump(mode="json", exclude=_TRIAL) for params in (before, after))
    return tuple(_differing("", first, second))


def _differing(name: str, first: JsonValue, second: JsonValue) -> Iterator[str]:
    if first == second:
        return
    if isinstance(first, dict) and isinstance(second, dict):
        for key in first.keys() | second.keys():
            inner = f"{name}.{key}" if name else key
            yield from sorted(_differing(inner, first.get(key), second.get(key)))
        return
    yield f"{name}: {_word(first)} → {_word(second)}"


def _word(value: JsonValue) -> str:
    return (
        "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    )
