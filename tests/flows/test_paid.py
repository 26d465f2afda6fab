"""A build whose teacher costs money: the plan comes first, the budget holds, what was paid for stays."""

import pytest

from flows.build_dataset import build_dataset
from schemas.errors import IncompleteError, OverBudget, UsageError
from schemas.params import ServiceParams, TeacherParams
from schemas.runner import RunnerParams
from schemas.settings import settings
from tasks.model.engine import close_engines
from tasks.model.serve import Options, served
from tasks.storage.releases import read_manifest
from tasks.storage.store import Store
from tests.fixtures.recorded import artifacts

PRICES = "offline-teacher: {input: 2.5, cached: 1.25, output: 10}"

pytestmark = pytest.mark.usefixtures("prefect_server")


@pytest.fixture
def endpoint(tmp_path, monkeypatch):
    """The test endpoint, whose bill has the prices that the build is told."""
    (tmp_path / "prices.yaml").write_text(PRICES)
    close_engines()
    with served(Options()) as running:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", "sk-paid")
        monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))
        settings.cache_clear()
        yield running
        close_engines()
    settings.cache_clear()


@pytest.fixture
def paid(tmp_path, params, endpoint):
    """Return what builds with a budget, and gives the manifest."""

    def build(version, budget, model="offline-teacher"):
        service = ServiceParams(budget=budget, period="ever", concurrency=1)
        teacher = TeacherParams(kind="openai", model=model)
        runner = RunnerParams(workers=1)  # one after another, so that it is known who comes last
        wanted = params.model_copy(
            update={"teacher": teacher, "service": service, "runner": runner}
        )
        return build_dataset(build.root, version, wanted)

    build.root = str(tmp_path / "root")
    return build


def test_the_plan_is_published_before_anything_is_paid_and_the_manifest_says_what_was(
    paid, endpoint
):
    before = artifacts("plan")
    manifest = paid("whole", 10)
    (plan,) = (found for found in artifacts("plan") if found not in before)
    assert "What offline-teacher will be asked" in plan.data
    assert manifest.usage.cost == pytest.approx(endpoint.bill.cost)
    assert endpoint.bill.billed == manifest.usage.requests == manifest.usage.calls


def test_at_the_budget_the_finished_shards_are_released_and_more_money_pays_for_the_rest(
    paid, endpoint, tmp_path
):
    whole = paid("whole", 10)
    endpoint.reset_bill()
    paid.root = str(tmp_path / "again")
    with pytest.raises(IncompleteError, match=r"raise service\.budget"):
        paid("part", whole.usage.cost * 1.07)  # room for either's last request, not for both's
    part = read_manifest(Store(paid.root), "part")
    assert 0 < part.samples < whole.samples
    assert [failed.error for failed in part.failed] == ["OverBudget"]
    assert endpoint.bill.cost <= whole.usage.cost
    rest = paid("rest", 10)
    assert (rest.samples, rest.failed) == (whole.samples, ())
    assert endpoint.bill.cost == pytest.approx(whole.usage.cost)
    assert endpoint.bill.billed_twice == 0


def test_a_budget_that_pays_for_nothing_stops_the_build_with_what_to_do(paid, endpoint):
    with pytest.raises(OverBudget, match=r"Of \$0\.00 in all.*raise service\.budget"):
        paid("none", 0.0001)
    assert endpoint.bill.billed == 0


def test_a_budget_without_a_price_is_refused_before_anything_is_read(paid):
    with pytest.raises(UsageError, match="No price is known"):
        paid("unpriced", 1, "my-own-model")
