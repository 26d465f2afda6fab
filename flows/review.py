"""The flow that draws a sheet of samples for people, and takes in what they answered."""

import tempfile
from pathlib import Path
from typing import Final

from prefect import flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.places import link_to
from schemas.review import ReviewOutcome, ReviewParams, StratumRate
from tasks._stage import retried
from tasks.review.drawing import draw_sheet
from tasks.review.importing import import_answers
from tasks.review.kept import keep_outcome, keep_sheet, kept_answers
from tasks.review.outcome import review_outcome
from tasks.review.sheet import sheet_page
from tasks.storage.releases import read_manifest, resolve
from tasks.storage.store import Store

DEFAULTS: Final = ReviewParams()


@flow(name="review")
def review_release(
    root: str,
    version: str | None = None,
    answers: list[str] | None = None,
    params: ReviewParams = DEFAULTS,
) -> str:
    """Draw a sheet of samples for people, or take in their answers; show what all answers say.

    Args:
        root: Folder or URL that holds the releases.
        version: Name of the release. By default the latest.
        answers: Files or URLs that reviewers downloaded from sheets. Without any, a sheet is drawn.
        params: How the samples of a sheet are drawn.
    """
    version = resolve(Store(root), version)
    if answers:
        take_answers(root, version, tuple(answers))
    else:
        page = make_sheet(root, version, params)
        create_markdown_artifact(
            key="sheet",
            markdown=f"# Sheet for release {version}\n\n{link_to(root, page, 'Open it in a browser')}: "
            "answer, download, and run this again with the file as *answers*.",
            description=version,
        )
    if kept_answers(Store(root), version):
        show_outcome(root, version)
    return version


@retried("draw", "draw-{version}")
def make_sheet(root: str, version: str, params: ReviewParams) -> str:
    """Draw and keep a sheet, and return the path of its page."""
    store = Store(root)
    sheet = draw_sheet(store, read_manifest(store, version), params)
    path = keep_sheet(store, sheet).replace("/sheets/", "/pages/").replace(".json", ".html")
    store.write(path, sheet_page(store, sheet).encode())
    return path


@retried("import", "import-{version}")
def take_answers(root: str, version: str, answers: tuple[str, ...]) -> None:
    """Keep the answers in some files, which may lie in a bucket."""
    with tempfile.TemporaryDirectory(prefix="rs-gpt4v-") as folder:
        files = []
        for place in answers:
            parent, _, name = place.rpartition("/")
            files.append(Path(folder) / name)
            files[-1].write_bytes(Store(parent or ".").read(name))
        import_answers(Store(root), version, files)


@retried("outcome", "outcome-{version}")
def show_outcome(root: str, version: str) -> None:
    """Keep and show what all answers say."""
    outcome = review_outcome(Store(root), version)
    keep_outcome(Store(root), outcome)
    create_table_artifact(
        key="error-rates", table=rates(outcome), description=f"Of release {version}, by task type."
    )


def rates(outcome: ReviewOutcome) -> list[dict[str, str]]:
    """Return one row for each task type, then the release."""
    return [_row(row) for row in (*outcome.tasks, outcome.release)]


def _row(row: StratumRate) -> dict[str, str]:
    rate = "–" if row.error.rate is None else f"{100 * row.error.rate:.1f}"
    return {
        "": row.name, "samples": f"{row.members:,}", "drawn": f"{row.drawn:,}",
        "right": f"{row.tally.right:,}", "wrong": f"{row.tally.wrong:,}",
        "unsure": f"{row.tally.unsure:,}", "wrong %": rate,
        "95 % bounds": f"{100 * row.error.low:.1f} – {100 * row.error.high:.1f}",
    }  # fmt: skip
