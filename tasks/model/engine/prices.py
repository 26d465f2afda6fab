"""What a token costs: the user's own table first, then the kept table of ``genai-prices``.

The user's table is the YAML file that RS_GPT4V_PRICES names, US dollars a million tokens:

    gpt-4o:                              a model; * stands for anything, the first that fits counts
      input: 2.5
      output: 10                         reasoning included
      cached: 1.25                       input served from the provider's cache; else as input
      batch: 0.5                         share of the price that batches cost; else 0.5
      server: https://me.openai.azure.   only at addresses that begin so; else anywhere
      date: 2026-11-01                   of the price, and who says so: shown with every cost
      source: contract
    qwen-vl-*: {input: 0, output: 0}     a server of one's own

The kept table is the one that was installed; it is never fetched anew.
"""

import datetime
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml
from pydantic import Field, JsonValue, ValidationError

from schemas.errors import UsageError
from schemas.record import Record
from schemas.settings import settings
from schemas.teacher import ModelRequest, Spent
from tasks.model.engine.tokens import most_prompt_tokens

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice

MILLION: Final = 1_000_000
DIGITS: Final = 9  # of a dollar: costs are exact to a billionth
OPENAI: Final = "https://api.openai.com/v1"
FREE: Final = "offline-teacher"


class Price(Record):
    """US dollars a million tokens of one model."""

    input: float = Field(ge=0)
    cached: float = Field(ge=0, description="input that the provider's cache serves")
    output: float = Field(ge=0, description="reasoning included")
    batch: float = Field(0.5, gt=0, le=1, description="share of the price that batches cost")
    source: str
    date: str = Field(description="of the price, as the source states it")


class _Entry(Record):
    """One entry of the user's table."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(None, ge=0)
    batch: float = Field(0.5, gt=0, le=1)
    server: str = ""
    source: str = ""
    date: datetime.date | None = None


class _Own(NamedTuple):
    """A price of the user's, and what it is for."""

    model: str
    server: str
    price: Price


def price_of(model: str, base_url: str | None) -> Price | None:
    """Return the price of ``model`` at ``base_url`` (None: OpenAI's own); None where not known.

    A server that the kept table does not know has no price, whatever its models are called. Raises
    UsageError where the user's table is wrong.
    """
    url, table = base_url or OPENAI, settings().prices
    for own in read_prices(table) if table is not None else ():
        if fnmatchcase(model, own.model) and url.startswith(own.server):
            return own.price
    if model == FREE:
        return Price(input=0, cached=0, output=0, batch=1, source="rs-gpt4v", date="always")
    return _kept_price(model, url)


def cost(price: Price, spent: Spent, *, batch: bool = False) -> float:
    """Return what an answer cost in US dollars, to a billionth."""
    cached = min(spent.cached_tokens, spent.prompt_tokens)
    dollars = (
        (spent.prompt_tokens - cached) * price.input
        + cached * price.cached
        + spent.completion_tokens * price.output
    )
    return round(dollars / MILLION * (price.batch if batch else 1), DIGITS)


def worst_cost(price: Price, request: ModelRequest) -> float:
    """Return the most that an answer to ``request`` may cost in US dollars."""
    prompt = most_prompt_tokens(request) * max(price.input, price.cached)
    return (prompt + request.max_tokens * price.output) / MILLION


@lru_cache(maxsize=8)
def read_prices(file: Path) -> tuple[_Own, ...]:
    """Return the user's table in its order. Raises UsageError that names file and line."""
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError as error:
        raise UsageError(f"RS_GPT4V_PRICES names {file}, which does not exist.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The prices in {file} cannot be read: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(
            f"{file} holds no prices. Expected entries such as “gpt-4o: {{input: 2.5, output: 10}}”,"
            " US dollars a million tokens."
        )
    return tuple(_own_price(file, key, value) for key, value in node.value)


def _own_price(file: Path, name: yaml.Node, value: yaml.Node) -> _Own:
    given: JsonValue = yaml.SafeLoader("").construct_object(value, deep=True)
    try:
        entry = _Entry.model_validate(given)
    except ValidationError as error:
        raise UsageError(
            f"{file}, line {_line(value, error)}: the price of “{name.value}” is wrong: "
            f"{_problem(error)}. Prices are US dollars a million tokens, at least 0."
        ) from error
    price = Price(
        input=entry.input,
        cached=entry.input if entry.cached is None else entry.cached,
        output=entry.output,
        batch=entry.batch,
        source=entry.source or file.name,
        date=str(entry.date or "no date"),
    )
    return _Own(str(name.value), entry.server, price)


def _problem(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    field = ".".join(map(str, first["loc"]))
    found = "" if first["type"] == "missing" else f" (found {first['input']!r})"
    return f"{field}: {first['msg']}{found}" if field else f"{first['msg']}{found}"


def _line(node: yaml.Node, error: ValidationError) -> int:
    """Return the line of the field that is wrong, else that of its entry; the first is 1."""
    wrong = [str(place) for place in error.errors(include_url=False)[0]["loc"][:1]]
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    lines = [key.start_mark.line for key, _ in pairs if [key.value] == wrong]
    return int((lines or [node.start_mark.line])[0]) + 1


@lru_cache(maxsize=256)
def _kept_price(model: str, url: str) -> Price | None:
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # takes half a second

    try:
        provider, found = get_snapshot().find_provider_model(model, None, None, url)
    except LookupError:
        return None
    now = datetime.datetime.now(datetime.UTC)
    usual, batched = found.get_prices(now), found.get_prices(now, {"processing": "batch"})
    fresh, output = _dollars(usual, "input_mtok"), _dollars(usual, "output_mtok")
    if fresh is None or output is None:
        return None
    cached = _dollars(usual, "cache_read_mtok")
    pairs = [(_dollars(batched, "input_mtok"), fresh), (_dollars(batched, "output_mtok"), output)]
    shares = [part / whole for part, whole in pairs if part is not None and whole]
    return Price(
        input=fresh,
        cached=fresh if cached is None else cached,
        output=output,
        batch=min(1.0, max(shares, default=1.0)) or 1.0,
        source=f"genai-prices {version('genai-prices')}, {provider.id} {found.id}",
        date=_kept_date(),
    )


def _dollars(price: "ModelPrice", name: str) -> float | None:
    """Return one figure of ``price``; where it rises with the length of the prompt, its lowest."""
    found = getattr(price, name)
    return None if found is None else float(getattr(found, "base", found))


@cache
def _kept_date() -> str:
    """Return the day up to which the kept table notes changes: it states no date of its own."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  # takes half a second

    today = datetime.datetime.now(datetime.UTC).date()
    models = (model for provider in get_snapshot().providers for model in provider.models)
    noted = (day for model in models for day in _changes(model) if day <= today)
    return str(max(noted, default="no date"))


def _changes(model: "ModelInfo") -> Iterator[datetime.date]:
    dated = model.prices if isinstance(model.prices, list) else []
    for one in (*dated, *(model.price_variants or ())):
        day = getattr(one.constraint, "start_date", None)
        if isinstance(day, datetime.date):
            yield day
