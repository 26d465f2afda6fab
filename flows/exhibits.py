"""What a run page shows of the release that was made, beside its summary.

    build-dataset   what was done, in Markdown     flows/summary.py
    scorecard       the numbers, as a table        likewise
    rejections      a few of each reason
    sample-1 … 4    pictures with outlines, and what is said of them
    report, data-docs   links, where a browser sees the root

A picture is a data URL: it is shown by any server for any root, asks nobody for credentials and
does not expire. Four take about 300 KB of the server's database.
"""

from collections.abc import Iterator
from typing import Final

from prefect.artifacts import create_image_artifact, create_link_artifact, create_table_artifact

from flows.places import address_of
from flows.summary import show_summary
from schemas.release import Manifest
from tasks.report.drawn import drawn
from tasks.report.gallery import Plate, ShownSample, gallery
from tasks.report.rejected import RejectionLine, few_rejections
from tasks.storage.releases import release_path
from tasks.storage.store import Store

SAMPLES: Final = 4
REJECTIONS: Final = 100
TURNS: Final = 6  # of a sample
LONGEST: Final = 300  # characters of a text
LINKS: Final = {
    "report": ("report.html", "Report"),
    "data-docs": ("data_docs/index.html", "Data Docs"),
}


def show_release(root: str, manifest: Manifest) -> str:
    """Publish what the release of ``manifest`` holds; return its summary as Markdown."""
    store = Store(root)
    summary = show_summary(root, manifest)
    _show_rejections(store, manifest)
    for number, (plate, sample) in enumerate(_shown(store, manifest), start=1):
        create_image_artifact(
            image_url=drawn(plate, meant(sample)),
            key=f"sample-{number}",
            description=in_words(plate, sample),
        )
    for key, (path, title) in LINKS.items():
        address = address_of(root, release_path(manifest.version, path))
        if address is not None:
            create_link_artifact(
                link=address, link_text=f"{title} of release {manifest.version}", key=key,
                description=manifest.version,
            )  # fmt: skip
    return summary


def meant(sample: ShownSample) -> frozenset[str]:
    """Return the refs of the objects that ``sample`` speaks of."""
    spoken = (ref for turn in sample.turns for piece in turn.pieces for ref in piece.refs)
    return frozenset((*spoken, *sample.refs))


def in_words(plate: Plate, sample: ShownSample) -> str:
    """Return ``sample`` as Markdown, with what it is; long texts are cut, as the picture follows."""
    turns = [
        f"**{turn.role}** {cut(''.join(piece.text for piece in turn.pieces))}"
        for turn in sample.turns[:TURNS]
    ]
    kind = sample.task.replace("_", " ")
    form = "" if sample.form == kind else f" ({sample.form})"
    head = f"**{kind}**{form}, {plate.source} {plate.scene}, {plate.split}, `{sample.id}`"
    return "\n\n".join([head, *turns])


def cut(text: str) -> str:
    """Return ``text``, or its beginning where it is long."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} …"


def rejection_row(line: RejectionLine) -> dict[str, str]:
    """Return ``line`` as a row of the table."""
    place = line.file or ""
    if line.line is not None:
        place += f":{line.line}"
    return {
        "stage": line.stage, "reason": line.reason.replace("_", " "), "place": place,
        "detail": cut(line.detail), "source": line.source,
        "subject": f"{line.subject} {line.subject_id}",
    }  # fmt: skip


def _show_rejections(store: Store, manifest: Manifest) -> None:
    lines = few_rejections(store, manifest.version, manifest.parts)[:REJECTIONS]
    all_of = sum(manifest.rejections.values())
    create_table_artifact(
        key="rejections",
        table=[rejection_row(line) for line in lines],
        description=f"Release {manifest.version}: {len(lines):,} of {all_of:,} rejections, a few of "
        "each reason. The tables in rejections/ hold them all.",
    )


def _shown(store: Store, manifest: Manifest) -> Iterator[tuple[Plate, ShownSample]]:
    """Yield tiles that differ, each with a sample of another kind where it has one."""
    for number, plate in enumerate(gallery(store, manifest.version, manifest.parts, SAMPLES)):
        if plate.tabs:
            yield plate, plate.tabs[number % len(plate.tabs)].samples[0]
