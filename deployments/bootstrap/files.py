"""Reads the files of a bootstrap: profile, job template, deployments, automations."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import JsonValue

from deployments.bootstrap.records import (
    DeploymentSpec,
    JsonObject,
    PoolSpec,
    Profile,
    ProfileName,
)
from schemas.errors import UsageError

_VARIABLE: Final = re.compile(r"{{\s*prefect\.variables\.(\w+)\s*}}")


def read_profile(name: ProfileName) -> Profile:
    """Return the profile ``name``."""
    return Profile.model_validate(yaml.safe_load(_text(f"profiles/{name}.yaml")))


def read_template(pool: PoolSpec, variables: Mapping[str, JsonValue]) -> JsonObject:
    """Return the base job template of ``pool`` with its defaults, ``variables`` in their places."""
    template = json.loads(_text(pool.template))
    for name, value in pool.defaults.items():
        template["variables"]["properties"][name]["default"] = resolved(value, variables)
    found: JsonObject = template
    return found


def read_deployments(variables: Mapping[str, JsonValue]) -> tuple[DeploymentSpec, ...]:
    """Return the deployments of prefect.yaml with ``variables`` in their places."""
    found = yaml.safe_load(_text("prefect.yaml"))["deployments"]
    return tuple(DeploymentSpec.model_validate(resolved(entry, variables)) for entry in found)


def read_automations() -> list[JsonObject]:
    """Return the automations, in Prefect's own format."""
    found: list[JsonObject] = yaml.safe_load(_text("automations.yaml"))["automations"]
    return found


def resolved(value: JsonValue, variables: Mapping[str, JsonValue]) -> JsonValue:
    """Return ``value`` with Prefect variables in their places, as Prefect's own deploy does.

    A string that is nothing but a variable becomes its value, of whatever type.
    """
    if isinstance(value, dict):
        return {key: resolved(one, variables) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, variables) for one in value]
    if not isinstance(value, str):
        return value
    whole = _VARIABLE.fullmatch(value)
    if whole:
        return _value(whole[1], variables)
    return _VARIABLE.sub(lambda found: str(_value(found[1], variables)), value)


def _value(name: str, variables: Mapping[str, JsonValue]) -> JsonValue:
    if name not in variables:
        raise UsageError(
            f"deployments/prefect.yaml names the Prefect variable “{name}”, which neither the "
            "profile nor the server has. Add it to deployments/profiles/."
        )
    return variables[name]


@cache
def _text(path: str) -> str:
    file = files("deployments") / path
    if not file.is_file():
        raise UsageError(f"deployments/{path} is missing from this installation.")
    return file.read_text("utf-8")
