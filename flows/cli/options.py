"""Every field of BuildParams as an option by its dotted name: nothing is listed twice."""

import argparse
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, Union, get_args, get_origin

import annotated_types
import yaml
from pydantic import BaseModel, JsonValue, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from schemas.errors import UnknownName, UsageError
from schemas.params import BuildParams, SourceSpec
from schemas.record import Record
from schemas.settings import settings

P = TypeVar("P", bound=Record)

NOTHING: Final = frozenset({"none", "null"})


@dataclass(frozen=True)
class Option:
    """One parameter that a single word on the command line can set."""

    name: str
    group: str
    field: FieldInfo

    @property
    def kind(self) -> str:
        """What to write after it: the choices, or the sort of value."""
        members = _members(self.field.annotation)
        first = members[0]
        if get_origin(first) is Literal:
            return "{" + ",".join(map(str, get_args(first))) + "}"
        return {int: "N", float: "X", bool: "{true,false}"}.get(first, "TEXT")

    @property
    def bounds(self) -> str:
        """What it may be, in words; empty where there is no bound."""
        limits = {type(item): item for item in self.field.metadata}
        at_least, above = limits.get(annotated_types.Ge), limits.get(annotated_types.Gt)
        at_most, below = limits.get(annotated_types.Le), limits.get(annotated_types.Lt)
        low = (
            f"at least {at_least.ge:g}" if at_least else f"more than {above.gt:g}" if above else ""
        )
        high = f"at most {at_most.le:g}" if at_most else f"less than {below.lt:g}" if below else ""
        if at_least and at_most:
            return f"{at_least.ge:,} to {at_most.le:,}"
        return " and ".join(filter(None, (low, high)))

    @property
    def help(self) -> str:
        """Its description, bounds and default."""
        default = self.field.default
        said = str(default).lower() if isinstance(default, bool | None) else default
        parts = [self.bounds, f"default {said}"]
        text = f"{self.field.description} [{'; '.join(filter(None, parts))}]"
        return text.replace("%", "%%")


def parameter_options() -> tuple[Option, ...]:
    """Return the options of all parameters but the sources, in the order of the records."""
    return tuple(_walk(BuildParams, "", "Build"))


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Add what is read and where it goes: --source, --root and --params."""
    parser.add_argument(
        "--source", action="append", default=[], metavar="NAME=PATH",
        help="format and folder of annotated images, such as dota=/data/dota; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--root", default=settings().root, metavar="URI",
        help="folder or URL that holds stages and releases [RS_GPT4V_ROOT; default %(default)s]",
    )  # fmt: skip
    parser.add_argument("--params", metavar="FILE", help="parameters as YAML or JSON")


def build_params(options: argparse.Namespace) -> BuildParams:
    """Return the parameters that the options of a build name."""
    names = {option.name for option in parameter_options()}
    given = {name: text for name, text in vars(options).items() if name in names}
    return read_params(options.params, given, [parse_source(text) for text in options.source])


def add_parameter_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--group.name`` for every parameter, under the titles of their groups."""
    groups: dict[str, Any] = {}
    for option in parameter_options():
        if option.group not in groups:
            groups[option.group] = parser.add_argument_group(option.group)
        groups[option.group].add_argument(
            f"--{option.name}", metavar=option.kind, help=option.help, default=argparse.SUPPRESS
        )


def read_params(
    file: str | None, given: Mapping[str, str], sources: Sequence[SourceSpec]
) -> BuildParams:
    """Return the parameters: defaults, then ``file``, then ``given`` by dotted name, then sources.

    Raises UsageError that names the option, or the parameter and the file, that is wrong.
    """
    content = _file_content(file) if file else {}
    for name, text in given.items():
        _put(content, name.split("."), _value(text))
    if sources:
        content["sources"] = [source.model_dump() for source in sources]
    try:
        return BuildParams.model_validate(content)
    except ValidationError as error:
        raise _said(error.errors()[0], file, given) from error


def checked(model: type[P], given: Mapping[str, JsonValue]) -> P:
    """Return the parameters ``given``; raises UsageError that names the option that is wrong."""
    try:
        return model.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(step) for step in first["loc"])
        raise UsageError(f"--{name} “{_shown(first['input'])}”: {first['msg']}.") from error


def parse_source(text: str) -> SourceSpec:
    """Return the source that ``NAME=PATH`` names."""
    name, equals, path = text.partition("=")
    if not (equals and name.strip() and path.strip()):
        raise UsageError(
            f"--source “{text}” is not NAME=PATH. Write the format and its folder, such as "
            "--source dota=/data/dota."
        )
    return SourceSpec(name=name.strip(), path=path.strip())


def _walk(model: type[BaseModel], prefix: str, group: str) -> Iterator[Option]:
    for name, field in model.model_fields.items():
        kind = _members(field.annotation)[0]
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _walk(kind, f"{prefix}{name}.", field.title or group)
        elif get_origin(kind) is not tuple:
            yield Option(f"{prefix}{name}", group, field)


def _members(annotation: Any) -> tuple[Any, ...]:
    """Return the types that ``annotation`` allows, without None."""
    if get_origin(annotation) not in (Union, types.UnionType):
        return (annotation,)
    return tuple(member for member in get_args(annotation) if member is not type(None))


def _value(text: str) -> str | None:
    return None if text.strip().lower() in NOTHING else text


def _put(content: dict[str, JsonValue], path: Sequence[str], value: JsonValue) -> None:
    for name in path[:-1]:
        inner = content.setdefault(name, {})
        if not isinstance(inner, dict):
            content[name] = inner = {}
        content = inner
    content[path[-1]] = value


def _file_content(file: str) -> dict[str, JsonValue]:
    try:
        content = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"--params {file} cannot be read: {reason}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "no YAML or JSON"
        raise UsageError(f"--params {file}{line}: {problem}.") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise UsageError(f"--params {file} holds no mapping of parameters, such as “tile: {{size: 512}}”.")  # fmt: skip
    return content


def _said(error: ErrorDetails, file: str | None, given: Mapping[str, str]) -> UsageError:
    """Return what pydantic found wrong, in the words of the command line."""
    name = ".".join(str(step) for step in error["loc"])
    options = {option.name: option for option in parameter_options()}
    if error["type"] == "extra_forbidden":
        return UnknownName("parameter", name, [*options, "sources"])
    where = f"--{name}" if name in given else f"{name} in {file}" if file else f"--{name}"
    if error["type"] == "value_error":
        reason = str(error["ctx"]["error"]) if "ctx" in error else error["msg"]
        group = [f"--{key}" for key in given if key.startswith(f"{name}.")]
        return UsageError(f"{', '.join(group) or where}: {reason}.")
    option = options.get(name)
    allowed = option.bounds or option.kind if option else error["msg"]
    sort = {"N": "a whole number", "X": "a number"}.get(option.kind, "") if option else ""
    expected = f"{sort}, {allowed}" if sort and allowed not in ("N", "X") else sort or allowed
    return UsageError(f"{where}: “{_shown(error['input'])}” is not allowed; expected {expected}.")


def _shown(value: object) -> str:
    return "none" if value is None else str(value)
