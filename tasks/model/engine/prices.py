"""What a token costs: the user's own table first, then the kept table of ``genai-prices``.

The user's table is the YAML file that RS_GPT4V_PRICES names, US dollars a million tokens:

    gpt-4o:               {input: 2.5, cached: 1.25, output: 10, batch: 0.5, date: 2026-11-01, source: contract}
    my-server/qwen-vl-*:  {input: 0, output: 0}

A name may end in ``*``; the first that fits counts. ``cached`` is by default the price of input,
``batch`` the share of the price that batches cost, by default 0.5.
"""

import datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import yaml
from genai_prices import Usage, calc_price
from pydantic import Field, ValidationError

from schemas.errors import UsageError
from schemas.record import Record
from schemas.settings import settings
from schemas.teacher import ModelRequest, Spent
from tasks.model.engine.tokens import most_prompt_tokens

MILLION: Final = 1_000_000
SAMPLE: Final = 1000  # tokens priced to learn a rate: below every tier for long prompts
FREE: Final = ("offline-teacher",)


class Price(Record):
    """US dollars a million tokens of one model."""

    input: float = Field(ge=0)
    cached: float = Field(ge=0, description="input that the provider's cache serves")
    output: float = Field(ge=0, description="reasoning included")
    batch: float = Field(0.5, gt=0, le=1, description="share of the price that batches cost")
    source: str
    date: str = Field(description="of the price, as the source states it")


class _Entry(Record):
    """One line of the user's table."""

    input: float = Field(ge=0)
    cached: float | None = Field(None, ge=0)
    output: float = Field(ge=0)
    batch: float = Field(0.5, gt=0, le=1)
    source: str | None = None
    date: datetime.date | str | None = None


def price_of(model: str, base_url: str | None) -> Price | None:
    """Return the price of ``model`` at ``base_url`` (None: OpenAI's own); None where not known.

    Raises UsageError where the user's table cannot be read.
    """
    table = settings().prices
    if table is not None:
        own = next((price for name, price in read_prices(table) if fnmatchcase(model, name)), None)
        if own is not None:
            return own
    if model in FREE:
        return Price(input=0, cached=0, output=0, source="rs-gpt4v", date="always")
    return _kept_price(model, base_url)


def cost(price: Price, spent: Spent, *, batch: bool = False) -> float:
    """Return what an answer cost in US dollars."""
    fresh = spent.prompt_tokens - spent.cached_tokens
    dollars = (
        fresh * price.input
        + spent.cached_tokens * price.cached
        + spent.completion_tokens * price.output
    )
    return max(0.0, dollars) / MILLION * (price.batch if batch else 1)


def worst_cost(price: Price, request: ModelRequest) -> float:
    """Return the most that an answer to ``request`` may cost in US dollars."""
    dollars = most_prompt_tokens(request) * price.input + request.max_tokens * price.output
    return dollars / MILLION


@lru_cache(maxsize=8)
def read_prices(file: Path) -> tuple[tuple[str, Price], ...]:
    """Return the user's table in its order. Raises UsageError that names file and line."""
    try:
        node = yaml.compose(file.read_text("utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError as error:
        raise UsageError(f"RS_GPT4V_PRICES names {file}, which does not exist.") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The prices in {file} cannot be read: {error}") from error
    if not isinstance(node, yaml.MappingNode):
        raise UsageError(f"{file} holds no prices. Expected lines such as “gpt-4o: {{input: 2.5, output: 10}}”.")  # fmt: skip
    return tuple(_own_price(file, key, value) for key, value in node.value)


def _own_price(file: Path, key: yaml.Node, value: yaml.Node) -> tuple[str, Price]:
    name = str(key.value)
    loader = yaml.SafeLoader("")
    try:
        entry = _Entry.model_validate(loader.construct_object(value, deep=True))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        field = ".".join(map(str, problem["loc"])) or "the entry"
        raise UsageError(
            f"{file}, line {value.start_mark.line + 1}: the price of “{name}” is wrong: {field}: "
            f"{problem['msg']}. Prices are US dollars a million tokens."
        ) from error
    return name, Price(
        input=entry.input,
        cached=entry.input if entry.cached is None else entry.cached,
        output=entry.output,
        batch=entry.batch,
        source=entry.source or file.name,
        date=str(entry.date or "no date"),
    )


@lru_cache(maxsize=256)
def _kept_price(model: str, base_url: str | None) -> Price | None:
    """Return the price in the kept table, at its release; it is never fetched anew."""
    try:
        fresh, cached, output = (
            _sampled(model, base_url, usage)
            for usage in (
                Usage(input_tokens=SAMPLE, output_tokens=0),
                Usage(input_tokens=SAMPLE, cache_read_tokens=SAMPLE, output_tokens=0),
                Usage(input_tokens=0, output_tokens=SAMPLE),
            )
        )
    except LookupError:
        return None
    source = f"genai-prices {version('genai-prices')}"
    return Price(input=fresh, cached=cached, output=output, source=source, date="of its release")


def _sampled(model: str, base_url: str | None, usage: Usage) -> float:
    if base_url is None:
        found = calc_price(usage, model, provider_id="openai")
    else:
        found = calc_price(usage, model, provider_api_url=base_url)
    return float(found.total_price) * MILLION / SAMPLE
