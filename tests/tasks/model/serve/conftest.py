"""A fresh endpoint for each test that asks for one: it takes a few milliseconds."""

from collections.abc import Callable
from contextlib import ExitStack

import openai
import pytest

from tasks.model.serve import Options, Served, served

Start = Callable[..., Served]


@pytest.fixture
def start():
    """Return what starts an endpoint with the options given by name; canned unless said."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(served(Options(**{"canned": True} | options)))


@pytest.fixture
def endpoint(start: Start) -> Served:
    return start()


@pytest.fixture
def client(endpoint: Served):
    with openai.OpenAI(base_url=endpoint.url, api_key="none", max_retries=0) as opened:
        yield opened
