"""A server that speaks the OpenAI protocol and is not ours: aimock (npm: @copilotkit/aimock).

Runs where RS_GPT4V_AIMOCK names its ``dist/cli.js`` and Node.js is there.
"""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from schemas.errors import TeacherError
from schemas.params import DialogueParams, TeacherParams
from schemas.settings import settings
from schemas.teacher import ConversedTile, DescribedObjects, SynthesizedTile
from tasks.model.engine import close_engines
from tests.tasks._teaching import rejections_of, rows_of, taught, tiles_part
from tests.tasks._tiles import rectangle, thing, tile_of

CLI = Path(os.environ.get("RS_GPT4V_AIMOCK", ""))
NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(
    NODE is None or not CLI.is_file(),
    reason="RS_GPT4V_AIMOCK names no aimock, or Node.js is missing",
)

KEY = "sk-another-server"
PLANE, SHIP = '<ref ids="o1">A plane</ref>', '<ref ids="o2">a ship</ref>'
REPLIES = {
    "Describe each object of this picture": {
        "facts": [
            {"ids": ["o1"], "attributes": f"{PLANE} is white.", "relations": ""},
            {"ids": ["o2"], "attributes": f"There is {SHIP}, grey in colour.", "relations": ""},
        ]
    },
    "Weave all local observations": {"description": f"{PLANE} is far from {SHIP}."},
    "Turns: 2": {
        "turns": [
            {"question": "What flies?", "answer": f"{PLANE} does.", "rests_on": ["o1"]},
            {"question": "What else is there?", "answer": f"There is {SHIP}.", "rests_on": ["o2"]},
        ]
    },
}


@pytest.fixture
def server(tmp_path):
    fixtures = [
        {"match": {"userMessage": words}, "response": {"content": json.dumps(reply)}}
        for words, reply in REPLIES.items()
    ]
    (tmp_path / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = ["-p", str(port), "-h", "127.0.0.1", "-f", str(tmp_path / "fixtures.json")]
    words += ["--validate-on-load", "--strict", "--log-level", "warn"]
    process = subprocess.Popen([NODE, str(CLI), *words], env=os.environ | {"AIMOCK_API_KEYS": KEY})
    try:
        _wait_for(f"http://127.0.0.1:{port}/health", process)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def asks(server, monkeypatch):
    def with_key(key):
        close_engines()
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", server)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", key)
        settings.cache_clear()

    yield with_key
    close_engines()
    settings.cache_clear()


@pytest.fixture
def tiles(tmp_path):
    apart = [
        thing(1, "plane", rectangle(150, 150, 60, 50)),
        thing(2, "ship", rectangle(800, 700, 120, 30)),
    ]
    return tiles_part(str(tmp_path / "root"), [tile_of(apart)])


def test_a_small_build_needs_nothing_of_ours_at_the_other_end(tmp_path, asks, tiles):
    asks(KEY)
    root, params = str(tmp_path / "root"), TeacherParams(kind="openai", model="gpt-4o")
    parts = taught(root, tiles, params, DialogueParams(per_tile=1, turns=2))
    assert [rejections_of(root, part) for part in parts] == [[], [], []]
    (described,) = rows_of(root, parts[0], DescribedObjects)
    (synthesized,) = rows_of(root, parts[1], SynthesizedTile)
    (conversed,) = rows_of(root, parts[2], ConversedTile)
    assert [fact.ids for fact in described.reply.facts] == [("o1",), ("o2",)]
    assert synthesized.reply.description == f"{PLANE} is far from {SHIP}."
    assert [turn.question for turn in conversed.reply.turns] == ["What flies?", "What else is there?"]  # fmt: skip
    assert described.exchange.prompt_tokens > 0
    assert described.exchange.cost is None  # nobody states a price for a server of one's own


def test_a_wrong_key_stops_it_and_is_not_repeated(tmp_path, asks, tiles):
    asks("sk-wrong-key")
    with pytest.raises(TeacherError, match="does not accept the key") as caught:
        taught(str(tmp_path / "root"), tiles, TeacherParams(kind="openai", model="gpt-4o"))
    assert "sk-wrong-key" not in str(caught.value)


def _wait_for(url, process):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            with urllib.request.urlopen(url):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)
