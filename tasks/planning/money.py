"""What a token will cost, and what the budget leaves."""

from dataclasses import dataclass
from typing import Final

from schemas.errors import UsageError
from schemas.params import ServiceParams, TeacherParams
from schemas.settings import settings
from tasks.model.engine.endpoint import endpoint_specs
from tasks.model.engine.ledger import Ledger
from tasks.model.engine.prices import Price, price_of
from tasks.planning.figures import Rates

TOKENS: Final = 1e6  # a price is of a million


@dataclass(frozen=True)
class Money:
    """The rates to be paid and the price they come from, in words; None where none is known.

    ``left`` is what may be spent in the present period (US dollars), None without a budget.
    """

    rates: Rates | None
    price: str | None
    left: float | None


NOTHING: Final = Money(Rates(0.0, 0.0), None, None)


def money_of(root: str, teacher: TeacherParams, service: ServiceParams) -> Money:
    """Return what ``teacher`` is paid for tokens; the offline teacher nothing.

    Raises UsageError where there is a budget and no price is known.
    """
    if teacher.kind == "offline":
        return NOTHING
    price = _price(teacher)
    if service.budget is None:
        return Money(*_rates(price, service), None)
    if price is None:
        raise UsageError(
            f"No price is known for {teacher.model}, so --service.budget cannot be kept. "
            "Give one in the file that RS_GPT4V_PRICES names, or set no budget."
        )
    spent = Ledger(root, service.budget, service.period).spent()
    return Money(*_rates(price, service), max(0.0, service.budget - spent))


def _price(teacher: TeacherParams) -> Price | None:
    """Return the price at the endpoint that is asked first."""
    specs = endpoint_specs(settings())
    first = specs[0] if specs else None
    model = (first.model if first else None) or teacher.model
    return price_of(model, first.base_url if first else None)


def _rates(price: Price | None, service: ServiceParams) -> tuple[Rates | None, str | None]:
    if price is None:
        return None, None
    batch = service.by_batch
    share = price.batch if batch else 1.0
    rates = Rates(price.input * share / TOKENS, price.output * share / TOKENS)
    words = (
        f"US$ {price.input * share:g} a million tokens in, {price.output * share:g} out"
        f"{' in batches' if batch else ''} ({price.source}, {price.date})"
    )
    return rates, words
