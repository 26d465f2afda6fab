"""Our manifests and our image on a real cluster: see tests/fixtures/cluster.py for what it takes."""

import json

import pytest

from deployments.job import job_manifest
from tests.fixtures.cluster import Cluster
from tests.fixtures.s3 import SECRET
from tests.fixtures.team import AUTH, BUCKET, OPENAI, Team

SHARDS = 3  # that have scenes
PATIENCE = 900.0

pytestmark = pytest.mark.timeout(2 * PATIENCE)


def test_a_cluster_accepts_every_manifest(cluster: Cluster):
    said = cluster.kubectl("apply", "-k", str(cluster.overlay), "--dry-run=server")
    for kind in ("serviceaccount", "role.", "rolebinding.", "deployment.", "networkpolicy."):
        assert kind in said


def test_a_cluster_accepts_the_job_that_the_template_makes(cluster: Cluster):
    manifest = job_manifest({"namespace": cluster.namespace})
    assert "created (server dry run)" in cluster.create(manifest, "--dry-run=server")


def test_a_run_started_on_the_server_ends_completed_in_a_pod_of_ours(team: Team):
    build = team.deploy("build-dataset", "flows.build_dataset.build_dataset")
    run = team.finished(team.start(build, team.parameters("one", "v")), PATIENCE)
    assert run.state_name == "Completed", run.state
    assert len(team.jobs(run)) == 1
    assert team.endpoint.bill.billed > 0
    assert team.endpoint.bill.billed_twice == 0


def test_no_secret_stands_in_a_job(team: Team):
    build = team.deploy("build-dataset", "flows.build_dataset.build_dataset")
    run = team.start(build, {"root": f"s3://{BUCKET}/refused", "version": "v"})
    assert team.finished(run, PATIENCE).state_name == "Failed"  # there is nothing to read
    jobs = json.dumps(team.jobs(run))
    assert "rs-gpt4v" in jobs
    assert not [secret for secret in (AUTH, SECRET, OPENAI) if secret in jobs]


def test_a_build_spread_over_pods_makes_the_same_release_and_pays_nothing_twice(team: Team):
    whole = team.deploy("build-dataset", "flows.build_dataset.build_dataset")
    alone = team.finished(team.start(whole, team.parameters("alone", "v")), PATIENCE)
    team.deploy("build-shards", "flows.shards.build_shards")
    spread = team.deploy("spread-build", "flows.spread.spread_build")
    how = {"deployment": "build-shards/k8s", "shards_a_run": 1, "at_once": 2}
    team.purchases.at.clear()
    run = team.finished(
        team.start(spread, {**team.parameters("spread", "v"), "spread": how}), PATIENCE
    )
    assert (alone.state_name, run.state_name) == ("Completed", "Completed"), run.state
    names = {job["metadata"]["labels"]["prefect.io/flow-run-name"] for job in team.jobs_of_all()}
    ingested, staged = (
        {name for name in names if name.startswith(f"{run.name}-{wave}-")}
        for wave in ("ingest", "stages")
    )
    assert len(ingested) == len(staged) == SHARDS
    assert team.rows("spread", "v") == team.rows("alone", "v")
    assert not team.purchases.twice
