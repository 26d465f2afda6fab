"""Arrow schemas and rows, derived from the records: the record is the one source of truth.

A record becomes a struct, a tuple a list, a pair of numbers a fixed-size list, an enum a string. A
discriminated union becomes one struct with the fields of all its members, nullable where a member
lacks them. Types are the small ones (``string``, ``binary``), which every Parquet reader decodes.
Fields with ``exclude`` have no column: they are known while a record is in memory.
"""

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import pyarrow as pa
from pydantic import BaseModel, JsonValue
from pydantic.fields import FieldInfo

from schemas.record import Record, content_id

R = TypeVar("R", bound=Record)

_SCALARS: dict[type, pa.DataType] = {
    str: pa.string(),
    bytes: pa.binary(),
    bool: pa.bool_(),
    int: pa.int64(),
    float: pa.float64(),
}


@cache
def arrow_schema(model: type[Record]) -> pa.Schema:
    """Return the Arrow schema of ``model``, one field per field, in order."""
    return pa.schema([_field(name, field) for name, field in _stored(model)])


def fingerprint(model: type[Record]) -> str:
    """Return an id that changes when the columns of ``model`` change."""
    return content_id("columns", arrow_schema(model).serialize().to_pybytes().hex())


def to_batch(rows: Iterable[Record], model: type[Record]) -> pa.RecordBatch:
    """Return ``rows``, all of type ``model``, as one record batch."""
    plain = _plain_record(model)
    return pa.RecordBatch.from_pylist([plain(row) for row in rows], arrow_schema(model))


def from_batch(batch: pa.RecordBatch, model: type[R]) -> Iterator[R]:
    """Yield the rows of ``batch`` as ``model``.

    Raises ``pydantic.ValidationError`` for a row that the record does not allow.
    """
    unions = _holds_union(model)
    for row in batch.to_pylist():
        yield model.model_validate(_pruned(row, model) if unions else row)


@cache
def _plain(annotation: Any) -> Callable[[Any], Any] | None:
    """Return what turns a value of a type into what Arrow understands; None where it is that already.

    The dict of a record is taken as it is, several times as fast as ``model_dump``.
    """
    nullable, kind = _unwrap(annotation)
    inner = _plain_value(kind)
    if inner is None or not nullable:
        return inner
    return lambda value: None if value is None else inner(value)


def _plain_value(kind: Any) -> Callable[[Any], Any] | None:
    if isinstance(kind, tuple):
        members = {member: _plain_record(member) for member in kind}
        return lambda value: members[type(value)](value)
    if get_origin(kind) is tuple:
        item = _plain(get_args(kind)[0])
        return None if item is None else (lambda values: [item(value) for value in values])
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _plain_record(kind)
    return None


def _plain_record(model: type[BaseModel]) -> Callable[[Any], Any]:
    fields: Iterable[tuple[str, Any]] = [(n, f.annotation) for n, f in _stored(model)]
    inner = [(name, convert) for name, kind in fields if (convert := _plain(kind))]

    def plain(record: BaseModel) -> dict[str, Any]:
        row = record.__dict__.copy()
        for name, convert in inner:
            row[name] = convert(row[name])
        return row

    return plain if inner else vars


def _stored(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """Return the fields of ``model`` that have a column."""
    return [(name, field) for name, field in model.model_fields.items() if not field.exclude]


def _field(name: str, field: FieldInfo) -> pa.Field:
    nullable, kind = _unwrap(field.annotation)
    return pa.field(name, _type(kind), nullable=nullable)


def _unwrap(annotation: Any) -> tuple[bool, Any]:
    """Return whether ``annotation`` allows None, and the type without None and metadata."""
    if get_origin(annotation) is Annotated:
        return _unwrap(get_args(annotation)[0])
    if get_origin(annotation) not in (Union, types.UnionType):
        return False, annotation
    members = [arg for arg in get_args(annotation) if arg is not type(None)]
    nullable = len(members) < len(get_args(annotation))
    return nullable, _unwrap(members[0])[1] if len(members) == 1 else tuple(members)


def _type(annotation: Any) -> pa.DataType:
    _, kind = _unwrap(annotation)
    origin = get_origin(kind)
    if isinstance(kind, tuple):
        return _union(kind)
    if origin is Literal:
        return _SCALARS[type(get_args(kind)[0])]
    if origin is tuple:
        return _list(get_args(kind))
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return pa.string()
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return pa.struct([_field(name, field) for name, field in _stored(kind)])
    raise TypeError(f"no Arrow type for {annotation!r}")


def _list(items: tuple[Any, ...]) -> pa.DataType:
    if len(items) == 2 and items[1] is Ellipsis:
        return pa.list_(pa.field("item", _type(items[0]), nullable=False))
    return pa.list_(pa.field("item", _type(items[0]), nullable=False), len(items))


def _union(members: tuple[type[BaseModel], ...]) -> pa.StructType:
    fields: dict[str, pa.Field] = {}
    for member in members:
        for name, info in _stored(member):
            field = _field(name, info)
            if name in fields and fields[name].type != field.type:
                raise TypeError(f"members of a union disagree about “{name}”")
            everywhere = all(name in other.model_fields for other in members)
            fields[name] = field if everywhere else field.with_nullable(True)
    return pa.struct(list(fields.values()))


@cache
def _holds_union(annotation: Any) -> bool:
    _, kind = _unwrap(annotation)
    if isinstance(kind, tuple):
        return True
    if get_origin(kind) is tuple:
        return any(_holds_union(item) for item in get_args(kind) if item is not Ellipsis)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        inner: list[Any] = [field.annotation for _, field in _stored(kind)]
        return any(map(_holds_union, inner))
    return False


def _pruned(value: Any, annotation: Any) -> Any:
    """Drop the fields that a union's struct carries for its other members."""
    if value is None or not _holds_union(annotation):
        return value
    _, kind = _unwrap(annotation)
    if isinstance(kind, tuple):
        member = _member(value, kind)
        return {name: value[name] for name, _ in _stored(member)}
    if get_origin(kind) is tuple:
        return [_pruned(item, get_args(kind)[0]) for item in value]
    return {name: _pruned(value[name], field.annotation) for name, field in _stored(kind)}


def _member(
    value: Mapping[str, JsonValue], members: tuple[type[BaseModel], ...]
) -> type[BaseModel]:
    return next(m for m in members if value["kind"] in get_args(m.model_fields["kind"].annotation))
