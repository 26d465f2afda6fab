"""Stage check: what can be known to be wrong before any work begins."""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import uuid4

from schemas.errors import SourceError, StorageError, UsageError
from schemas.params import BuildParams, SourceSpec, TeacherParams
from schemas.record import Record, content_id
from schemas.settings import settings
from tasks.judge import asked_by
from tasks.model.engine.endpoint import endpoint_specs
from tasks.model.teacher import check_teacher
from tasks.planning.money import money_of
from tasks.sources.folder import SourceFolder
from tasks.sources.registry import check, source_named
from tasks.storage.releases import Claim, check_version_free, claim_version
from tasks.storage.store import Store


def check_build(root: str, version: str, params: BuildParams) -> None:
    """Raise where this build cannot succeed: its sources, teacher, budget, root or version name.

    Raises UsageError that names the option; nothing is left behind in the root.
    """
    if not params.sources:
        raise UsageError(
            "There is nothing to read. Name at least one annotated folder, such as "
            "--source dota=/data/dota."
        )
    _check_sources(params)
    for asked in _asked(params):
        check_teacher(asked)
        money_of(root, asked, params.service)
    check_target(root, version)


def _asked(params: BuildParams) -> Iterator[TeacherParams]:
    """Yield how teacher and judge are asked.

    Raises UsageError where an endpoint would answer for the judge with another model.
    """
    yield params.teacher
    if not params.judge.is_asked:
        return
    for endpoint in endpoint_specs(settings()):
        if endpoint.model not in (None, params.judge.model):
            raise UsageError(
                f"The endpoint {urlsplit(endpoint.base_url).hostname} answers every request as "
                f"{endpoint.model}, so it cannot be asked to judge as {params.judge.model}. Leave "
                "“model” out of it in RS_GPT4V_ENDPOINTS, or set --judge.share 0."
            )
    yield asked_by(params.judge)


def check_target(root: str, version: str) -> None:
    """Raise UsageError where release ``version`` cannot be written below ``root``."""
    name = f"stages/.writable-{uuid4().hex}"
    try:
        store = Store(root)
        check_version_free(store, version)
        store.write(name, b"")
        store.delete(name)
        store.check_conditional()
    except StorageError as error:
        raise UsageError(f"--root {root} cannot be used. {error}") from error


def begin_release(root: str, version: str, params: BuildParams, at: str) -> str:
    """Claim ``version`` for a build with these parameters, so that no other writes into it.

    Returns the time when it was begun, UTC in ISO 8601: ``at``, or earlier where it was interrupted.
    Raises UsageError where a build with other parameters has begun it, or it is released.
    """
    claim = Claim(made_of=parameters_id(params), begun=at)
    return claim_version(Store(root), version, claim).begun


def parameters_id(params: BuildParams) -> str:
    """Return an id of all parameters that change what a build makes."""
    dump = params.model_dump(mode="json")
    groups = {name: getattr(params, name) for name in dump}
    shaping = {
        name: dump[name]
        for name, group in groups.items()
        if not isinstance(group, Record) or group.shapes_data
    }
    return content_id("build", shaping)


def _check_sources(params: BuildParams) -> None:
    named = [(source.name, source.path) for source in params.sources]
    for name, path in named:
        if named.count((name, path)) > 1:
            raise UsageError(f"--source {name}={path} is given twice.")
    images = sum(_images(source) for source in params.sources)
    if not images:
        paths = ", ".join(source.path for source in params.sources)
        raise UsageError(
            f"There are labels but no image file in {paths}. Put the images there, or name their "
            "folders as “images” of the source in the --params file."
        )


def _images(source: SourceSpec) -> int:
    """Return how many images ``source`` may take, those that are refused included."""
    form = source_named(source.name)
    try:
        folder = SourceFolder(source.path, source.images)
        check(form, folder)
    except SourceError as error:
        raise UsageError(f"--source {source.name}={source.path}: {error}") from error
    return len(folder.images()) + len(folder.elsewhere()) + len(folder.refused)
