"""The templates of the report and the card, and the filters that they use."""

from functools import cache
from math import floor, log10

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from pydantic import ValidationError

from schemas.sample import Draft, Rejection
from tasks.report.scores import said, shortfall_text

LONGEST_PAYLOAD = 700


@cache
def environment() -> Environment:
    """Return the templates: HTML is escaped, and a missing variable is an error."""
    found = Environment(
        loader=PackageLoader("tasks.report"),
        autoescape=select_autoescape(("html.jinja",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["number"] = lambda value: f"{value:,}"
    found.filters["short"] = short_number
    found.filters["words"] = lambda name: str(name).replace("_", " ")
    found.filters["cell"] = lambda text: str(text).replace("|", "\\|").replace("\n", " ")
    found.filters["size"] = size_in_words
    found.filters["payload"] = payload_text
    found.filters["dollars"] = dollars
    found.filters["percent"] = percent
    found.filters["decimal"] = decimal
    found.filters["said"] = said
    found.filters["shortfall"] = shortfall_text
    return found


def size_in_words(size: int) -> str:
    """Return a number of bytes for people, in powers of ten."""
    if size < 1000:
        return f"{size} B"
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000:
            return f"{value:.3g} {unit}"
    return f"{value / 1000:,.3g} TB"


def short_number(count: int) -> str:
    """Return a count for a narrow place: whole up to a million, then with three figures."""
    if count < 10**6:
        return f"{count:,}"
    value, unit = (count / 10**6, "M") if count < 10**9 else (count / 10**9, "G")
    return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"


def dollars(amount: float | None) -> str:
    """Return US dollars for people: cents, of less than 10 two figures; “not known” for none."""
    if amount is None:
        return "not known"
    digits = 2 if amount >= 0.1 or amount <= 0 else 1 - floor(log10(amount))
    return f"${amount:,.{digits}f}"


def percent(share: float | None) -> str:
    """Return a share of 1 as “12.3 %”; a dash for none."""
    return "–" if share is None else f"{100 * share:.1f} %"


def decimal(number: float | None) -> str:
    """Return a number with two decimals; a dash for none."""
    return "–" if number is None else f"{number:.2f}"


def payload_text(rejection: Rejection) -> str:
    """Return what was rejected for people: the turns of a draft, else the raw text, cut short."""
    text = rejection.payload.strip()
    try:
        draft = Draft.model_validate_json(text)
    except ValidationError:
        return text if len(text) <= LONGEST_PAYLOAD else text[:LONGEST_PAYLOAD] + " …"
    asks = {"user": "Q", "assistant": "A"}
    return "\n".join(f"{asks[turn.role]}  {turn.content}" for turn in draft.turns)
