"""The flow that makes missing stage parts again, of the sources and of stored answers."""

from prefect import flow
from prefect.task_runners import ThreadPoolTaskRunner

from flows.build_dataset import run_stages
from schemas.params import BuildParams, ServiceParams
from schemas.settings import settings
from tasks.mix import mix_samples
from tasks.storage.running import building
from tasks.storage.store import Store


@flow(name="remake-stages", task_runner=ThreadPoolTaskRunner(max_workers=settings().workers))  # type: ignore[arg-type]
def remake_stages(root: str, params: BuildParams) -> None:
    """Run every stage of a build with ``params``; a part that stands already is not made again.

    Asks whatever teacher the settings name, so the caller takes its key away: without one, only
    stored answers are given. Raises what the stages raise.
    """
    with building(Store(root), None):
        done = run_stages(root, params.model_copy(update={"service": ServiceParams()}))
        mix_samples(root, tuple(done.of("validate")), params.mixture)
