"""The documentation is built without a warning, and what it tells people to type works."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from schemas.record import Record

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PARAMETERS = {"BuildParams"}
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_pages_are_built_and_every_link_leads_somewhere(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", tmp_path / "trees", DOCS, tmp_path / "html"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "html" / "tutorial.html").exists()


def test_every_published_field_is_described_on_the_page_of_the_data_format():
    page = (DOCS / "data-format.md").read_text()
    shown = {_record(name) for name in re.findall(r"{columns} (\S+)", page)}
    missing = (
        {record.__name__ for record in _held(shown)} - {r.__name__ for r in shown} - PARAMETERS
    )
    undescribed = [
        f"{record.__name__}.{name}"
        for record in shown
        for name, field in record.model_fields.items()
        if not field.description
    ]
    assert (missing, undescribed) == (set(), [])


def _record(name: str) -> type[Record]:
    module, _, record = name.rpartition(".")
    return getattr(import_module(module), record)


def _held(annotation) -> set[type[Record]]:
    """Return the records that ``annotation`` holds, itself included, parameters aside."""
    if isinstance(annotation, set):
        return set().union(*map(_held, annotation))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ in PARAMETERS:
            return set()
        inside = [_held(field.annotation) for field in annotation.model_fields.values()]
        return {annotation}.union(*inside)
    return set().union(*map(_held, get_args(annotation)))


@pytest.mark.skipif(not os.environ.get("RS_GPT4V_WALK"), reason="make tutorial walks it: minutes")
@pytest.mark.timeout(1200)
def test_the_tutorial_works_as_it_is_written(tmp_path):
    script = "set -e\n" + "\n".join(BLOCK.findall((DOCS / "tutorial.md").read_text()))
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hf")}  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for text in ("is DOTA (dota)", "is RS-GPT4V JSON lines (jsonl)", "The gate passed", "gpt-4o"):
        assert text in done.stdout
    assert (tmp_path / "sheet.html").exists()
    assert list((tmp_path / "train").rglob("*.json"))
