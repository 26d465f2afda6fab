"""The progress artifact of a build."""

import itertools

import pytest
from prefect import flow
from prefect.client.orchestration import get_client

from flows.live import shown_live
from tasks.model.engine.meter import Reading

pytestmark = pytest.mark.usefixtures("prefect_server")


def reading(answered):
    return Reading(answered, 0, 1000 * answered, 0.5 * answered, 2.0, 2000.0, 8, 4.0)


def artifacts():
    with get_client(sync_client=True) as client:
        return [found for found in client.read_artifacts() if found.type == "progress"]


def test_the_last_state_stands_in_the_artifact():
    counts = itertools.chain([0, 1, 2], itertools.repeat(4))

    @flow
    def build():
        with shown_live(lambda: reading(next(counts)), every=0.05):
            while next(counts) < 4:
                pass

    before = artifacts()
    build()
    (artifact,) = (found for found in artifacts() if found not in before)
    assert (artifact.data, artifact.key) == (50, "teacher")
    assert artifact.description.startswith("4 of about 8 answers, 2.0 requests/s, 2,000 tokens/s")


def test_a_build_without_answers_shows_nothing():
    @flow
    def build():
        with shown_live(lambda: reading(0), every=0.01):
            pass

    before = artifacts()
    build()
    assert artifacts() == before
