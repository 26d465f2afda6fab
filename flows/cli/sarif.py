"""Writes problems as SARIF 2.1.0, the form that code scanners and editors show.

Format: docs.oasis-open.org/sarif/sarif/v2.1.0, with what GitHub code scanning asks for: rules with
help, locations with a relative URI and a first line, fingerprints.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pydantic import JsonValue

from schemas.params import SourceSpec
from schemas.record import content_id
from tasks.lint import Problem

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_lines(problems: Iterable[Problem], sources: Iterable[SourceSpec]) -> Iterator[str]:
    """Yield one SARIF document piece by piece; its rules come last, as they are met.

    Files are named relative to their source folder, whose address is given beside where only one
    folder has the format.
    """
    rules: dict[str, JsonValue] = {}
    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"results": ['
    for number, problem in enumerate(problems):
        rules.setdefault(problem.kind, _rule(problem))
        result = json.dumps(_result(problem, [*rules].index(problem.kind)), ensure_ascii=False)
        yield f"{',' if number else ''}\n{result}"
    driver: dict[str, JsonValue] = {
        "name": "rs-gpt4v lint", "version": version("rs-gpt4v"), "rules": [*rules.values()],
    }  # fmt: skip
    bases = json.dumps(_bases(sources), ensure_ascii=False)
    tool = json.dumps({"driver": driver}, ensure_ascii=False)
    yield f'\n], "columnKind": "unicodeCodePoints", "originalUriBaseIds": {bases}, "tool": {tool}}}]}}\n'


def _rule(problem: Problem) -> JsonValue:
    words = problem.kind.replace("_", " ")
    name = words.title().replace(" ", "")
    return {
        "id": problem.kind,
        "name": name,
        "shortDescription": {"text": words.capitalize()},
        "fullDescription": {"text": f"{words.capitalize()}. {problem.remedy}".strip()},
        "help": {"text": problem.remedy},
        "defaultConfiguration": {"level": problem.severity.value},
    }


def _result(problem: Problem, rule: int) -> JsonValue:
    where = f" ({problem.element})" if problem.element else ""
    place: JsonValue = {
        "artifactLocation": {"uri": quote(problem.file), "uriBaseId": problem.source},
        "region": {"startLine": problem.line or 1},
    }
    same = content_id(problem.model_dump_json())
    return {
        "ruleId": problem.kind,
        "ruleIndex": rule,
        "level": problem.severity.value,
        "message": {"text": f"{problem.detail}{where} {problem.remedy}"},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"problem/v1": same},
    }


def _bases(sources: Iterable[SourceSpec]) -> JsonValue:
    folders: dict[str, list[str]] = {}
    for spec in sources:
        folders.setdefault(spec.name, []).append(spec.path)
    return {name: _base(name, paths) for name, paths in sorted(folders.items())}


def _base(name: str, paths: list[str]) -> JsonValue:
    if len(paths) > 1:
        return {"description": {"text": f"one of {len(paths)} folders of {name}"}}
    uri = paths[0] if "://" in paths[0] else Path(paths[0]).absolute().as_uri()
    return {"uri": f"{uri.rstrip('/')}/"}
