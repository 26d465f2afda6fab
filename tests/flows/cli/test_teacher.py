"""The options of teacher serve become the endpoint's; what cannot be is said before it serves."""

import json
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from flows.cli.main import WRONG_USE, main
from flows.cli.teacher import behaviour_of, configure_teacher
from tasks.model.serve import FAULTS, Batching, Checks, Faults, Latency, Options, Prices, Rates


def read(*words: str) -> Options:
    parser = ArgumentParser()
    configure_teacher(parser)
    return behaviour_of(parser.parse_args(["serve", *words]))


@contextmanager
def running(*words: str) -> Iterator[str]:
    command = [sys.executable, "-c", "from flows.cli import main; raise SystemExit(main())"]
    arguments = [*command, "teacher", "serve", "--json", *words]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield json.loads(server.stdout.readline())["base_url"]
        finally:
            server.terminate()
            assert server.wait(timeout=10) == 0


def test_without_options_it_is_honest_and_unlimited() -> None:
    assert read() == Options()


def test_options_become_the_endpoints() -> None:
    words = (
        "--canned --echo --latency uniform:0.1:0.3 --reasoning-tokens 9 --no-image-tokens "
        "--prices 1 0.5 4 --batch-price 0.4 --batch-seconds 3 --batch-lines 7 --batch-bytes 900 "
        "--rpm 600 --tpm 9000 --burst 2 --charge asked --azure-headers "
        "--require-key k --model a --model b --no-vision --no-structured --context 10 --quota 3 --banned w "
        "--fault torn=0.25 --fault busy=0.5 --seed 5"
    )
    assert read(*words.split()) == Options(
        checks=Checks(
            "k", ("a", "b"), vision=False, structured=False, context=10, quota=3, banned="w"
        ),
        rates=Rates(600, 9000, 2, "azure", "asked"),
        latency=Latency("uniform", 0.1, 0.3),
        faults=Faults(seed=5, torn=0.25, busy=0.5),
        prices=Prices(1.0, 0.5, 4.0, 0.4),
        batching=Batching(3.0, 7, 900),
        canned=True,
        echo=True,
        image_tokens=False,
        reasoning_tokens=9,
    )


def test_faults_can_be_mixed_at_one_rate() -> None:
    faults = read("--faults", "0.2", "--fault", "torn=0").faults
    rates = dict(faults.rates("chat"))
    assert rates["torn"] == rates["quota"] == 0
    assert rates["busy"] == rates["skew"] == pytest.approx(0.2 / (len(rates) - 1))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--rpm 0", "requests a minute must be above 0"),
        ("--latency soon", "is no latency"),
        ("--fault torn=2", "the rate of torn must be 0 to 1"),
        ("--fault torn=x", "expected NAME=RATE, such as torn=0.1"),
        ("--fault tron", "Unknown fault “tron”. Did you mean “torn”?"),
        ("--faults 1.5", "must sum to 1 at most"),
        ("--prices 1 1 -1", "a price must be 0 or more"),
        ("--azure-headers --no-headers", "not allowed with argument"),
    ],
)
def test_what_cannot_be_is_wrong_use(capsys, words: str, said: str) -> None:
    assert main(["teacher", "serve", *words.split()]) == WRONG_USE
    assert said in capsys.readouterr().err


def test_help_names_every_fault(capsys) -> None:
    assert main(["teacher", "--help"]) == 0
    said = capsys.readouterr().out
    assert [name for name in FAULTS if f"  {name} " not in said] == []


def test_it_serves_as_it_was_told_and_ends_in_order() -> None:
    asked = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    with running("--canned", "--rpm", "600", "--require-key", "k") as url:
        headers = {"Authorization": "Bearer k"}
        sent = Request(f"{url}/chat/completions", json.dumps(asked).encode(), headers)
        with urlopen(sent) as answer:
            assert answer.headers["x-ratelimit-limit-requests"] == "600"
        with urlopen(url.replace("/v1", "/bill")) as bill:
            assert json.load(bill)["billed"] == 1
