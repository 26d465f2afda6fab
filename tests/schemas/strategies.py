"""Hypothesis strategies of records, derived from their fields: bounds, patterns, unions, None."""

import importlib
import pkgutil
import types
from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic.fields import FieldInfo

import schemas
from schemas.coverage import FactCoverage
from schemas.geometry import Window
from schemas.record import Record

R = TypeVar("R", bound=Record)


def tables() -> list[type[Record]]:
    """Return every record whose docstring states the grain of a table."""
    for module in pkgutil.iter_modules(schemas.__path__, "schemas."):
        importlib.import_module(module.name)
    return sorted(
        (model for model in _below(Record) if (model.__doc__ or "").startswith("One row per")),
        key=lambda model: model.__name__,
    )


def records(model: type[R]) -> st.SearchStrategy[R]:
    """Return a strategy of ``model``."""
    if model is Window:
        return windows()  # type: ignore[return-value]
    if model is FactCoverage:
        return coverages()  # type: ignore[return-value]
    kept = {name: field for name, field in model.model_fields.items() if not field.exclude}
    fields = {name: _of_field(field) for name, field in kept.items()}
    return st.builds(model, **fields)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    x0, y0 = draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6))
    width, height = draw(st.integers(1, 10**4)), draw(st.integers(1, 10**4))
    return Window(x0=x0, y0=y0, x1=x0 + width, y1=y0 + height)


@st.composite
def coverages(draw: st.DrawFn) -> FactCoverage:
    fields = FactCoverage.model_fields.items()
    drawn = {name: draw(_of_field(field)) for name, field in fields}
    counts = {name: draw(st.integers(0, 10**6)) for name in ("covered", "contradicted", "omitted")}
    return FactCoverage(**drawn | counts | {"facts": sum(counts.values())})


def _below(model: type[Record]) -> Iterable[type[Record]]:
    for child in model.__subclasses__():
        if child.__module__.startswith("schemas."):
            yield child
            yield from _below(child)


def _of_field(field: FieldInfo) -> st.SearchStrategy[Any]:
    return _of(field.annotation, _limits(field.metadata))


def _limits(metadata: Iterable[Any]) -> dict[str, Any]:
    names = ("ge", "gt", "le", "lt", "min_length", "pattern")
    flat = [one for m in metadata for one in (m.metadata if isinstance(m, FieldInfo) else [m])]
    return {n: v for m in flat for n in names if (v := getattr(m, n, None)) is not None}


def _of(annotation: Any, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    origin, args = get_origin(annotation), get_args(annotation)
    if annotation is type(None):
        return st.none()
    if origin is Annotated:
        return _of(args[0], limits | _limits(args[1:]))
    if origin in (Union, types.UnionType):
        return st.one_of(*(_of(arg, limits) for arg in args))
    if origin is Literal:
        return st.sampled_from(args)
    if origin is tuple and args[1] is Ellipsis:
        least = limits.get("min_length", 0)
        return st.lists(_of(args[0], {}), min_size=least, max_size=least + 2).map(tuple)
    if origin is tuple:
        return st.tuples(*(_of(arg, {}) for arg in args))
    if issubclass(annotation, Record):
        return records(annotation)
    if issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    return _scalar(annotation, limits)


def _scalar(kind: type, limits: dict[str, Any]) -> st.SearchStrategy[Any]:
    if kind is str:
        pattern = limits.get("pattern")
        return st.from_regex(pattern.rstrip("$") + r"\Z") if pattern else st.text(max_size=8)
    if kind is bytes:
        return st.binary(max_size=16)
    if kind is bool:
        return st.booleans()
    low, high = limits.get("ge", limits.get("gt")), limits.get("le", limits.get("lt"))
    if kind is int:
        least = -(2**63) if low is None else low + ("gt" in limits)
        return st.integers(least, 2**63 - 1 if high is None else high - ("lt" in limits))
    if kind is float:
        return st.floats(
            low, high, allow_nan=False, allow_infinity=False,
            exclude_min="gt" in limits, exclude_max="lt" in limits,
        )  # fmt: skip
    raise TypeError(f"no strategy for {kind!r}")
