"""How parameters look as a form: in the order of their fields, rarely changed groups folded.

The Prefect UI sorts what it shows by ``position``. Without it, PostgreSQL's JSONB decides: it keeps
no order of keys. A group that may be null is shown as a choice of two, which takes one line.
"""

from inspect import cleandoc
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticUseDefault

from schemas.record import Record

G = TypeVar("G", bound=Record)
_LAST: Final = 1000  # added to the position of what is folded: it follows what is not


def _in_order(schema: JsonDict, model: type[BaseModel]) -> None:
    """Give every field its position, and every folded group what its record says of it."""
    fields: Any = schema.get("properties", {})
    for position, (name, field) in enumerate(fields.items()):
        folded = field.pop("folded", False)
        field["position"] = position + (_LAST if folded else 0)
        group = model.model_fields[name].annotation
        if folded:
            field.setdefault("description", cleandoc(group.__doc__ or ""))
        elif isinstance(field.get("default"), dict):
            field["default"] |= dict.fromkeys(_folded(group))


def _folded(group: Any) -> list[str]:
    """Return the fields of ``group`` that are folded; a form takes its defaults from without."""
    fields = getattr(group, "model_fields", {})
    return [name for name, field in fields.items() if _OR_DEFAULT in field.metadata]


def _fold(schema: JsonDict) -> None:
    """Let a form offer null for a group, which stands for its defaults."""
    group: JsonDict = {"$ref": schema.pop("$ref"), "title": "Change"}
    schema["anyOf"] = [{"type": "null", "title": "Defaults"}, group]
    schema["default"], schema["folded"] = None, True


def _or_default(value: object) -> object:
    if value is None:
        raise PydanticUseDefault
    return value


class Params(Record):
    """A group of parameters."""

    model_config = ConfigDict(json_schema_extra=_in_order)


_OR_DEFAULT: Final = BeforeValidator(_or_default)
Folded = Annotated[G, _OR_DEFAULT, Field(json_schema_extra=_fold)]
"""A group that a form shows folded. It must have a default, which null stands for."""
