"""Prompts and phrasings as files: found, checked, fingerprinted and rendered strictly.

A prompt is ``<name>.jinja``: YAML front matter between ``---`` lines (name, purpose, reply record or
a list of those it may be asked for, temperature, max_tokens), then one section per message under
``=== system ===`` and ``=== user ===`` lines. Sections may include partials ``_x.jinja`` by literal name. Phrasings are
``phrasings/<name>.yaml``: a purpose and named lists of one-line Jinja templates. Files are read anew
each time and parsed once per content, so an edited file is seen at once.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Literal, cast

import yaml
from jinja2 import DictLoader, Environment, StrictUndefined, Template, TemplateError
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from pydantic import Field, ValidationError

from schemas.errors import PromptError, UnknownName
from schemas.record import Record, content_id
from schemas.teacher import REPLIES, Message

FOLDER: Final[Traversable] = files("prompts")
PHRASINGS: Final = "phrasings/"
_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_SECTION: Final = re.compile(r"^=== (system|user|assistant) ===\n", re.MULTILINE)

Role = Literal["system", "user", "assistant"]


class FrontMatter(Record):
    """What stands at the head of a prompt file."""

    name: str
    purpose: str = Field(min_length=1, description="what the answer is used for")
    reply: str | tuple[str, ...] = Field(
        min_length=1,
        description="record of schemas.teacher that the answer is parsed into, or those it may be",
    )
    temperature: float = Field(ge=0, le=2, description="default, unless the parameters say")
    max_tokens: int = Field(gt=0, description="default, unless the parameters say")

    @property
    def replies(self) -> tuple[str, ...]:
        """Return the records that the answer may be parsed into, at least one."""
        return (self.reply,) if isinstance(self.reply, str) else self.reply


@dataclass(frozen=True)
class Prompt:
    """One prompt file, ready to render."""

    name: str
    purpose: str
    reply: str
    temperature: float
    max_tokens: int
    fingerprint: str
    needs: frozenset[str]
    replies: tuple[str, ...]
    _sections: tuple[tuple[Role, Template], ...] = field(repr=False)

    def asked_for(self, reply: str) -> "Prompt":
        """Return this prompt with ``reply`` as its record; UnknownName where it is none of its."""
        if reply not in self.replies:
            raise UnknownName(f"reply record of {self.name}.jinja", reply, self.replies)
        return replace(self, reply=reply)

    def render(self, variables: Mapping[str, object]) -> tuple[Message, ...]:
        """Return the messages, one per section.

        Raises PromptError that names every variable that is missing.
        """
        _require(f"{self.name}.jinja", self.needs, variables)
        return tuple(
            Message(role=role, text=_rendered(template, f"{self.name}.jinja", variables))
            for role, template in self._sections
        )


@dataclass(frozen=True)
class Phrasings:
    """One file of ways to say the same thing."""

    name: str
    purpose: str
    lists: Mapping[str, tuple[str, ...]]
    fingerprint: str

    def draw(self, list_name: str, seed: str, variables: Mapping[str, str]) -> str:
        """Return one line of ``list_name``, picked by hash of ``seed`` alone, rendered.

        Raises UnknownName for a list that the file lacks, PromptError that names the variables that
        any line of the list uses and ``variables`` lacks.
        """
        if list_name not in self.lists:
            raise UnknownName(f"list of {PHRASINGS}{self.name}.yaml", list_name, self.lists)
        lines = self.lists[list_name]
        where = f"{PHRASINGS}{self.name}.yaml, {list_name}"
        _require(where, _line_variables(lines), variables)
        place = int(content_id(self.name, list_name, seed), 16) % len(lines)
        return _rendered(_line(lines[place]), where, variables)


def load_prompt(name: str, folder: Traversable = FOLDER) -> Prompt:
    """Return the prompt ``name``.

    Raises UnknownName where there is no such file and PromptError where it, or a partial that it
    includes, is broken.
    """
    known = [_stem(x.name) for x in folder.iterdir() if x.name.endswith(".jinja")]
    known = [stem for stem in known if not stem.startswith("_")]
    if name not in known:
        raise UnknownName("prompt", name, known)
    return _prompt(name, tuple(sorted(_sources(f"{name}.jinja", folder).items())))


def load_phrasings(name: str, folder: Traversable = FOLDER) -> Phrasings:
    """Return the phrasings ``name``.

    Raises UnknownName where there is no such file and PromptError where it is broken.
    """
    room = folder / PHRASINGS.rstrip("/")
    known = [_stem(x.name) for x in room.iterdir() if x.name.endswith(".yaml")]
    if name not in known:
        raise UnknownName("phrasings", name, known)
    return _phrasings(name, (room / f"{name}.yaml").read_text(encoding="utf-8"))


def prompt_fingerprint(name: str, folder: Traversable = FOLDER) -> str:
    """Return the id of what the file ``name`` says.

    For a prompt: of its template, all partials that it includes and the JSON schema of its reply
    record. For ``phrasings/<name>``: of that file.
    """
    if name.startswith(PHRASINGS):
        return load_phrasings(name.removeprefix(PHRASINGS), folder).fingerprint
    return load_prompt(name, folder).fingerprint


def reply_record(name: str) -> type[Record]:
    """Return the record of ``schemas.teacher`` called ``name``; UnknownName where there is none."""
    if name not in REPLIES:
        raise UnknownName("reply record", name, REPLIES)
    return REPLIES[name]


def _sources(file: str, folder: Traversable) -> dict[str, str]:
    """Return the text of ``file`` and of all partials that it includes, by file name."""
    found: dict[str, str] = {}
    pending = [file]
    while pending:
        current = pending.pop()
        if current in found:
            continue
        path = folder / current
        if not path.is_file():
            raise PromptError(f"{file} includes {current}, which does not exist in prompts/.")
        found[current] = path.read_text(encoding="utf-8")
        pending += _included(current, found[current])
    return found


def _included(file: str, text: str) -> Iterator[str]:
    try:
        referenced = list(find_referenced_templates(_environment({}).parse(text)))
    except TemplateSyntaxError as error:
        raise PromptError(f"{file}, line {error.lineno}: {error.message}.") from error
    for name in referenced:
        if name is None:
            raise PromptError(f"{file}: name the included partial literally, in quotes.")
        yield name


@lru_cache(maxsize=64)
def _prompt(name: str, sources: tuple[tuple[str, str], ...]) -> Prompt:
    texts = dict(sources)
    file = f"{name}.jinja"
    front, body = _divided(file, texts[file])
    schemas = [reply_record(reply).model_json_schema() for reply in front.replies]
    environment = _environment(texts)
    parsed = [environment.parse(body), *(environment.parse(t) for f, t in sources if f != file)]
    return Prompt(
        name=name,
        purpose=front.purpose,
        reply=front.replies[0],
        temperature=front.temperature,
        max_tokens=front.max_tokens,
        fingerprint=content_id("prompt", [list(source) for source in sources], *schemas),
        needs=frozenset().union(*(find_undeclared_variables(tree) for tree in parsed)),
        replies=front.replies,
        _sections=tuple(_sections(file, body, environment)),
    )


def _divided(file: str, text: str) -> tuple[FrontMatter, str]:
    head = _FRONT_MATTER.match(text)
    if head is None:
        raise PromptError(f"{file} does not begin with front matter between two --- lines.")
    try:
        front = FrontMatter.model_validate(yaml.safe_load(head[1]))
    except (yaml.YAMLError, ValidationError) as error:
        raise PromptError(f"{file}: the front matter is wrong. {error}") from error
    if front.name != _stem(file):
        raise PromptError(f"{file} calls itself “{front.name}”; name and file must agree.")
    return front, text[head.end() :]


def _sections(file: str, body: str, environment: Environment) -> Iterator[tuple[Role, Template]]:
    """Yield role and template of each section; what is filled in later cannot open a section."""
    before, *pieces = _SECTION.split(body)
    if before.strip() or not pieces:
        raise PromptError(f"{file}: text must stand under “=== system ===” or “=== user ===”.")
    for role, text in zip(pieces[::2], pieces[1::2], strict=True):
        yield cast("Role", role), environment.from_string(text.strip())


@lru_cache(maxsize=64)
def _phrasings(name: str, text: str) -> Phrasings:
    where = f"{PHRASINGS}{name}.yaml"
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PromptError(f"{where} is not YAML: {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("purpose"), str):
        raise PromptError(f"{where} needs a purpose and named lists of lines.")
    lists = {key: value for key, value in content.items() if key != "purpose"}
    for key, lines in lists.items():
        if not isinstance(lines, list) or not lines or not all(isinstance(x, str) for x in lines):
            raise PromptError(f"{where}: “{key}” must be a list of lines, at least one.")
    return Phrasings(
        name=name,
        purpose=content["purpose"],
        lists={key: tuple(lines) for key, lines in lists.items()},
        fingerprint=content_id("phrasings", name, text),
    )


def _environment(sources: Mapping[str, str]) -> Environment:
    return Environment(  # noqa: S701  # text for a model, not HTML
        loader=DictLoader(sources),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=4096)
def _line(text: str) -> Template:
    return _environment({}).from_string(text)


@lru_cache(maxsize=1024)
def _line_variables(lines: tuple[str, ...]) -> frozenset[str]:
    trees = [_environment({}).parse(line) for line in lines]
    return frozenset().union(*(find_undeclared_variables(tree) for tree in trees))


def _require(where: str, needs: Iterable[str], variables: Mapping[str, object]) -> None:
    missing = sorted(set(needs) - set(variables))
    if missing:
        raise PromptError(f"{where} was rendered without {', '.join(missing)}.")


def _rendered(template: Template, where: str, variables: Mapping[str, object]) -> str:
    try:
        return template.render(variables).strip()
    except TemplateError as error:
        raise PromptError(f"{where}: {error}.") from error


def _stem(file: str) -> str:
    return file.rsplit(".", 1)[0]
