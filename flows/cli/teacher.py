"""Command teacher serve."""

import argparse
import json
from typing import TYPE_CHECKING

from flows.cli.main import DONE
from schemas.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from tasks.model.serve import Faults, Options, Prices, Rates


def configure_teacher(parser: argparse.ArgumentParser) -> None:
    """Add the options of teacher serve."""
    from tasks.model.serve import FAULTS  # noqa: PLC0415  # aiohttp takes its time

    parser.usage = "rs-gpt4v teacher serve [options]"
    parser.epilog = _epilog(FAULTS)
    parser.add_argument("action", choices=["serve"], help="serve: answer until it is stopped")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="on 127.0.0.1 [default: a free one]"
    )
    parser.add_argument("--json", action="store_true", help="say the address as JSON")
    _answers(parser.add_argument_group("answers"))
    _limits(parser.add_argument_group("limits"))
    _checks(parser.add_argument_group("what is refused"))
    _batches(parser.add_argument_group("batches and billing"))
    faults = parser.add_argument_group("faults")
    faults.add_argument(
        "--fault", action="append", default=[], metavar="NAME=RATE",
        help="make a fault happen at RATE, 0 to 1; may be given again; names below",
    )  # fmt: skip
    faults.add_argument(
        "--faults", type=float, default=0.0, metavar="RATE",
        help="so many chat completions fail, in every way alike but for the quota [0]",
    )  # fmt: skip
    faults.add_argument("--seed", type=int, default=0, metavar="N", help="of the faults [0]")


def run_teacher(options: argparse.Namespace) -> int:
    """Serve the offline teacher on loopback until it is stopped."""
    if not 0 <= options.port <= 65535:
        raise UsageError(f"--port {options.port} is not allowed; expected 0 to 65535.")
    from tasks.model.serve import serve  # noqa: PLC0415  # aiohttp takes its time

    behaviour = behaviour_of(options)
    try:
        serve(
            port=options.port,
            options=behaviour,
            ready=lambda url: _said(url, as_json=options.json),
        )
    except OSError as error:
        raise UsageError(f"--port {options.port} cannot be used: {error.strerror}.") from error
    return DONE


def behaviour_of(options: argparse.Namespace) -> "Options":
    """Return how the endpoint is to behave. Raises UsageError where a value is not allowed."""
    from tasks.model import serve  # noqa: PLC0415  # aiohttp takes its time

    try:
        return serve.Options(
            checks=serve.Checks(
                key=options.require_key,
                models=tuple(options.model),
                vision=not options.no_vision,
                structured=not options.no_structured,
                context=options.context,
                quota=options.quota,
                banned=options.banned,
            ),
            rates=_rates(options),
            latency=serve.Latency.parse(options.latency),
            faults=_faults(options.fault, options.faults, options.seed),
            prices=_prices(options),
            batching=serve.Batching(
                options.batch_seconds, options.batch_lines, options.batch_bytes
            ),
            canned=options.canned or options.echo,
            echo=options.echo,
            image_tokens=not options.no_image_tokens,
            reasoning_tokens=options.reasoning_tokens,
        )
    except ValueError as error:
        raise UsageError(f"The endpoint cannot be like that: {error}.") from error


