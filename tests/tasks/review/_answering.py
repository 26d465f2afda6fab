"""A small release with a sheet, and answers to it as a browser writes them."""

from schemas.review import Opinion, ReviewAnswer, ReviewParams, ReviewSheet
from tasks.review.drawing import draw_sheet
from tasks.review.kept import keep_sheet
from tests.fixtures.release import make_build

VERSION = "v1"


def released(root: str, version: str = VERSION):
    """Make a release of 36 samples and return its store."""
    made = make_build(root)
    made.release(version)
    return made.store


def with_sheet(store, version: str = VERSION, **params: int) -> ReviewSheet:
    """Draw a sheet, keep it and return it."""
    from tasks.storage.releases import read_manifest

    sheet = draw_sheet(store, read_manifest(store, version), ReviewParams(**params))
    keep_sheet(store, sheet)
    return sheet


def answer(
    sheet: ReviewSheet, place: int, said: str, reviewer: str = "Ana", **more
) -> ReviewAnswer:
    """Answer the sample at ``place``."""
    sample = sheet.samples[place]
    return ReviewAnswer(
        sheet=sheet.id, version=sheet.version, manifest_sha256=sheet.manifest_sha256,
        reviewer=reviewer, sample=sample.id, stratum=sample.stratum, answer=Opinion(said),
        seconds=more.pop("seconds", 4.0), **more,
    )  # fmt: skip


def answers(sheet: ReviewSheet, said: str, reviewer: str = "Ana") -> list[ReviewAnswer]:
    """Answer the first samples: ``said`` has a letter for each, r, w, u or - for none."""
    words = {"r": "right", "w": "wrong", "u": "unsure"}
    return [
        answer(sheet, place, words[letter], reviewer)
        for place, letter in enumerate(said)
        if letter != "-"
    ]


def written(file, rows):
    """Write ``rows`` as a sheet does, and return the file."""
    file.write_text("".join(f"{row.model_dump_json()}\n" for row in rows))
    return file
