"""What a remote teacher needs of the flow: its part of the limits."""

from collections.abc import Iterator
from contextlib import contextmanager

from flows.allowance import shared_allowance
from schemas.params import TeacherParams
from tasks.model.engine.host import take_share


@contextmanager
def taught_by(params: TeacherParams) -> Iterator[None]:
    """Share the limits of a remote teacher with other processes."""
    if params.kind == "offline":
        yield
        return
    with shared_allowance(take_share):
        yield