def _answers(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--canned", action="store_true", help="one fixed answer of each record")
    group.add_argument("--echo", action="store_true", help="canned, with a hash of the request")
    group.add_argument(
        "--latency", default="0", metavar="SECONDS",
        help="0.2, uniform:LOW:HIGH or lognormal:MEDIAN:SIGMA [0]",
    )  # fmt: skip
    group.add_argument(
        "--reasoning-tokens", type=int, default=0, metavar="N", help="hidden, in each answer [0]"
    )
    group.add_argument(
        "--no-image-tokens", action="store_true", help="pictures do not count in usage"
    )


def _limits(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--rpm", type=float, metavar="N", help="requests a minute [no limit]")
    group.add_argument("--tpm", type=float, metavar="N", help="tokens a minute [no limit]")
    group.add_argument(
        "--burst", type=float, default=1.0, metavar="SECONDS",
        help="how many seconds' worth may be asked at once; at least one request [1]",
    )  # fmt: skip
    group.add_argument(
        "--charge", choices=["used", "asked"], default="used",
        help="used: tokens as in usage; asked: prompt and max_tokens, beforehand [used]",
    )  # fmt: skip
    headers = group.add_mutually_exclusive_group()
    headers.add_argument("--no-headers", action="store_true", help="tell nothing of the limits")
    headers.add_argument("--azure-headers", action="store_true", help="tell of them as Azure does")


def _checks(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--require-key", metavar="KEY", help="401 without this key")
    group.add_argument(
        "--model", action="append", default=[], metavar="NAME",
        help="404 for other models; may be given again",
    )  # fmt: skip
    group.add_argument("--no-vision", action="store_true", help="400 for pictures")
    group.add_argument("--no-structured", action="store_true", help="400 for response_format")
    group.add_argument(
        "--context", type=int, metavar="N", help="400 above N tokens of prompt and answer"
    )
    group.add_argument("--quota", type=int, metavar="N", help="insufficient_quota after N answers")
    group.add_argument("--banned", metavar="WORD", help="400 content_filter where WORD stands")


def _batches(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--batch-seconds", type=float, default=0.5, metavar="S", help="a batch takes [0.5]"
    )
    group.add_argument(
        "--batch-lines", type=int, default=50_000, metavar="N", help="at most [50000]"
    )
    group.add_argument(
        "--batch-bytes", type=int, default=200 * 10**6, metavar="N", help="at most [200000000]"
    )
    group.add_argument(
        "--prices", type=float, nargs=3, default=(2.5, 1.25, 10.0),
        metavar=("INPUT", "CACHED", "OUTPUT"),
        help="US dollars a million tokens [2.5 1.25 10]; GET /bill says what was billed",
    )  # fmt: skip
    group.add_argument(
        "--batch-price", type=float, default=0.5, metavar="SHARE", help="of them in batches [0.5]"
    )


def _rates(options: argparse.Namespace) -> "Rates":
    from tasks.model.serve import Flavour, Rates  # noqa: PLC0415  # aiohttp takes its time

    told: Flavour = "openai"
    if options.no_headers or options.azure_headers:
        told = "none" if options.no_headers else "azure"
    return Rates(options.rpm, options.tpm, options.burst, told, options.charge)


def _prices(options: argparse.Namespace) -> "Prices":
    from tasks.model.serve import Prices  # noqa: PLC0415  # aiohttp takes its time

    asked, cached, written = options.prices
    if min(*options.prices, options.batch_price) < 0:
        raise ValueError("a price must be 0 or more")
    return Prices(asked, cached, written, options.batch_price)


def _faults(given: list[str], every: float, seed: int) -> "Faults":
    """Return the faults of NAME=RATE texts, beside a share ``every`` of those that pass.

    Raises UsageError where a text is none.
    """
    from tasks.model.serve import FAULTS, Faults  # noqa: PLC0415  # aiohttp takes its time

    passing = [name for name, (scope, _) in FAULTS.items() if scope == "chat" and name != "quota"]
    rates = dict.fromkeys(passing, every / len(passing)) if every else {}
    for text in given:
        name, _, rate = text.partition("=")
        if name not in FAULTS:
            raise UnknownName("fault", name, FAULTS)
        try:
            rates[name] = float(rate)
        except ValueError as error:
            raise UsageError(f"--fault {text}: expected NAME=RATE, such as {name}=0.1.") from error
    return Faults(seed=seed, **rates)


def _epilog(faults: dict[str, tuple[str, str]]) -> str:
    titles = {
        "chat": "faults in chat completions",
        "other": "faults in calls to files and batches",
        "batch": "faults of a batch",
        "line": "faults of a batch line",
    }
    texts = [
        f"{title}:\n"
        + "\n".join(f"  {name:15} {told}" for name, (of, told) in faults.items() if of == scope)
        for scope, title in titles.items()
    ]
    ending = (
        "One request asks for a fault by the header x-fault: NAME[=VALUE]; also status=CODE and\n"
        "latency=SECONDS. The rates of faults in chat completions sum to 1 at most."
    )
    return "\n\n".join([*texts, ending])


def _said(url: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"base_url": url}), flush=True)
        return
    print(f"The offline teacher answers at {url} (stop it with Ctrl-C). To build with it:")
    print(f"  OPENAI_BASE_URL={url} OPENAI_API_KEY=none rs-gpt4v build --teacher.kind openai …", flush=True)  # fmt: skip
