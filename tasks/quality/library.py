"""Great Expectations as it is used here: no analytics, no files of its own, one check at a time.

It takes seconds to import, so it is imported where the first frame is checked.
"""

import gc
import importlib
import logging
import os
import threading
import warnings
from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any, Final

import pandas as pd

from schemas.errors import GateError

NAME: Final = "name"  # what an expectation of ours is called, in its meta
_LOCK: Final = threading.Lock()  # its project is one global of the process


def load() -> None:
    """Import Great Expectations now, so that the first check need not wait for it."""
    _frames()


@cache
def great_expectations() -> ModuleType:
    """Import Great Expectations: no analytics, no logs, none of its dependencies' warnings."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gx = importlib.import_module("great_expectations")
        importlib.import_module("great_expectations.expectations")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    gc.freeze()  # no garbage collection goes through all that
    return gx


def suite(name: str, asked: Sequence[Any]) -> Any:
    """Return the expectations ``asked`` as one suite; each has a name of ours in its meta."""
    return great_expectations().ExpectationSuite(name=name, expectations=list(asked))


def validated(frame: pd.DataFrame, asked: Any) -> Any:
    """Return what Great Expectations finds of ``frame`` by the suite ``asked``.

    Raises GateError where an expectation could not be checked at all.
    """
    found = _found(frame, asked, "COMPLETE")
    for result in found.results:
        if not result.success and not result.result:
            name = result.expectation_config.meta[NAME]
            raise GateError(f"Expectation “{name}” could not be checked: {result.exception_info}")
    return found


def all_meet(frame: pd.DataFrame, asked: Any) -> bool:
    """Say whether every value of ``frame`` meets the expectation ``asked``; cheaper than to say which.

    False also where it could not be checked at all.
    """
    return bool(_found(frame, suite("asked", [asked]), "BOOLEAN_ONLY").success)


def _found(frame: pd.DataFrame, asked: Any, told: str) -> Any:
    with _LOCK:
        whole = _frames().get_batch(batch_parameters={"dataframe": frame.reset_index(drop=True)})
        return whole.validate(asked, result_format={"result_format": told})


@cache
def _frames() -> Any:
    """Return the batch definition that takes whole frames, of a context that writes no files."""
    config = importlib.import_module("great_expectations.data_context.types.base")
    stores = config.InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    project = config.DataContextConfig(
        store_backend_defaults=stores, analytics_enabled=False, progress_bars={"globally": False}
    )
    context = great_expectations().get_context(mode="ephemeral", project_config=project)
    asset = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")
