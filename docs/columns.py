"""The directive ``columns``: a table of the fields of a record, written from the record itself.

``{columns} schemas.sample.Sample`` gives one row per field: name, type, and what it holds.
"""

from importlib import import_module
from typing import Any, get_args, get_origin

from docutils import nodes
from docutils.statemachine import StringList
from pydantic import BaseModel
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective


class Columns(SphinxDirective):
    """The fields of the record that its argument names."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        module, name = self.arguments[0].rsplit(".", 1)
        record = getattr(import_module(module), name)
        lines = [*HEADER, *(_row(record, name) for name in record.model_fields)]
        around = nodes.section()
        self.state.nested_parse(StringList(lines), self.content_offset, around)
        return list(around.children)


HEADER = ["| field | type | what it holds |", "|---|---|---|"]


def described(record: type[BaseModel]) -> dict[str, str]:
    """Return the description of every field of ``record``, empty where there is none."""
    return {name: field.description or "" for name, field in record.model_fields.items()}


def _row(record: type[BaseModel], name: str) -> str:
    kind = written_type(record.model_fields[name].annotation)
    return f"| `{name}` | {kind} | {described(record)[name]} |"


def written_type(annotation: Any) -> str:
    """Return ``annotation`` as a reader of Parquet would say it, such as ``list of Turn``."""
    if annotation is type(None):
        return "null"
    origin, args = get_origin(annotation), get_args(annotation)
    if hasattr(annotation, "__metadata__"):
        return written_type(args[0])
    if origin is None:
        return getattr(annotation, "__name__", str(annotation))
    if getattr(origin, "__name__", "") == "Literal":
        return ", ".join(f"`{value}`" for value in args)
    if origin is tuple and args[-1] is not Ellipsis:
        return f"{len(args)} × {written_type(args[0])}"
    if origin is tuple:
        return f"list of {written_type(args[0])}"
    if origin is dict:
        return f"{written_type(args[0])} → {written_type(args[1])}"
    return " or ".join(written_type(arg) for arg in args)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of the directive."""
    app.add_directive("columns", Columns)
    return {"parallel_read_safe": True}
