"""The list of formats from the command line."""

import json

from flows.cli import main
from tasks.sources.registry import sources


def test_every_format_is_listed_with_layout_licence_and_citation(capsys):
    assert main(["sources"]) == 0
    out = capsys.readouterr().out
    first = {line.split()[0] for line in out.splitlines() if not line.startswith(" ")}
    assert first >= {*sources(), "name"}
    assert "CC-BY-NC-SA-3.0" in out
    assert "not stated" in out


def test_for_machines_it_is_one_document(capsys):
    assert main(["sources", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in listed] == list(sources())
    assert set(listed[0]) == {"name", "title", "generic", "layout", "licence", "citation"}
