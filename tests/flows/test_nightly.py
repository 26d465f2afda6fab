"""A night makes a release of what is new, and of nothing else; one at a time; and says how it ended."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import pytest
from prefect.blocks.abstract import NotificationBlock
from prefect.events.clients import AssertingEventsClient
from prefect.events.worker import EventsWorker

from flows.cli import main
from flows.news import tell
from flows.nightly import nightly
from schemas.diff import Cause
from schemas.errors import HeldBack, LeaseHeld, OverBudget, PipelineError
from schemas.gate import GateParams
from schemas.night import Night, NightParams
from schemas.params import BuildParams, DialogueParams, SourceSpec, TeacherParams
from schemas.prune import PruneParams
from schemas.settings import settings
from schemas.symmetry import SymmetryParams
from tasks.audit import audit
from tasks.model.engine import close_engines
from tasks.model.serve import Options, served
from tasks.promote import roll_back
from tasks.storage.latest import holding_root
from tasks.storage.releases import LATEST, latest, versions
from tasks.storage.store import Store
from tests.fixtures.scenes import quad, write_dota

LENIENT = GateParams(fewest=1_000_000)
STRICT = GateParams(fewest=0, words=1_000_000)
KEEP = PruneParams(keep=1, grace=0, proof="listing")

pytestmark = pytest.mark.usefixtures("prefect_server")


class Heard(NotificationBlock):
    """Keeps what it is told."""

    said: ClassVar[list[tuple[str, str | None]]] = []

    async def notify(self, body: str, subject: str | None = None) -> None:
        Heard.said.append((body, subject))


class Nights:
    """A folder of scenes, and the nights over it."""

    def __init__(self, folder: Path) -> None:
        self.scenes, self.root = folder / "scenes", str(folder / "root")
        self.params = BuildParams(
            sources=(SourceSpec(name="dota", path=str(self.scenes)),), shards=1, gate=LENIENT,
            dialogue=DialogueParams(per_tile=1, turns=2), symmetry=SymmetryParams(samples=0),
        )  # fmt: skip
        self.scene("apron", 1)

    @property
    def store(self) -> Store:
        return Store(self.root)

    def scene(self, name: str, seed: int, count: int = 3) -> None:
        lines = [quad(20 + 50 * k, 30, 50 + 50 * k, 60) for k in range(count)]
        write_dota(self.scenes, name, (200, 120), lines, seed=seed)

    def run(self, version: str, night: NightParams | None = None, **groups: object) -> Night:
        params = self.params.model_copy(update=groups)
        return nightly(self.root, params, night or NightParams(prune=None), version)

    def kept(self) -> list[Night]:
        paths = [p for p in self.store.list("nights") if not p.endswith("last.json")]
        return [Night.model_validate_json(self.store.read(path)) for path in paths]


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


def test_what_is_new_is_built_compared_promoted_and_the_rest_pruned(nights: Nights, capsys) -> None:
    first = nights.run("n1")
    assert (first.outcome, first.diff, first.new_shards) == ("promoted", None, 1)
    nights.scene("apron", 1, count=2)  # one label less
    second = nights.run("n2", NightParams(prune=KEEP))
    assert second.outcome == "promoted"
    assert second.diff is not None
    assert second.diff.causes[0] == Cause.LABEL
    assert second.fence == first.fence + 1
    assert latest(nights.store) == "n2"
    assert second.pruned is not None
    assert (second.pruned.proved, second.pruned.problems) == (2, ())
    before = nights.store.list("")
    third = nights.run("n3", NightParams(prune=KEEP))
    assert (third.outcome, third.version) == ("no_change", "n2")
    file = Path(nights.root).with_name("params.json")
    file.write_text(nights.params.model_dump_json())
    assert main(["nightly", "--params", str(file), "--root", nights.root, "--no-prune"]) == 0
    assert "No change: n2 stays the latest." in capsys.readouterr().out
    made = set(nights.store.list("")) - set(before)
    assert {path.split("/")[0] for path in made} <= {"nights", "leases", "known"}
    assert [night.outcome for night in nights.kept()][:2] == ["promoted", "promoted"]
    assert audit(nights.store, deep=True) == ()


@pytest.mark.slow
def test_what_was_held_back_or_taken_back_is_not_made_or_promoted_again(nights: Nights) -> None:
    nights.run("n1")
    nights.scene("river", 2)
    with pytest.raises(HeldBack):
        nights.run("n2", gate=STRICT)
    assert latest(nights.store) == "n1"
    assert nights.kept()[-1].outcome == "held_back"
    again = nights.run("n3", gate=STRICT)
    assert again.outcome == "no_change"
    assert "its gate held back: n1 stays the latest" in again.said
    assert nights.run("n4").outcome == "promoted"  # by another gate
    roll_back(nights.store)
    after = nights.run("n5")
    assert after.outcome == "no_change"
    assert "a person took back" in after.said
    assert (latest(nights.store), set(versions(nights.store))) == ("n1", {"n1", "n2", "n4"})


def test_a_night_that_ended_before_it_could_promote_is_finished_by_the_next(nights: Nights) -> None:
    nights.run("n1")
    nights.store.delete(LATEST)
    nights.store.delete("nights/last.json")
    done = nights.run("n2")
    assert (done.outcome, done.version, latest(nights.store)) == ("promoted", "n1", "n1")


def test_over_its_budget_nobody_is_asked(nights: Nights, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "prices.yaml").write_text("offline-teacher: {input: 2.5, output: 10}")
    close_engines()
    with served(Options()) as endpoint:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", endpoint.url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", "sk-paid")
        monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))
        settings.cache_clear()
        with pytest.raises(OverBudget, match="nobody was asked, and the latest release stays"):
            nights.run("n1", NightParams(budget=1e-6), teacher=TeacherParams(kind="openai"))
        close_engines()
    settings.cache_clear()
    assert endpoint.bill.billed == 0
    assert versions(nights.store) == ()
    (night,) = nights.kept()
    assert night.outcome == "over_budget"
    assert night.plan is None


def test_beside_another_night_nothing_is_done(nights: Nights) -> None:
    nights.run("n1")
    nights.scene("river", 2)
    with holding_root(nights.store, seconds=1), pytest.raises(LeaseHeld, match="is alive"):
        nights.run("n2")
    assert versions(nights.store) == ("n1",)


def test_of_two_nights_at_once_one_works_and_the_other_says_so(nights: Nights) -> None:
    def night(version: str) -> str:
        try:
            return nights.run(version).outcome
        except PipelineError as error:
            return type(error).__name__

    with ThreadPoolExecutor(2) as threads:
        ended = sorted(threads.map(night, ("a", "b")))
    assert ended in (["LeaseHeld", "promoted"], ["no_change", "promoted"])
    assert len(versions(nights.store)) == 1
    assert audit(nights.store, deep=True) == ()


def test_a_night_is_told_as_an_event_and_to_blocks_and_never_fails_by_that(tmp_path: Path) -> None:
    Heard().save("ops", overwrite=True)
    night = Night(
        root=str(tmp_path / "root"), version="n1", outcome="promoted", said="Release n1 is the latest.",
        began="2026-01-02T02:00:00Z", ended="2026-01-02T02:10:00Z",
    )  # fmt: skip
    AssertingEventsClient.reset()
    EventsWorker.set_client_override(AssertingEventsClient)
    try:
        tell(night, ["heard/ops", "heard/nobody"])
        EventsWorker.instance().drain()
    finally:
        EventsWorker.set_client_override(None)
    events = [event for client in AssertingEventsClient.all for event in client.events]
    (event,) = [event for event in events if event.event.startswith("rs-gpt4v.")]
    assert event.event == "rs-gpt4v.night.promoted"
    assert event.resource["prefect.resource.name"] == night.root
    assert json.loads(json.dumps(event.payload))["version"] == "n1"
    assert Heard.said[-1][0] == night.said
    assert Store(night.root).exists("nights/20260102T020000Z.json")
