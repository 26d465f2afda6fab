"""The wheel holds all that the installed command needs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OUTSIDE = """
from importlib.resources import files
import flows, prompts, tasks
assert str(files("flows")).startswith({unpacked!r}), files("flows")
from prompts import load_prompt, load_phrasings
from tasks.lexicon.lexicon import plural
print(load_prompt("describe").fingerprint, load_phrasings("counting").fingerprint, plural("person"))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    program = f"import hatchling.build as b; b.build_wheel({str(folder)!r})"
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("rs_gpt4v-*.whl")
    return path


def test_the_wheel_has_every_file_of_the_packages(wheel):
    packed = set(zipfile.ZipFile(wheel).namelist())
    listed = subprocess.run(
        ["git", "ls-files", "flows", "tasks", "schemas", "prompts", "deployments"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert set(listed.stdout.split()) <= packed


def test_prompts_and_word_lists_are_found_outside_the_checkout(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "unpacked")
    unpacked = str(tmp_path / "unpacked")
    done = subprocess.run(
        [sys.executable, "-c", OUTSIDE.format(unpacked=unpacked)],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": unpacked}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("people")
