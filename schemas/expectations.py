"""What every column of a table must hold, derived from its record as the Arrow schema is.

Nullability gives “not null”, enums and Literals give sets, field bounds give ranges, patterns and
lengths give themselves; how long a list is, is a column ``turns.length``. Lists of records are tables
of their own, as ``turns[]`` is to ``Sample``.
"""

import types
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field
from pydantic.fields import FieldInfo

from schemas.record import Record

Kind = Literal["not_null", "in_set", "matches", "between", "length"]
Scalar = str | int | float | bool


class ColumnExpectation(Record):
    """One thing that every value of one column must be; null values are a matter of ``not_null``."""

    table: str = Field("", description="path of the list of records, such as turns[]; empty: rows")
    column: str = Field(description="path below it, such as lineage.origin")
    kind: Kind
    values: tuple[Scalar, ...] = Field((), description="of in_set")
    pattern: str | None = Field(None, description="of matches, a regular expression")
    low: float | None = Field(None, description="of between and length")
    high: float | None = Field(None, description="of between and length")
    above: bool = Field(False, description="low itself is not allowed")
    below: bool = Field(False, description="high itself is not allowed")

    @property
    def name(self) -> str:
        """What is expected, in words."""
        column = f"{self.table}.{self.column}" if self.table else self.column
        match self.kind:
            case "not_null":
                return f"{column} is not null"
            case "in_set":
                return f"{column} is one of {', '.join(map(str, self.values))}"
            case "matches":
                return f"{column} matches {self.pattern}"
            case "between":
                return f"{column} is {self._range()}"
            case "length":
                return f"{column} has a length {self._range()}"

    def _range(self) -> str:
        low = f"{'>' if self.above else '≥'} {self.low:g}" if self.low is not None else ""
        high = f"{'<' if self.below else '≤'} {self.high:g}" if self.high is not None else ""
        return " and ".join(filter(None, (low, high)))


def column_expectations(model: type[Record]) -> tuple[ColumnExpectation, ...]:
    """Return what is expected of every column of ``model``, in the order of its fields."""
    return tuple(_of_record(model, "", "", optional=False))


def _of_record(
    model: type[Record], table: str, prefix: str, *, optional: bool
) -> Iterator[ColumnExpectation]:
    """Yield those of one record; where it is ``optional`` all of its fields may be null."""
    for name, field in model.model_fields.items():
        yield from _of_field(field, table, f"{prefix}{name}", optional=optional)


def _of_field(
    field: FieldInfo, table: str, column: str, *, optional: bool
) -> Iterator[ColumnExpectation]:
    nullable, kind, metadata = _unwrapped(field.annotation)
    nullable, metadata = nullable or optional, (*field.metadata, *metadata)
    if not nullable:
        yield ColumnExpectation(table=table, column=column, kind="not_null")
    inner = _listed_record(kind)
    if _is_record(kind):
        yield from _of_record(kind, table, f"{column}.", optional=nullable)
        return
    yield from _limits(kind, metadata, table, column)
    if inner is not None:
        below = f"{table}.{column}[]" if table else f"{column}[]"
        yield from _of_record(inner, below, "", optional=False)


def _limits(
    kind: Any, metadata: Iterable[Any], table: str, column: str
) -> Iterator[ColumnExpectation]:
    values = _allowed(kind)
    if values:
        yield ColumnExpectation(table=table, column=column, kind="in_set", values=values)
    found: dict[str, Any] = {
        name: value
        for item in metadata
        for name in ("ge", "gt", "le", "lt", "min_length", "max_length", "pattern")
        if (value := getattr(item, name, None)) is not None
    }
    if found.get("pattern"):
        pattern = found["pattern"]
        yield ColumnExpectation(table=table, column=column, kind="matches", pattern=pattern)
    low, high = found.get("gt", found.get("ge")), found.get("lt", found.get("le"))
    if low is not None or high is not None:
        yield ColumnExpectation(
            table=table, column=column, kind="between", low=low, high=high,
            above="gt" in found, below="lt" in found,
        )  # fmt: skip
    shortest, longest = found.get("min_length"), found.get("max_length")
    if shortest is None and longest is None:
        return
    if get_origin(kind) is tuple:
        column = f"{column}.length"
        yield ColumnExpectation(
            table=table, column=column, kind="between", low=shortest, high=longest
        )
    else:
        yield ColumnExpectation(
            table=table, column=column, kind="length", low=shortest, high=longest
        )


def _unwrapped(annotation: Any) -> tuple[bool, Any, tuple[Any, ...]]:
    """Return whether None is allowed, the type without None and metadata, and that metadata."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        nullable, kind, more = _unwrapped(inner)
        flat = [m for item in metadata for m in getattr(item, "metadata", (item,))]
        return nullable, kind, (*flat, *more)
    if get_origin(annotation) not in (Union, types.UnionType):
        return False, annotation, ()
    members = [arg for arg in get_args(annotation) if arg is not type(None)]
    nullable = len(members) < len(get_args(annotation))
    if len(members) > 1:
        return nullable, annotation, ()
    _, kind, metadata_ = _unwrapped(members[0])
    return nullable, kind, metadata_


def _allowed(kind: Any) -> tuple[Scalar, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(member.value for member in kind)
    return ()


def _listed_record(kind: Any) -> type[Record] | None:
    """Return the record that a list holds, None for lists of anything else and for unions."""
    if get_origin(kind) is not tuple or get_args(kind)[1:] != (Ellipsis,):
        return None
    _, item, _ = _unwrapped(get_args(kind)[0])
    return item if _is_record(item) else None


def _is_record(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Record)
