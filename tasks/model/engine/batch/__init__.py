"""The same requests through ``/v1/files`` and ``/v1/batches``: half the price, within a day.

    requests ─→ desk            on local disk; stored ones and doubles are left out
                 │
                 ↓  split by count and bytes; the worst cost of each batch is reserved
              planned           its keys and state stand in the root before the provider hears of it
                 ↓  uploaded by streaming
              uploaded          the file's id stands in the root
                 ↓  created with its content id as metadata
              created           the batch's id stands in the root
                 ↓  looked at, ever more seldom, until it ended
                 ↓  result and error file read line by line, answers put into the store
              done              answers flushed, what was spent is settled, files deleted
                 ↓
              closed            what has no answer goes into the next round

A run that is killed is taken up by the next one that is given one of its requests, in this process
or another. Where the kill fell between a call to the provider and the note of its id, the file is
found again by its name and the batch by its metadata, so nothing is batched twice. Requests that
lie in a batch of another run that lives are waited for.

What this cannot do: a provider that lists a new batch only some time after it made it, or two
machines that take over the same batch in the same moment, can have a batch made twice.
"""

from tasks.model.engine.batch.run import run_batch
from tasks.model.engine.batch.terms import (
    Answers,
    BatchLimits,
    BatchOutcome,
    Connection,
    Progress,
    Purse,
)

__all__ = [
    "Answers",
    "BatchLimits",
    "BatchOutcome",
    "Connection",
    "Progress",
    "Purse",
    "run_batch",
]
