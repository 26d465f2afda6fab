"""Disks: room and inodes where a build writes, and a state folder that outlives the process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.checkup import Checked, doubtful, well, wrong
from schemas.settings import Settings

GB: Final = 10**9
INODES: Final = 10_000  # a build of a thousand shards makes about as many files


def check_disk(root: str, where: Settings, room: float) -> Iterator[Checked]:
    """Yield what is to be said of the disks that a build in ``root`` writes to.

    ``room`` is what each is to have free, GB.
    """
    state = where.state_folder
    places = {"state folder": (state, "RS_GPT4V_STATE_FOLDER")}
    places["temporary folder"] = (Path(tempfile.gettempdir()), "TMPDIR")
    if "://" not in root:
        places["root"] = (Path(root), "--root")
    for subject, (folder, name) in places.items():
        yield _free(subject, folder, name, room)
    yield _writable(state)


def _free(subject: str, folder: Path, name: str, room: float) -> Checked:
    there = _existing(folder)
    free, files = shutil.disk_usage(there).free / GB, os.statvfs(there)
    remedy = f"free some, or let {name} name a folder on another disk"
    if free < room:
        said = f"{folder} has {free:,.1f} GB free, {room:,g} GB are asked for (--room)"
        return wrong("disk", subject, said, remedy)
    if files.f_files and files.f_favail < INODES:
        said = f"{folder} has inodes for {files.f_favail:,} files only"
        return wrong("disk", subject, said, remedy)
    return well("disk", subject, f"{folder}: {free:,.1f} GB free")


def _writable(folder: Path) -> Checked:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return wrong(
            "disk", "state folder", f"{folder} cannot be written to: {error.strerror}",
            "let RS_GPT4V_STATE_FOLDER name a folder of this user's on a disk that stays",
        )  # fmt: skip
    if folder.resolve().is_relative_to(Path(tempfile.gettempdir()).resolve()):
        return doubtful(
            "disk", "state folder", f"{folder} is a temporary folder: journals of answers that "
            "were paid for are lost with it",
            "let RS_GPT4V_STATE_FOLDER name a folder that outlives the process, such as a volume",
        )  # fmt: skip
    return well("disk", "state folder", f"{folder} can be written to")


def _existing(folder: Path) -> Path:
    """Return ``folder``, or the nearest one above it that is there."""
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.is_dir())
