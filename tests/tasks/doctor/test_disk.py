"""Planted on disks: too little room, a state folder that cannot be written to or that is lost."""

import tempfile

import pytest

from schemas.settings import Settings
from tasks.doctor import check_disk


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Return a folder that is not below the temporary one."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path


def odd(root, state, room=0.0):
    found = check_disk(str(root), Settings(state_folder=state), room)
    return [one for one in found if one.state != "well"]


def test_healthy_disks_are_well_though_nothing_is_there_yet(elsewhere):
    assert odd(elsewhere / "root/deep", elsewhere / "state") == []


def test_too_little_room_is_found_on_every_disk_that_is_written_to(elsewhere):
    found = odd(elsewhere / "root", elsewhere / "state", room=10**9)
    assert [one.subject for one in found] == ["state folder", "temporary folder", "root"]
    assert "1e+09 GB are asked for" in found[0].found
    assert [one.remedy.split()[4] for one in found] == [
        "RS_GPT4V_STATE_FOLDER", "TMPDIR", "--root",
    ]  # fmt: skip
    subjects = [one.subject for one in odd("s3://bucket/root", elsewhere / "state", room=10**9)]
    assert subjects == ["state folder", "temporary folder"]


def test_a_state_folder_that_cannot_be_written_to_is_found(elsewhere):
    (elsewhere / "file").write_text("in the way")
    [found] = odd(elsewhere / "root", elsewhere / "file" / "state")
    assert found.state == "wrong"
    assert "cannot be written to: Not a directory" in found.found
    assert "RS_GPT4V_STATE_FOLDER" in found.remedy


def test_a_state_folder_that_does_not_outlive_the_process_is_doubted(elsewhere):
    [found] = odd(elsewhere / "root", elsewhere / "tmp" / "state")
    assert found.state == "doubtful"
    assert "journals of answers that were paid for are lost with it" in found.found
