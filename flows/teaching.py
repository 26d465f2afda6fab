"""What a teacher needs of the flow: its part of the limits, and to be seen at work."""

from collections.abc import Iterator
from contextlib import contextmanager

from flows.allowance import shared_allowance
from flows.runners import shared_among
from schemas.params import TeacherParams
from schemas.settings import settings
from tasks.model.engine.exposition import exposed
from tasks.model.engine.host import whole_tally


@contextmanager
def taught_by(params: TeacherParams) -> Iterator[None]:
    """Share the limits of a remote teacher with other processes, and show what it does."""
    where = settings()
    with exposed(whole_tally, where.metrics_host, where.metrics_port):
        if params.kind == "offline":
            yield
            return
        with shared_allowance(*shared_among()):
            yield
