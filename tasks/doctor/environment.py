"""The environment: packages in the versions that are needed, variables that are understood."""

import os
import platform
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

from packaging.requirements import Requirement

from schemas.checkup import Checked, doubtful, well, wrong
from schemas.errors import UsageError
from schemas.settings import PREFIX, known_variables, settings
from tasks.model.engine.prices import read_prices

NAME: Final = "rs-gpt4v"
BESIDE: Final = frozenset({"DEBUG", "AIMOCK", "ACCEPTANCE_DATA"})  # read where no settings are


def check_environment(
    extras: frozenset[str], variables: Mapping[str, str] = os.environ
) -> Iterator[Checked]:
    """Yield what is to be said of packages, those of ``extras`` too, and of ``variables``."""
    yield from _packages(extras)
    yield from _names(variables)
    yield from _values()


def _packages(extras: frozenset[str]) -> Iterator[Checked]:
    needed = [Requirement(text) for text in requires(NAME) or ()]
    bad = [told for one in needed if _applies(one, extras) and (told := _package(one)) is not None]
    yield from bad
    if not bad:
        more = f", the extras {', '.join(sorted(extras))} too" if extras else ""
        yield well(
            "environment", "packages",
            f"Python {platform.python_version()}, every package as {NAME} {version(NAME)} needs "
            f"it{more}",
        )  # fmt: skip


def _applies(needed: Requirement, extras: frozenset[str]) -> bool:
    marker = needed.marker
    return marker is None or any(marker.evaluate({"extra": one}) for one in ("", *extras))


def _package(needed: Requirement) -> Checked | None:
    """Return what is wrong with a package; None where nothing is."""
    remedy = f"pip install '{needed.name}{needed.specifier}'"
    try:
        found = version(needed.name)
    except PackageNotFoundError:
        return wrong("environment", needed.name, f"{needed.name} is not installed", remedy)
    if needed.specifier.contains(found, prereleases=True):
        return None
    said = f"{needed.name} {found} is installed, {needed.specifier} is needed"
    return wrong("environment", needed.name, said, remedy)


def _names(variables: Mapping[str, str]) -> Iterator[Checked]:
    known = known_variables() | {f"{PREFIX}{name}" for name in BESIDE}
    for name in sorted(variables):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, sorted(known), n=1)
            what = f"write {near[0]}" if near else "unset it; docs/operations.md lists those known"
            yield doubtful(
                "environment", name, f"{name} is set, but no such variable is read", what
            )


def _values() -> Iterator[Checked]:
    try:
        where = settings()
        if where.prices is not None:
            read_prices(where.prices)
    except UsageError as error:
        yield wrong("environment", "settings", str(error))
    else:
        yield well("environment", "settings", "every variable that is set can be read")
