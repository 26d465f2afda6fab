"""The Job that a worker makes of the template: what it asks for, allows and is safe from."""

import json
import re

import jsonschema
import pytest

from deployments.job import TEMPLATE, job_manifest

LEAST_RIGHTS = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


@pytest.fixture(scope="module")
def template():
    return json.loads(TEMPLATE.read_text())


def pod_of(**values):
    return job_manifest(values)["spec"]["template"]["spec"]


def test_every_variable_is_used_and_every_one_that_is_used_is_there(template):
    used = set(re.findall(r"{{ (\w+) }}", json.dumps(template["job_configuration"])))
    assert used == set(template["variables"]["properties"])


@pytest.mark.parametrize(
    "given", [{"backoff_limit": 0}, {"grace_seconds": 30}, {"image_pull_policy": "Sometimes"}]
)
def test_the_pool_refuses_values_that_would_run_a_flow_twice_or_cut_it_short(template, given):
    jsonschema.validate({"backoff_limit": 1, "grace_seconds": 45}, template["variables"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, template["variables"])


def test_a_lost_pod_is_replaced_in_its_job_once_it_is_gone():
    spec = job_manifest({})["spec"]
    assert spec["backoffLimit"] >= 1
    assert spec["podReplacementPolicy"] == "Failed"
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    environment = {one["name"]: one.get("value") for one in pod_of()["containers"][0]["env"]}
    assert environment["PREFECT_FLOW_RUN_EXECUTE_SIGTERM_BEHAVIOR"] == "relinquish"


def test_a_pod_may_do_nothing_that_a_run_does_not_need():
    pod = pod_of()
    assert pod["containers"][0]["securityContext"] == LEAST_RIGHTS
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False


def test_secrets_are_references_and_each_may_be_missing():
    named = [
        one for one in pod_of(secret_name="mine")["containers"][0]["env"] if "valueFrom" in one
    ]
    assert {one["name"] for one in named} >= {"OPENAI_API_KEY", "AWS_SECRET_ACCESS_KEY"}
    for one in named:
        assert "value" not in one
        assert one["valueFrom"]["secretKeyRef"]["name"] == "mine"
        assert one["valueFrom"]["secretKeyRef"]["optional"]


def test_where_a_pod_runs_and_what_it_gets_is_up_to_the_variables():
    taint = {"key": "gpu", "operator": "Exists", "effect": "NoSchedule"}
    claim = {"name": "state", "persistentVolumeClaim": {"claimName": "state"}}
    pod = pod_of(
        node_selector={"disk": "ssd"}, tolerations=[taint], cpu_limit="4", memory_limit="8Gi",
        state_volume=claim, priority_class_name="nightly",
    )  # fmt: skip
    assert (pod["nodeSelector"], pod["tolerations"]) == ({"disk": "ssd"}, [taint])
    limits = pod["containers"][0]["resources"]["limits"]
    assert limits == {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "12Gi"}
    assert claim in pod["volumes"]
    assert pod["priorityClassName"] == "nightly"


def test_what_has_no_default_is_left_to_the_cluster():
    manifest = job_manifest({})
    assert "activeDeadlineSeconds" not in manifest["spec"]
    assert "priorityClassName" not in manifest["spec"]["template"]["spec"]
    assert "cpu" not in pod_of()["containers"][0]["resources"]["limits"]
