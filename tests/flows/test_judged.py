"""A build with a judge: its grades stand beside the data, and decide nothing."""

import json

import pyarrow.parquet as pq
import pytest

from flows.build_dataset import build_dataset
from schemas.errors import MissingSecret, UsageError
from schemas.judge_params import JudgeParams
from schemas.params import ServiceParams, TeacherParams
from schemas.settings import settings
from tasks.audit import audit
from tasks.model.answers import open_answers
from tasks.model.engine import close_engines
from tasks.model.serve import Checks, Faults, Options, served
from tasks.storage.store import Store
from tests.fixtures.recorded import artifacts

KEY = "sk-the-key-of-the-judge-must-not-be-seen"
JUDGE = JudgeParams(kind="openai", model="a-judge", share=0.2, twins=1)
GRADES = {"groundedness": 5, "completeness": 4, "fluency": 5, "usefulness": 3}

pytestmark = pytest.mark.usefixtures("prefect_server")


def says(texts, image, reply, seed):
    return json.dumps({"false_statements": [], **GRADES})


@pytest.fixture
def endpoint(tmp_path, monkeypatch):
    """Return what lets a judge answer at an endpoint that wants a key."""
    running = []
    (tmp_path / "prices.yaml").write_text("a-judge: {input: 2.5, output: 10}")

    def start(**faults):
        server = served(Options(checks=Checks(key=KEY), faults=Faults(**faults)), says)
        found = server.__enter__()
        running.append(server)
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", found.url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", KEY)
        monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))
        close_engines()
        settings.cache_clear()
        return found

    yield start
    close_engines()
    for server in running:
        server.__exit__(None, None, None)
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def judged(build, params, tmp_path):
    """Return what builds the small build again with a judge, and the folder that it is in."""
    copy = build.copied(tmp_path)

    def again(version="judged", **update):
        wanted = params.model_copy(update={"judge": JUDGE, **update})
        return build_dataset(str(copy.root), version, wanted)

    again.root = copy.root
    return again


def table(manifest, root, name):
    (path,) = (part.path for part in manifest.parts if part.path == f"reports/{name}.parquet")
    return pq.read_table(root / "releases" / manifest.version / path).to_pylist()


def files(root, version, table):
    folder = root / "releases" / version / table
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.parquet")}


def assert_no_key(root, logged):
    """Look for the key in every file, part, answer, log line and artifact."""
    for path in root.rglob("*"):
        if path.is_file():
            assert KEY not in path.read_bytes().decode("utf-8", "replace"), path
            if path.suffix == ".parquet" and path.parent.name in ("judge", "grades", "reports"):
                assert KEY not in str(pq.read_table(path).to_pydict())
    assert all(KEY not in str(stored) for stored in open_answers(str(root)).frames())
    assert KEY not in logged
    assert all(KEY not in str(artifact) for artifact in artifacts())


def test_grades_stand_beside_the_data_and_leave_it_as_it_is(judged, endpoint, caplog):
    server = endpoint(status_500=0.1, prose=0.1, refusal=0.05)
    manifest = judged()
    root = judged.root
    for name in ("samples", "images"):
        assert files(root, "judged", name) == files(root, "first", name)
    grades, (*_, whole) = table(manifest, root, "grades"), table(manifest, root, "judged")
    stage = next(count for count in manifest.stages if count.stage == "judge")
    usage = next(one for one in manifest.usage.stages if one.stage == "judge")
    assert stage.kept == len(grades) == usage.requests > 10
    assert stage.calls == usage.calls == server.bill.billed
    assert usage.cost > 0
    assert (whole["judged"] + whole["twins"], whole["noticed"]) == (len(grades), 0)
    assert whole["usefulness"] == 3
    assert (whole["recall"], whole["kappa"]) == (0, 0)
    page = (root / "releases/judged/report.html").read_text()
    assert "A second model, a-judge, graded" in page
    assert not audit(Store(str(root)), "judged")
    again = judged("again")
    assert again.usage.calls == 0
    assert not any(count.parts_made for count in again.stages)
    assert_no_key(root, caplog.text)


@pytest.mark.slow
def test_a_judge_that_cannot_be_asked_stops_no_release(judged, endpoint):
    endpoint()
    service = ServiceParams(budget=0.00001, period="ever", concurrency=1)
    manifest = judged(service=service)
    assert manifest.samples > 0
    assert manifest.failed == ()
    (whole,) = table(manifest, judged.root, "judged")
    assert (whole["judged"], whole["failed"]) == (0, 2)


def test_a_judge_without_a_key_or_a_price_is_refused_before_anything_is_read(
    judged, endpoint, monkeypatch
):
    endpoint()
    unknown = JUDGE.model_copy(update={"model": "unknown"})
    with pytest.raises(UsageError, match="No price is known for unknown"):
        judged(judge=unknown, service=ServiceParams(budget=1))
    for name in ("RS_GPT4V_OPENAI_API_KEY", "RS_GPT4V_OPENAI_BASE_URL"):
        monkeypatch.delenv(name)
    settings.cache_clear()
    with pytest.raises(MissingSecret, match="RS_GPT4V_OPENAI_API_KEY"):
        judged(teacher=TeacherParams())


def test_an_endpoint_that_answers_as_another_model_is_no_judge(judged, endpoint, monkeypatch):
    url = endpoint().url
    monkeypatch.setenv(
        "RS_GPT4V_ENDPOINTS", json.dumps([{"base_url": url, "model": "house-model"}])
    )
    settings.cache_clear()
    with pytest.raises(UsageError, match="answers every request as house-model"):
        judged()
