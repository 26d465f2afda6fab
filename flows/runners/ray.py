"""A Ray cluster: one that stands already, or one that is started for the flow run."""

import os
from typing import Any, Final

import ray
from prefect_ray import RayTaskRunner

from flows.runners.worker import Order, begin_worker
from schemas.settings import Settings

HERE: Final = {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}


class Runner(RayTaskRunner):  # type: ignore[misc]  # not typed
    """Prefect's, which knows how many processes there are."""

    order: Order

    def __enter__(self) -> "Runner":
        """Connect, and count."""
        super().__enter__()
        self.order = self.order.model_copy(update={"processes": _processes()})
        return self


def runner(order: Order, where: Settings) -> Runner:
    """Return a runner on the cluster that ``where`` names, else on one of processes here."""

    def begin() -> None:
        begin_worker(order.model_copy(update={"processes": _processes()}))

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    options: dict[str, Any] = {"runtime_env": {"worker_process_setup_hook": begin}}
    if not where.ray_address:
        options |= {**HERE, "num_cpus": order.processes}
    made = Runner(address=where.ray_address, init_kwargs=options)
    made.order = order
    return made


def _processes() -> int:
    """Return how many processes the cluster has: one for each of its processors."""
    return max(1, int(ray.cluster_resources().get("CPU", 1)))
