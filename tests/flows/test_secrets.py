"""After a faulty run, the key stands in no file, log, artifact, part, manifest or store."""

import logging
import sqlite3
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from prefect.settings import PREFECT_HOME

from flows.build_dataset import build_dataset
from schemas.errors import PipelineError
from schemas.params import ServiceParams, TeacherParams
from schemas.settings import settings
from tasks.model.answers import open_answers
from tasks.model.engine import close_engines
from tasks.model.serve import Checks, Faults, Options, served
from tests.fixtures.recorded import artifacts

KEY = "sk-this-key-must-never-be-seen-0123456789"

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def faulty(monkeypatch):
    """A server that wants the key, echoes it in what goes wrong, and fails in many ways."""
    faults = Faults(
        seed=1, status_500=0.1, busy_zero=0.1, page_502=0.05, reset_billed=0.05, torn=0.1,
        refusal=0.1,
    )  # fmt: skip
    options = Options(checks=Checks(key=KEY), faults=faults)
    close_engines()
    with served(options) as endpoint:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", KEY)
        settings.cache_clear()
        yield endpoint
        close_engines()
    settings.cache_clear()


def everything_in(folder):
    """Yield the name and the text of every file, those of Parquet parts and answers decoded."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        yield path, path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            yield path, str(pq.read_table(path).to_pydict())
            yield path, str(pq.read_schema(path).metadata)


def test_the_key_is_nowhere_after_a_faulty_build(tmp_path, params, faulty, caplog):
    caplog.set_level(logging.DEBUG)
    root = tmp_path / "root"
    wanted = params.model_copy(
        update={
            "teacher": TeacherParams(kind="openai", model="offline-teacher"),
            "service": ServiceParams(patience=2),
        }
    )
    manifest = build_dataset(str(root), "v1", wanted)
    assert manifest.usage.tries > manifest.usage.requests  # something did go wrong
    assert manifest.rejections.get("refused")
    for path, text in everything_in(root):
        assert KEY not in text, path
    for path, text in everything_in(settings().state_folder):
        assert KEY not in text, path
    for stored in open_answers(str(root)).frames():
        assert KEY not in str(stored)
    assert KEY not in caplog.text
    assert KEY not in _prefect()


def test_the_key_is_not_in_what_a_refused_build_says(tmp_path, params, faulty, monkeypatch, caplog):
    wrong = KEY + "-wrong"
    monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", wrong)
    settings.cache_clear()
    close_engines()
    wanted = params.model_copy(update={"teacher": TeacherParams(kind="openai", model="m")})
    with pytest.raises(PipelineError, match="key") as caught:
        build_dataset(str(tmp_path / "root"), "v1", wanted)
    for said in (str(caught.value), repr(caught.value.__cause__), caplog.text, _prefect()):
        assert KEY not in said


def _prefect():
    """Return all that the server holds: artifacts, logs, parameters, states."""
    found = [str(one) for one in artifacts()]
    database = Path(PREFECT_HOME.value()) / "prefect.db"
    texts = []
    if database.exists():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as db:
            names = [
                row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")
            ]
            texts = [str(db.execute(f'SELECT * FROM "{name}"').fetchall()) for name in names]
        db.close()
    assert found
    return "\n".join([*found, *texts])
