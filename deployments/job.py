"""The Job that a Kubernetes worker makes of job-template.json, for a look and for validation.

python -m deployments.job                          by the template's defaults
python -m deployments.job image=rs-gpt4v:2 cpu_request=4
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from prefect.client.schemas.objects import FlowRun
from prefect.utilities.templating import apply_values
from prefect_kubernetes.worker import KubernetesWorkerJobConfiguration

TEMPLATE: Final = Path(__file__).with_name("kubernetes") / "job-template.json"


def job_manifest(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Job of a flow run whose job variables are ``values``, the defaults beside them.

    Raises ValueError where a value is not one that the worker could make a Job of.
    """
    template = json.loads(TEMPLATE.read_text(encoding="utf-8"))
    given = {
        name: about["default"]
        for name, about in template["variables"]["properties"].items()
        if "default" in about
    }
    filled = apply_values(template["job_configuration"], {**given, **values})
    configuration = KubernetesWorkerJobConfiguration(**filled)
    run = FlowRun(id=UUID(int=0), flow_id=UUID(int=0), name="a-run")
    configuration.prepare_for_flow_run(run)
    manifest: dict[str, Any] = configuration.job_manifest
    return manifest


def main(words: Sequence[str]) -> None:
    """Print the Job, under a name such as the cluster would make of its prefix."""
    manifest = job_manifest(dict(word.split("=", 1) for word in words))
    manifest["metadata"]["name"] = manifest["metadata"].pop("generateName") + "xxxxx"
    yaml.safe_dump(manifest, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
