"""Servers record task runs together, by the same figures wherever they are started."""

import re
from pathlib import Path

import pytest
import yaml

from flows.cli.environment import TOGETHER

ROOT = Path(__file__).parents[2]


def in_compose() -> dict[str, str]:
    compose = yaml.safe_load((ROOT / "deployments" / "compose.yaml").read_text())
    return compose["services"]["prefect"]["environment"]


def in_the_chart() -> dict[str, str]:
    values = yaml.safe_load(
        (ROOT / "deployments" / "kubernetes" / "helm" / "server.yaml").read_text()
    )
    return {
        one["name"]: one["value"] for one in values["global"]["prefect"]["env"] if "value" in one
    }


def on_the_page() -> dict[str, str]:
    page = (ROOT / "docs" / "operations.md").read_text()
    return dict(re.findall(r"^export (\w+)=(\S+)", page, re.MULTILINE))


@pytest.mark.parametrize("place", [in_compose, in_the_chart, on_the_page])
def test_the_figures_are_those_of_the_temporary_server(place):
    assert TOGETHER
    assert TOGETHER.items() <= place().items()
