"""What is done to runs: cancelled, killed, failed and retried, scheduled, asked about, looked for secrets."""

import subprocess
import time
from pathlib import Path
from uuid import UUID

from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateName,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Suspended

from deployments.bootstrap import Request, bootstrap
from tasks.model.serve import Checks, Faults, Latency, Options, Served, served
from tests.bench.operate.station import KEY, Station, kill, programs, until

REMOTE = {"kind": "openai", "model": "offline-teacher"}
OPTIONS = Options(
    checks=Checks(key=KEY),
    latency=Latency("uniform", 0.5, 1.5),
    faults=Faults(seed=1, status_500=0.05, page_502=0.05, busy_zero=0.05),
)
FEW = {"concurrency": 4}
Figures = dict[str, float | int | str]


def seeded(seed: int, **service: object) -> dict[str, object]:
    """Return a build that asks the endpoint, and other requests than any other seed's."""
    return {
        "shards": 4, "teacher": {**REMOTE, "seed": seed}, "symmetry": {"samples": 0},
        "service": {**FEW, "patience": 0.1, **service},
    }  # fmt: skip


def asked(
    station: Station, endpoint: Served, seed: int, *, shards: int = 4, **service: object
) -> tuple[UUID, dict[str, object]]:
    """Start a build and wait until some of its answers came and more are on their way."""
    params = seeded(seed, **service) | {"shards": shards}
    endpoint.reset_bill()
    run = station.run(params=params)
    until(lambda: endpoint.bill.billed >= 6 and endpoint.bill.in_flight > 0)
    return run, params


def cancelled(station: Station, endpoint: Served) -> Figures:
    """Cancel a run whose answers are on their way, and run the same build again."""
    run, params = asked(station, endpoint, 1)
    station.cancel(run)
    start, last, seen = time.monotonic(), time.monotonic(), endpoint.bill.seen
    gone = 0.0
    while not station.read(run).state.is_final():
        if not gone and not station.engines():
            gone = time.monotonic() - start
        if endpoint.bill.seen != seen or endpoint.bill.in_flight:
            seen, last = endpoint.bill.seen, time.monotonic()
        time.sleep(0.05)
    ended = time.monotonic() - start
    billed = endpoint.bill.billed
    again = station.run(params=params)
    station.until(again, "Completed")
    return {
        "state": station.read(run).state.name,
        "calls_stopped_s": round(last - start, 1),
        "process_ended_s": round(gone or ended, 1),
        "cancelled_s": round(ended, 1),
        "billed_before": billed,
        **bill(endpoint),
    }


def suspended(station: Station, endpoint: Served) -> Figures:
    """Suspend a run whose answers are on their way, and resume it."""
    run, _ = asked(station, endpoint, 7)
    station.client.set_flow_run_state(run, Suspended(timeout_seconds=3600))
    ended = until(lambda: not station.engines())
    name, billed = station.read(run).state.name, endpoint.bill.billed
    station.client.resume_flow_run(run)
    done = station.until(run, "Completed")
    return {
        "state": name, "process_ended_s": round(ended, 1), "billed_before": billed,
        "completed_s": round(done, 1), **bill(endpoint),
    }  # fmt: skip


def engine_killed(station: Station, endpoint: Served) -> Figures:
    """Kill the process of a run; its worker notices, and the automation starts it again."""
    run, _ = asked(station, endpoint, 2)
    lost = kill_beside(endpoint, *station.engines())
    crashed = until(lambda: station.read(run).run_count > 1)
    done = station.until(run, "Completed")
    return {
        "again_s": round(crashed, 1), "completed_s": round(done, 1), **bill(endpoint, lost),
        "starts": station.read(run).run_count,
    }  # fmt: skip


def machine_lost(station: Station, endpoint: Served) -> Figures:
    """Kill worker and run at once; a new worker takes the run when its heartbeat is missed."""
    run, _ = asked(station, endpoint, 3)
    lost = kill_beside(endpoint, station.worker().pid, *station.engines())
    station.start_worker()
    noticed = until(lambda: station.read(run).run_count > 1)
    done = station.until(run, "Completed")
    return {
        "again_s": round(noticed, 1), "completed_s": round(done, 1), **bill(endpoint, lost),
        "starts": station.read(run).run_count,
    }  # fmt: skip


def worker_killed(station: Station, endpoint: Served) -> Figures:
    """Kill the worker alone, and start another: its run goes on without it, or is run again."""
    run, _ = asked(station, endpoint, 4)
    kill(station.worker().pid)
    station.start_worker()
    done = station.until(run, "Completed")
    starts = station.read(run).run_count
    return {"completed_s": round(done, 1), "starts": starts, **bill(endpoint)}


