"""Canary: a change is tried on a share of the shards before all of them are paid for."""

from collections.abc import Iterable
from math import ceil

from pydantic import Field

from schemas.form import Params
from schemas.record import content_id


class CanaryParams(Params):
    """Whether a build is a trial: of some shards, and never the latest release."""

    share: float | None = Field(
        None, gt=0, lt=1, title="Share",
        description="Build only this share of the shards (0 to 1), hold them against the same "
        "shards of the latest release, and leave that the latest. A larger share holds what a "
        "smaller one had, and all of it is found again when everything is built. none builds all.",
    )  # fmt: skip

    def of(self, shards: Iterable[int]) -> tuple[int, ...]:
        """Return those of ``shards`` that are built, in their order: all, or the share, one at least."""
        every = tuple(shards)
        if self.share is None:
            return every
        drawn = sorted(every, key=lambda shard: content_id("canary", shard))
        chosen = set(drawn[: ceil(self.share * len(every))])
        return tuple(shard for shard in every if shard in chosen)
