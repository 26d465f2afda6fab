"""The documentation is built without a warning, and what it tells people to type works."""

import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from schemas.record import Record
from tests.fixtures.ports import two_free_ports

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


walked = pytest.mark.skipif(
    not os.environ.get("RS_GPT4V_WALK"), reason="make tutorial walks it: minutes"
)


@walked
@pytest.mark.timeout(1200)
def test_the_tutorial_works_as_it_is_written(tmp_path):
    script = "set -e\n" + "\n".join(BLOCK.findall((DOCS / "tutorial.md").read_text()))
    code, said = walk(script, tmp_path, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "hf"))
    assert code == 0, said[-4000:]
    for text in ("is DOTA (dota)", "is RS-GPT4V JSON lines (jsonl)", "The gate passed", "gpt-4o"):
        assert text in said
    assert (tmp_path / "sheet.html").exists()
    assert list((tmp_path / "train").rglob("*.json"))


@walked
@pytest.mark.timeout(1800)
def test_operations_on_one_machine_work_as_they_are_written(tmp_path):
    page, port = (DOCS / "operations.md").read_text(), two_free_ports()
    before_cluster = page[: page.index("## Kubernetes")].replace("4200", str(port))
    # What “make ui” starts has sessions of its own: it is ended even where the walk is not.
    script = "\n".join(["set -x -e", "trap 'make ui-stop' EXIT", *BLOCK.findall(before_cluster)])
    folder = tmp_path / "clone"
    for name in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    home = {"PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONPATH": str(folder)}
    code, said = walk(script, folder, **home)
    assert code == 0, said[-4000:]
    for text in ("Completed", "No change: night-1", "night-2"):
        assert text in said


def walk(script, folder, **variables):
    """Run ``script`` by bash in ``folder``, and end what it left running."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    with (folder / "said.txt").open("w+") as said:
        walking = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=env | {"PATH": path} | variables,
            stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            code = walking.wait()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(walking.pid, signal.SIGKILL)
        said.seek(0)
        return code, said.read()
