"""Command teacher serve."""

import argparse
import json

from flows.cli.main import DONE
from schemas.errors import UsageError


def configure_teacher(parser: argparse.ArgumentParser) -> None:
    """Add the options of teacher serve."""
    parser.add_argument("action", choices=["serve"], help="serve: answer until it is stopped")
    parser.add_argument(
        "--port", type=int, default=0, metavar="N", help="on 127.0.0.1 [default: a free one]"
    )
    parser.add_argument("--json", action="store_true", help="say the address as JSON")


def run_teacher(options: argparse.Namespace) -> int:
    """Serve the offline teacher on loopback until it is stopped."""
    if not 0 <= options.port <= 65535:
        raise UsageError(f"--port {options.port} is not allowed; expected 0 to 65535.")
    from tasks.model.serve import serve  # noqa: PLC0415  # fastapi takes its time

    try:
        serve(port=options.port, ready=lambda url: _said(url, as_json=options.json))
    except OSError as error:
        raise UsageError(f"--port {options.port} cannot be used: {error.strerror}.") from error
    return DONE


def _said(url: str, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"base_url": url}), flush=True)
        return
    print(f"The offline teacher answers at {url} (stop it with Ctrl-C). To build with it:")
    print(f"  OPENAI_BASE_URL={url} OPENAI_API_KEY=none rs-gpt4v build --teacher.kind openai …", flush=True)  # fmt: skip
