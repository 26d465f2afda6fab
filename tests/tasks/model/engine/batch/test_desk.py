"""Requests on local disk."""

import json
import os

import pytest

from tasks.model.engine.batch.desk import Desk
from tests.tasks.model.engine.batch.asking import encode, request


@pytest.fixture
def desk(tmp_path):
    with Desk(tmp_path / "desk") as desk:
        for number in range(5):
            desk.lay(request(number), encode(request(number)), worst=number)
        desk.ready()
        yield desk


def test_a_request_comes_back_without_its_picture(desk):
    back = desk.request(request(3).key)
    assert back.key == request(3).key
    assert back.image is None


def test_lines_are_read_as_one_file_in_the_order_asked_for(desk):
    keys = [request(number).key for number in (4, 0, 2)]
    told = []
    lines = desk.lines(keys, told.append)
    content = b"".join(iter(lambda: lines.read(100), b""))
    assert [json.loads(line)["custom_id"] for line in content.splitlines()] == keys
    assert told[-1] == len(content) == lines.total == sum(map(desk.size, keys))


def test_lines_can_be_measured_and_read_again(desk):
    lines = desk.lines(list(desk), lambda _done: None)
    first = lines.read(50)
    assert lines.seek(0, os.SEEK_END) == lines.tell() == lines.total
    assert lines.read(10) == b""
    lines.seek(0)
    assert lines.read(50) == first
    with pytest.raises(OSError, match="only to the start or the end"):
        lines.seek(7)


def test_a_body_of_several_lines_becomes_one(tmp_path):
    with Desk(tmp_path) as desk:
        desk.lay(request(0), json.dumps({"model": "a\nb"}, indent=1).encode())
        desk.ready()
        line = desk.lines([request(0).key], lambda _done: None).read()
    assert line.count(b"\n") == 1
    assert json.loads(line)["body"] == {"model": "a\nb"}


def test_what_requests_cost_at_most_is_summed(desk):
    assert desk.worst([request(2).key, request(4).key]) == 6


def test_nothing_is_left_on_disk(tmp_path):
    with Desk(tmp_path) as desk:
        desk.lay(request(0), encode(request(0)))
    assert list(tmp_path.iterdir()) == []
