"""The progress artifact of a build."""

import itertools
import logging
import re

import pytest
from prefect import flow

from flows.live import KEY, Parts, shown_live
from flows.outcome import CHAIN
from schemas.release import Part
from tasks._stage import report
from tasks.model.engine.meter import Reading
from tests.fixtures.recorded import artifacts

pytestmark = pytest.mark.usefixtures("prefect_server")


def reading(answered):
    return Reading(answered, 0, 1000 * answered, 0.5 * answered, 2.0, 2000.0, 8, 4.0)


def part(stage, shard):
    return Part(
        stage=stage, shard=shard, key="k", candidates=4, rows=3, rejections=1, findings=0, made=True
    )


def tell(parts, one):
    record = logging.LogRecord("rs_gpt4v.progress", logging.INFO, "", 0, "", (), None)
    record.part = one
    parts.emit(record)


def test_the_last_state_stands_in_the_artifact():
    counts = itertools.chain([0, 1, 2], itertools.repeat(4))

    @flow
    def build():
        with shown_live(lambda: reading(next(counts)), every=0.05):
            while next(counts) < 4:
                pass

    before = artifacts(KEY)
    build()
    (artifact,) = (found for found in artifacts(KEY) if found not in before)
    assert (artifact.data, artifact.key) == (100, "progress")
    assert artifact.description.startswith(
        "0 of 0 parts, 0 rows, 0 rejected; 4 of about 8 answers, 2.0 requests/s, 2,000 tokens/s"
    )


def test_parts_are_the_measure_until_answers_are():
    parts = Parts()
    for stage, shard in (("scan", 0), ("scan", 1), *((one, 0) for one in CHAIN)):
        tell(parts, part(stage, shard))
    shown = parts.shown(Reading(0, 0, 0, 0.0, 0.0, 0.0, None, 0.0), None)
    assert shown.percent == 50
    one = len(CHAIN)
    counts = f"{one} of {2 * one} parts, {3 * one} rows, {one} rejected"
    assert re.fullmatch(counts + r"; about \d+ s left", shown.said)
    assert parts.shown(reading(1), None).percent == 12.5  # one of eight answers
    parts.whole = True
    assert parts.shown(reading(8), None).percent == 100


def test_a_build_that_fails_is_not_shown_as_whole():
    @flow
    def build():
        with shown_live(lambda: reading(4), every=0.01):
            report(part("scan", 0))
            raise ValueError("a part could not be made")

    before = artifacts(KEY)
    with pytest.raises(ValueError, match="could not"):
        build()
    (artifact,) = (found for found in artifacts(KEY) if found not in before)
    assert artifact.data == 0
