"""The model: one question of the build's own about a painted picture, to every endpoint.

The answer shows at once whether the key, the model's name, pictures, structured outputs and limits
are what a build needs. It costs about a thousand tokens an endpoint.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from prompts import load_prompt
from schemas.checkup import Checked, doubtful, well, wrong
from schemas.params import ServiceParams, TeacherParams
from schemas.settings import Endpoint as EndpointSpec
from schemas.settings import Settings
from schemas.teacher import LocalDescription, ModelRequest
from tasks.doctor.painted import COLOUR, painted_tile
from tasks.model.asking import Asked, Question, Unanswered, ask, request_for
from tasks.model.engine import Obtained
from tasks.model.engine.choice import NO_KEY
from tasks.model.engine.endpoint import Endpoint, Told, endpoint_specs
from tasks.model.engine.failures import Failure, scrubber
from tasks.model.engine.headers import MINUTE, Unit, allowance, in_lower_case
from tasks.model.engine.limits import Limits
from tasks.model.engine.prices import price_of
from tasks.spatial.facts import fact_sheet

CHOOSE: Final = "choose another model (--teacher.model) or endpoint"


class _Direct:
    """Asks one endpoint, once a request, and remembers what it said."""

    def __init__(self, endpoint: Endpoint, *, structured: bool) -> None:
        self._endpoint, self._structured = endpoint, structured
        self.told: list[Told] = []

    async def obtain(self, request: ModelRequest) -> Obtained:
        """Return the answer to ``request``."""
        self.told.append(await self._endpoint.send(request, structured=self._structured))
        return Obtained(self.told[-1].answer, made=True)


@dataclass(frozen=True)
class _Outcome:
    """What an endpoint made of the question."""

    said: Asked[LocalDescription] | Unanswered
    told: Told
    structured: bool
    """Whether it was asked by schema to the end."""


def check_model(
    params: TeacherParams, service: ServiceParams, where: Settings
) -> Iterator[Checked]:
    """Yield what is to be said of the teacher of ``params`` at every endpoint that is set."""
    if params.kind == "offline":
        yield well("model", "teacher", "the built-in rules write: no key, no network, no cost")
        return
    specs = endpoint_specs(where)
    if not specs:
        yield wrong("model", "key", NO_KEY)
    for number, spec in enumerate(specs):
        yield from _check(params, service if number == 0 else ServiceParams(), spec, where)


def _check(
    params: TeacherParams, service: ServiceParams, spec: EndpointSpec, where: Settings
) -> Iterator[Checked]:
    endpoint = _opened(spec, where)
    model = spec.model or params.model
    try:
        outcome = asyncio.run(_asked(endpoint, params))
    except Failure as failure:
        yield wrong("model", endpoint.host, str(failure), "" if ". " in str(failure) else CHOOSE)
        return
    seconds = f"{outcome.told.latency:.1f} s"
    yield well("model", endpoint.host, f"{outcome.told.answer.model} answered in {seconds}")
    yield _sight(outcome, model)
    yield _shape(outcome, model, params)
    for unit, wanted in (
        ("requests", spec.requests_per_minute or service.requests_per_minute),
        ("tokens", spec.tokens_per_minute or service.tokens_per_minute),
    ):
        yield _limit(outcome.told, unit, wanted)  # type: ignore[arg-type]  # the two units
    yield _price(model, spec, service)


def _opened(spec: EndpointSpec, where: Settings) -> Endpoint:
    secrets = [spec.api_key.get_secret_value()] if spec.api_key else []
    limits = Limits(None, None, 1, 1.0)
    return Endpoint(spec, limits, where.request_timeout, scrubber(secrets))


async def _asked(endpoint: Endpoint, params: TeacherParams) -> _Outcome:
    tile = painted_tile()
    sheet = fact_sheet(tile)
    request = request_for(load_prompt("describe"), {"sheet": sheet}, params, tile)
    teacher = _Direct(endpoint, structured=params.structured)
    try:
        said = await ask(teacher, Question(tile.id, request, LocalDescription))
    finally:
        await endpoint.close()
    return _Outcome(said, teacher.told[-1], endpoint.is_structured(request))


def _sight(outcome: _Outcome, model: str) -> Checked:
    """Say whether the picture was seen: nothing but it tells the colour."""
    if isinstance(outcome.said, Asked):
        text = " ".join(fact.attributes for fact in outcome.said.reply.facts)
        if re.search(rf"\b{COLOUR}\b", text, re.IGNORECASE):
            return well("model", "vision", f"it saw the {COLOUR} car in the picture")
    return doubtful(
        "model", "vision",
        f"{model} did not say that the car in the picture is {COLOUR}: it may not have seen it",
        "see that it is a vision model, and that no proxy takes pictures out of requests",
    )  # fmt: skip


def _shape(outcome: _Outcome, model: str, params: TeacherParams) -> Checked:
    subject = "structured outputs"
    if isinstance(outcome.said, Unanswered):
        detail = f"its answer cannot be used ({outcome.said.reason}: {outcome.said.detail})"
        return wrong("model", subject, f"{model}: {detail}", CHOOSE)
    if outcome.structured:
        return well("model", subject, "the answer has the schema that was asked for")
    if not params.structured:
        return well("model", subject, "not asked for; the answer could be read as plain JSON")
    return doubtful(
        "model", subject, f"{model} has none: the schema goes into the text",
        "expect some answers that cannot be read, or choose a server that knows response_format; "
        "--teacher.structured false silences this",
    )  # fmt: skip


def _limit(told: Told, unit: Unit, wanted: float | None) -> Checked:
    subject, option = f"{unit} a minute", f"--service.{unit}_per_minute"
    found = allowance(in_lower_case(told.headers), unit)
    rate = found.per_second if found else None
    if rate is None:
        said = f"kept to the {wanted:,.0f} that are set" if wanted else "found out by probing"
        return well("model", subject, f"the server tells none; {said}")
    allowed = rate * MINUTE
    if wanted is not None and wanted > allowed:
        said = f"{wanted:,.0f} are set, the server allows {allowed:,.0f}: it will answer 429"
        return doubtful("model", subject, said, f"leave {option} out, or set {allowed:.0f}")
    return well("model", subject, f"{allowed:,.0f}, as the server says")


def _price(model: str, spec: EndpointSpec, service: ServiceParams) -> Checked:
    price = price_of(model, spec.base_url)
    if price is not None:
        said = f"US$ {price.input:g} in, {price.output:g} out a million tokens ({price.source})"
        return well("model", "price", said)
    remedy = f"let RS_GPT4V_PRICES name a YAML file with “{model}: {{input: …, output: …}}”"
    said = f"no price of {model} is known, so its cost is not counted"
    if service.budget is None:
        return doubtful("model", "price", said, remedy)
    return wrong("model", "price", f"{said} and --service.budget cannot be kept", remedy)