def retried(station: Station, endpoint: Served) -> Figures:
    """Cut the endpoint off until a run has failed, and retry it: only what failed is asked."""
    hours = 0.005  # each shard waits so long for the endpoint, and a few times
    run, _ = asked(station, endpoint, 5, shards=1, patience=hours)
    before, port = dict(endpoint.billed_keys), int(endpoint.url.split(":")[2].split("/")[0])
    endpoint.stop()
    failed = station.until(run, "Failed")
    with served(OPTIONS, port=port) as second:
        station.retry(run)
        done = station.until(run, "Completed")
        twice = sum(key in before for key in second.billed_keys)
        return {
            "failed_s": round(failed, 1), "completed_s": round(done, 1), "billed_before": len(before),
            "billed_after": second.bill.billed, "paid_twice": twice + second.bill.billed_twice,
            "starts": station.read(run).run_count,
        }  # fmt: skip


def kill_beside(endpoint: Served, *processes: int) -> int:
    """Kill processes; return how many answers were on their way to them, which nobody can have kept."""
    kill(*processes)
    return endpoint.bill.in_flight


def bill(endpoint: Served, lost: int = 0) -> Figures:
    """Return what was billed in all, what was ``lost`` on its way, and what was paid twice for no reason."""
    twice = endpoint.bill.billed_twice
    lost_too = {"lost": lost} if lost else {}
    return {"billed": endpoint.bill.billed, **lost_too, "paid_twice": max(0, twice - lost)}


def scheduled(station: Station, endpoint: Served) -> Figures:
    """Let nightly run every minute for longer than a minute: the second night waits for the first."""
    list(bootstrap(Request(profile="local", variables={"rs_gpt4v_cron": "* * * * *"})))
    found = station.client.read_deployment_by_name("nightly/nightly")
    slow = {**found.parameters["params"], **seeded(6, concurrency=1)}
    parameters = {**found.parameters, "params": slow}
    station.client.update_deployment(found.id, DeploymentUpdate(parameters=parameters))
    station.client.update_deployment_schedule(found.id, found.schedules[0].id, active=True)

    def nights(*names: str) -> list[FlowRun]:
        """Return the nights whose state is one of ``names``, the earliest first."""
        mine = FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[found.id]),
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=list(names))),
        )
        order = FlowRunSort.EXPECTED_START_TIME_ASC
        return station.client.read_flow_runs(flow_run_filter=mine, sort=order, limit=20)

    until(lambda: bool(nights("Running")))
    (first,) = nights("Running")
    late = (first.start_time - first.expected_start_time).total_seconds()
    until(lambda: bool(nights("AwaitingConcurrencySlot")))
    both = len(nights("Running"))
    station.client.update_deployment_schedule(found.id, found.schedules[0].id, active=False)
    (second, *_) = nights("AwaitingConcurrencySlot")
    station.until(first.id, "Completed")
    after = station.until(second.id, "Completed")
    begun = station.read(second.id).start_time - station.read(first.id).end_time
    return {
        "first_begins_after_s": round(late, 1), "at_once": both, "second_waited": 1,
        "second_begins_after_first_s": round(begun.total_seconds(), 1),
        "second_completed_s": round(after, 1),
    }  # fmt: skip


def approved(station: Station, endpoint: Served) -> Figures:
    """Pause a run for a person, and resume it with the form."""
    run = station.run(
        params={"shards": 4, "symmetry": {"samples": 0}, "approval": {"ask": True, "hours": 1}}
    )
    paused = station.until(run, "Paused")
    keys = station.read(run).state.state_details.run_input_keyset
    until(lambda: station.client._client.get(f"/flow_runs/{run}/input/{keys['schema']}").is_success)
    answer = {"decision": "approve", "who": "soak"}
    said = station.client._client.post(f"/flow_runs/{run}/resume", json={"run_input": answer})
    done = station.until(run, "Completed")
    return {"paused_s": round(paused, 1), "resumed": said.json()["status"], "completed_s": round(done, 1)}  # fmt: skip


def secrets(station: Station, _endpoint: Served) -> Figures:
    """Look for the key in the database, logs and root after all that went wrong."""
    places = {"files": 0, "bytes": 0, "found": 0}
    for path in sorted(station.place.folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        places["files"] += 1
        places["bytes"] += len(content)
        places["found"] += KEY.encode() in content
    if station.backend == "postgresql":
        dumped = _dumped(station.place.folder.parent / "postgres")
        places["dump_bytes"], places["found"] = len(dumped), places["found"] + (KEY in dumped)
    return places


def _dumped(files: Path) -> str:
    port = (files / "postmaster.pid").read_text().splitlines()[3]
    found = programs()
    assert found
    words = [str(found / "pg_dump"), "-h", "127.0.0.1", "-p", port, "-U", "postgres", "postgres"]
    return subprocess.run(words, check=True, capture_output=True, text=True, cwd="/").stdout
