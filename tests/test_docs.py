"""The documentation is built without a warning, and what it tells people to type works."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_pages_are_built_and_every_link_leads_somewhere(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", "-d", tmp_path / "trees", DOCS, tmp_path / "html"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "html" / "tutorial.html").exists()


@pytest.mark.timeout(600)
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
