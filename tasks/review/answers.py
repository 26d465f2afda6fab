"""Reads the files that sheets give: every line is checked, and every problem named with its place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import ValidationError

from schemas.errors import UsageError
from schemas.review import ReviewAnswer, ReviewSheet
from tasks.review.drawing import manifest_sha256
from tasks.review.kept import kept_sheets
from tasks.storage.releases import resolve
from tasks.storage.store import Store

TOLD: Final = 10  # problems that are told one by one
_AGAIN: Final = "Download the answers from the sheet again."


class Line(NamedTuple):
    """An answer and where it was read."""

    where: str
    answer: ReviewAnswer


@dataclass(frozen=True)
class Asked:
    """What answers must fit: a release and the sheets that were made of it."""

    root: str
    version: str
    manifest_sha256: str
    sheets: dict[str, ReviewSheet]
    strata: dict[str, dict[str, str]]  # by sheet and sample


def asked(store: Store, version: str) -> Asked:
    """Return what was asked about ``version``; raises UsageError where no sheet was made of it.

    Sheets of an earlier release of the same name do not count.
    """
    sha256 = manifest_sha256(store, resolve(store, version))
    sheets = {
        one.id: one for one in kept_sheets(store, version).values() if one.manifest_sha256 == sha256
    }
    if not sheets:
        raise UsageError(
            f"No sheet was made of release “{version}” in {store.uri}, so nothing was asked about "
            "it. Make one with “rs-gpt4v review make”."
        )
    strata = {one.id: {it.id: it.stratum for it in one.samples} for one in sheets.values()}
    return Asked(store.uri, version, sha256, sheets, strata)


def read_lines(file: Path, problems: list[str]) -> list[Line]:
    """Return the answers in ``file``; what is wrong with it is appended to ``problems``."""
    try:
        with file.open(encoding="utf-8-sig") as opened:
            texts = [(n, text) for n, text in enumerate(opened, start=1) if text.strip()]
    except (OSError, UnicodeDecodeError) as error:
        problems.append(f"{file} cannot be read: {getattr(error, 'strerror', None) or error}.")
        return []
    if not texts:
        problems.append(f"{file} holds no answer. {_AGAIN}")
    found = []
    for number, text in texts:
        where, parsed = f"{file}, line {number}", _parsed(text)
        if isinstance(parsed, str):
            problems.append(f"{where}: {parsed}")
        else:
            found.append(Line(where, parsed))
    return found


def misfit(line: Line, about: Asked) -> str | None:
    """Return what is wrong about an answer to another release, sheet, sample or stratum."""
    answer, where = line.answer, line.where
    if answer.version != about.version:
        return (
            f"{where}: it answers release “{answer.version}”, not “{about.version}”. Import the "
            "files of each release by themselves."
        )
    if answer.manifest_sha256 != about.manifest_sha256:
        return (
            f"{where}: it answers another release of the name “{answer.version}” than the one in "
            f"{about.root}: its manifest is {answer.manifest_sha256[:12]}…, not "
            f"{about.manifest_sha256[:12]}…. Name the --root that the sheet was made of."
        )
    if answer.sheet not in about.sheets:
        return (
            f"{where}: sheet {answer.sheet} was not made of {about.root}. Name the --root that it "
            "was made of, or make it again with the same options."
        )
    right = about.strata[answer.sheet].get(answer.sample)
    if right is None:
        return f"{where}: sample {answer.sample} is not on sheet {answer.sheet}. {_AGAIN}"
    if answer.stratum != right:
        return (
            f"{where}: sample {answer.sample} is of stratum {right}, not {answer.stratum}. {_AGAIN}"
        )
    return None


def by_sample(lines: Iterable[Line], problems: list[str]) -> dict[tuple[str, str], ReviewAnswer]:
    """Return the answers by reviewer and sample; two that differ are told to ``problems``."""
    first: dict[tuple[str, str], Line] = {}
    for line in lines:
        before = first.setdefault((line.answer.reviewer, line.answer.sample), line)
        if opinion(before.answer) != opinion(line.answer):
            problems.append(
                f"{line.where}: {line.answer.reviewer} answered sample {line.answer.sample} twice: "
                f"{_words(before.answer)} in {before.where}, {_words(line.answer)} here. Leave the "
                "older file out; where it was imported already, import all files of "
                f"{line.answer.reviewer} that still hold together, with --replace."
            )
    return {key: line.answer for key, line in first.items()}


def opinion(answer: ReviewAnswer) -> tuple[str, str | None, str]:
    """Return what was said, without how long it took."""
    return answer.answer, answer.kind, answer.comment


def stop_at(problems: list[str], heading: str) -> None:
    """Raise UsageError with ``heading`` and the first of ``problems``, where there are any."""
    if not problems:
        return
    told = problems[:TOLD]
    if len(problems) > TOLD:
        told.append(f"… and {len(problems) - TOLD:,} more.")
    raise UsageError("\n".join([heading, *told]))


def _parsed(text: str) -> ReviewAnswer | str:
    """Return the answer in a line, or what is wrong with it."""
    try:
        return ReviewAnswer.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return f"it is no whole JSON object, so the file is torn. {_AGAIN}"
    where = "".join(f"{step}: " for step in first["loc"])
    return f"{where}{first['msg'].removeprefix('Value error, ')}. {_AGAIN}"


def _words(answer: ReviewAnswer) -> str:
    about = [answer.kind or "", f"“{answer.comment}”" if answer.comment else ""]
    said = " ".join(filter(None, about))
    return f"{answer.answer} ({said})" if said else str(answer.answer)
