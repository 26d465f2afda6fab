"""What the page of a build shows: tables, pictures and links, as artifacts on a real server."""

import base64
import io

import pytest
from PIL import Image
from prefect import flow
from prefect.runtime import flow_run

from flows.exhibits import LONGEST, rejection_row, show_release
from schemas.settings import settings
from tasks.report.rejected import RejectionLine
from tasks.storage.releases import read_manifest
from tasks.storage.store import Store
from tests.fixtures.recorded import artifacts

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def shown(build, monkeypatch):
    """Show the small release as a run does; return the artifacts of that run by key."""

    @flow
    def exhibit():
        show_release(str(build.root), read_manifest(Store(str(build.root)), build.version))
        return flow_run.id

    def show(browse_url=None, root=None):
        monkeypatch.setenv("RS_GPT4V_ROOT", root or str(build.root))
        if browse_url:
            monkeypatch.setenv("RS_GPT4V_BROWSE_URL", browse_url)
        settings.cache_clear()
        run = exhibit()
        return {artifact.key: artifact for artifact in artifacts(run=run)}

    yield show
    monkeypatch.undo()
    settings.cache_clear()


def test_a_page_shows_summary_scorecard_rejections_and_pictures(shown):
    artifacts = shown()
    assert {"build-dataset", "scorecard", "rejections", "sample-1", "sample-2"} <= set(artifacts)
    assert "report" not in artifacts  # no browser sees this root
    picture = artifacts["sample-1"].data
    assert picture.startswith("data:image/jpeg;base64,")
    with Image.open(io.BytesIO(base64.b64decode(picture.partition(",")[2]))) as image:
        assert max(image.size) <= 1280
    assert "**user** " in artifacts["sample-1"].description


def test_links_lead_where_a_browser_sees_the_root(shown, build):
    artifacts = shown(browse_url="http://files.example/rs/")
    address = f"http://files.example/rs/releases/{build.version}"
    assert f"({address}/report.html)" in artifacts["report"].data
    assert f"({address}/data_docs/index.html)" in artifacts["data-docs"].data
    assert f"]({address}/README.md)" in artifacts["build-dataset"].data


def test_another_root_than_the_one_that_is_shown_gets_no_links(shown):
    assert "report" not in shown(browse_url="http://files.example/rs/", root="/elsewhere")


def test_a_rejection_names_its_place_and_is_cut_to_a_length():
    line = RejectionLine(
        stage="ingest", reason="unreadable_image", subject="scene", subject_id="7", source="dota",
        file="a.txt", line=3, detail="x" * 1000,
    )  # fmt: skip
    row = rejection_row(line)
    assert (row["place"], row["reason"], row["subject"]) == (
        "a.txt:3",
        "unreadable image",
        "scene 7",
    )
    assert len(row["detail"]) == LONGEST + 2
