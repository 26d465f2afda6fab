"""A Dask cluster: one that stands already, or one that is started for the flow run."""

from typing import Any, Final

from distributed import WorkerPlugin
from prefect_dask import DaskTaskRunner

from flows.runners.worker import Order, begin_worker
from schemas.settings import Settings

HERE: Final = {
    "threads_per_worker": 1,
    "host": "127.0.0.1",
    "dashboard_address": "127.0.0.1:0",
}


class _Begins(WorkerPlugin):  # type: ignore[misc]  # not typed
    """Begins every process of the cluster, those too that join later."""

    name = "rs-gpt4v"

    def __init__(self, order: Order) -> None:
        self._order = order

    def setup(self, worker: object) -> None:  # noqa: ARG002  # Dask's signature
        """Begin this process."""
        begin_worker(self._order)


class Runner(DaskTaskRunner):  # type: ignore[misc]  # not typed
    """Prefect's, which begins the processes of its cluster."""

    order: Order

    def __enter__(self) -> "Runner":
        """Connect, and begin what is there."""
        super().__enter__()
        there = len(self.client.scheduler_info(n_workers=-1)["workers"])
        self.order = self.order.model_copy(update={"processes": max(1, there)})
        self.client.register_plugin(_Begins(self.order))
        return self


def runner(order: Order, where: Settings) -> Runner:
    """Return a runner on the cluster that ``where`` names, else on one of processes here."""
    if where.dask_address:
        made = Runner(address=where.dask_address)
    else:
        options: dict[str, Any] = {} if where.dask_cluster else {**HERE}
        options |= {"n_workers": order.processes, **where.dask_options}
        made = Runner(cluster_class=where.dask_cluster, cluster_kwargs=options)
    made.order = order
    return made
