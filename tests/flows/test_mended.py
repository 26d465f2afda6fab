"""A build whose teacher lies at first: it is asked again, and the release tells the truth."""

import json

import pytest

from flows.build_dataset import build_dataset
from schemas.params import TeacherParams
from schemas.sample import Sample
from schemas.settings import settings
from schemas.vocabulary import TaskType
from tasks.model.engine import close_engines
from tasks.model.offline import write_reply
from tasks.model.serve import served
from tasks.sources.dota import V1_0
from tasks.storage.accounting import SAMPLE_STAGES
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

LIE = "There is a soccer field in this image."

pytestmark = pytest.mark.usefixtures("prefect_server")


def lies_at_first(texts, image, reply, seed):
    if reply == "Synthesis" and "What is false in it:" not in texts[1]:
        return json.dumps({"description": LIE})
    return write_reply(texts, image, reply, seed)


@pytest.fixture
def liar(monkeypatch):
    close_engines()
    with served(write=lies_at_first) as endpoint:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", "none")
        settings.cache_clear()
        yield endpoint
        close_engines()
    settings.cache_clear()


def test_what_was_false_is_asked_for_again_and_counted_and_free_the_next_time(
    tmp_path, params, liar
):
    root = str(tmp_path / "root")
    sources = tuple(source.model_copy(update={"classes": V1_0}) for source in params.sources)
    wanted = params.model_copy(update={"teacher": TeacherParams(kind="openai"), "sources": sources})
    manifest = build_dataset(root, "first", wanted)
    stages = {stage.stage: stage for stage in manifest.stages}
    assert stages["mend"].kept == stages["synthesize"].kept > 0
    assert {one.stage: one.requests for one in manifest.usage.stages}["mend"] == stages["mend"].kept
    assert "mend" in {prompt.name for prompt in manifest.prompts}
    lost = sum(stage.rejected for stage in manifest.stages if stage.stage in SAMPLE_STAGES)
    assert manifest.samples + lost == manifest.candidates
    paths = [part.path for part in manifest.parts if part.table == "samples"]
    store = Store(root)
    rows = [row for path in paths for row in read_rows(store, f"releases/first/{path}", Sample)]
    whole = [row for row in rows if row.task is TaskType.DETAILED_DESCRIPTION]
    assert len(whole) == stages["mend"].kept
    for row in whole:
        (repair,) = row.lineage.repairs
        assert (repair.how, repair.before, repair.after) == ("asked_again", LIE, row.turns[1].content)  # fmt: skip
    billed = liar.bill.billed
    again = build_dataset(root, "second", wanted)
    assert (again.usage.calls, liar.bill.billed) == (0, billed)
