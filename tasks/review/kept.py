"""Sheets, answers, outcomes and approvals below ``reviews/<version>/``, beside the release.

A file is named by its content, so the same one is kept once, and a release is never touched.
"""

from collections.abc import Iterable
from typing import Final, TypeVar

from pydantic import ValidationError

from schemas.approval import Approval
from schemas.errors import DamagedPart
from schemas.record import Record, content_id
from schemas.review import ReviewAnswer, ReviewOutcome, ReviewSheet
from tasks.storage.store import Store

FOLDER: Final = "reviews"

R = TypeVar("R", bound=Record)


def keep_sheet(store: Store, sheet: ReviewSheet) -> str:
    """Keep ``sheet`` and return where."""
    return _keep(store, f"{_folder(sheet.version, 'sheets')}/{sheet.id}.json", [sheet])


def kept_sheets(store: Store, version: str) -> dict[str, ReviewSheet]:
    """Return the sheets that were made of ``version``, by id."""
    remedy = "Delete it and make the sheet again with the same parameters."
    paths = store.list(_folder(version, "sheets"))
    sheets = [_read(store, path, ReviewSheet, remedy)[0] for path in paths]
    return {sheet.id: sheet for sheet in sheets}


def keep_answers(store: Store, version: str, answers: Iterable[ReviewAnswer]) -> str:
    """Keep the answers of one reviewer to one sheet, a line each, and return where."""
    rows = sorted(answers, key=lambda one: one.sample)
    name = content_id("answers", [one.model_dump(mode="json") for one in rows])
    return _keep(store, f"{_folder(version, 'answers')}/{name}.jsonl", rows)


def kept_answers(store: Store, version: str) -> dict[str, tuple[ReviewAnswer, ...]]:
    """Return the answers that were imported for ``version``, by the path of their file."""
    remedy = "Delete it and import the reviewer's file again."
    paths = store.list(_folder(version, "answers"))
    return {path: _read(store, path, ReviewAnswer, remedy) for path in paths}


def keep_outcome(store: Store, outcome: ReviewOutcome) -> str:
    """Keep ``outcome`` under the answers that it rests on, and return where."""
    name = content_id("outcome", list(outcome.answers))
    return _keep(store, f"{_folder(outcome.version, 'outcomes')}/{name}.json", [outcome])


def keep_approval(store: Store, approval: Approval) -> str:
    """Keep what a person decided about a release, and return where."""
    name = content_id("approval", approval.model_dump(mode="json"))
    return _keep(store, f"{_folder(approval.version, 'approvals')}/{name}.json", [approval])


def kept_approvals(store: Store, version: str) -> tuple[Approval, ...]:
    """Return what people decided about ``version``, in order."""
    remedy = "Delete it: what was decided stands in Prefect's flow run too."
    paths = store.list(_folder(version, "approvals"))
    found = [_read(store, path, Approval, remedy)[0] for path in paths]
    return tuple(sorted(found, key=lambda one: one.decided))


def name_of(path: str) -> str:
    """Return the content id that a kept file is named by."""
    return path.rsplit("/", 1)[-1].split(".", 1)[0]


def _folder(version: str, kind: str) -> str:
    return f"{FOLDER}/{version}/{kind}"


def _keep(store: Store, path: str, rows: Iterable[Record]) -> str:
    content = "".join(f"{row.model_dump_json()}\n" for row in rows)
    store.write(path, content.encode())
    return path


def _read(store: Store, path: str, model: type[R], remedy: str) -> tuple[R, ...]:
    """Return the records in a kept file, of which there is one at least."""
    lines = store.read(path).splitlines()
    try:
        rows = tuple(model.model_validate_json(line) for line in lines)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the start"
        said = f"at {where}: {first['msg']}"
    else:
        if rows:
            return rows
        said = "it is empty"
    raise DamagedPart(f"{store.url(path)} is not whole ({said}). {remedy}")
