"""A run that is started again: its version, the release that it made, and an end to trying."""

import pytest

from flows.rerun import MOST, begun
from schemas.errors import PipelineError


@pytest.fixture
def starts(monkeypatch):
    """Say how often the run was started."""
    return lambda times: monkeypatch.setenv("PREFECT__RUNTIME__FLOW_RUN__RUN_COUNT", str(times))


def test_a_first_run_has_made_nothing(starts, build, params):
    starts(1)
    assert begun(str(build.root), "first", params) == ("first", None)


def test_a_later_one_goes_on_from_the_release_it_made(starts, build, params):
    starts(2)
    version, made = begun(str(build.root), "first", params)
    assert version == "first"
    assert made is not None
    assert made.version == "first"


def test_a_release_of_other_parameters_is_not_its_own(starts, build, params):
    starts(2)
    other = params.model_copy(update={"shards": 7})
    assert begun(str(build.root), "first", other) == ("first", None)


def test_a_release_that_lacks_shards_is_made_whole_under_another_name(
    starts, build, params, tmp_path
):
    starts(2)
    copy = build.copied(tmp_path)
    path = copy.release / "manifest.json"
    failed = '"failed":[{"shard":1,"stage":"tile","error":"E","message":"m"}]'
    text = path.read_text()
    assert '"failed": []' in text
    path.write_text(text.replace('"failed": []', failed))
    assert begun(str(copy.root), "first", params) == ("first-2", None)


def test_a_run_that_never_ends_is_given_up(starts, build, params):
    starts(MOST + 1)
    with pytest.raises(PipelineError, match="started 11 times"):
        begun(str(build.root), "first", params)
