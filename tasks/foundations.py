"""Foundations: what a release rests on besides its own files, for the deep audit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pyarrow.compute as pc

from schemas.errors import DamagedPart, MissingFile
from schemas.release import Manifest
from tasks.model.answers import open_answers
from tasks.storage.parts import read_footer
from tasks.storage.problem import Problem
from tasks.storage.published import read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

READERS: Final = 16


def missing_inputs(store: Store, manifest: Manifest) -> Iterator[Problem]:
    """Yield the stage parts that ``manifest`` rests on and that are gone, or without a side table."""
    with ThreadPoolExecutor(READERS) as readers:
        for found in readers.map(lambda path: tuple(_input(store, path)), manifest.inputs):
            yield from found


def missing_answers(store: Store, manifest: Manifest) -> Iterator[Problem]:
    """Yield the files whose samples name requests to which no answer is stored."""
    answers = open_answers(store.uri)
    answers.refresh()
    for part in (part for part in manifest.parts if part.table == "samples"):
        path = release_path(manifest.version, part.path)
        lineage = read_table(store, path, ["lineage.request_key"])["lineage"]
        keys = pc.unique(pc.struct_field(lineage, "request_key")).to_pylist()
        missing = sorted(key for key in keys if key is not None and key not in answers)
        if missing:
            yield Problem(
                path=path,
                found=f"{len(missing)} answers that it rests on are not stored, such as {missing[0]}",
                remedy="“rs-gpt4v answers import” brings them back from an export. Without them a "
                "changed prompt or a lost part costs calls again.",
            )


def _input(store: Store, path: str) -> Iterator[Problem]:
    remedy = "“rs-gpt4v repair” remakes it of the sources and of stored answers."
    try:
        footer = read_footer(store, path)
    except MissingFile:
        yield Problem(path=path, found="a release rests on it and it is missing", remedy=remedy)
        return
    except DamagedPart as error:
        yield Problem(path=path, found=str(error), remedy=remedy)
        return
    for table in ("rejections", "findings"):
        beside = path.replace(".parquet", f".{table}.parquet")
        if footer.get(table) and not store.exists(beside):
            yield Problem(path=beside, found="it is missing", remedy=remedy)
