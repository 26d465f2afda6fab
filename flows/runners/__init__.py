"""What works on the shards: threads, processes, Dask or Ray, as a build's parameters choose."""

from flows.runners.chosen import ChosenRunner, check_runner, shared_among

__all__ = ["ChosenRunner", "check_runner", "shared_among"]
