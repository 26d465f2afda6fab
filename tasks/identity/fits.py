"""Crops that were looked for in an image before are not looked for again: no picture is opened."""

from schemas.known import KnownFit
from schemas.record import content_id
from tasks.identity.cuts import Fit
from tasks.reuse.segments import Segments
from tasks.sources.crops import Region
from tasks.storage.store import Store


class KnownFits:
    """Where crops were found, by the pixels of image and crop."""

    def __init__(self, store: Store, version: int) -> None:
        """Read what is remembered of searches by the code of ``version``."""
        self._segments = Segments(store, f"crops/{version}", KnownFit)
        self._known: dict[tuple[str, str, str], Fit] = {}
        for path in self._segments.paths:
            for batch in self._segments.batches(path):
                for row in batch.to_pylist():
                    x0, y0, x1, y1 = row["region"]
                    fit = Fit((x0, y0, x1, y1), row["fit"])
                    self._known[row["image"], row["crop"], row["told"]] = fit
        self._new: list[KnownFit] = []

    def find(self, image: str, crop: str, told: Region | None) -> Fit | None:
        """Return where the crop was found in the image, None where it was not looked for."""
        return self._known.get((image, crop, _said(told)))

    def learn(self, image: str, crop: str, told: Region | None, fit: Fit) -> None:
        """Remember where the crop was found."""
        self._known[image, crop, _said(told)] = fit
        self._new.append(
            KnownFit(image=image, crop=crop, told=_said(told), region=fit.region, fit=fit.fit)
        )

    def keep(self) -> None:
        """Write what was learnt; all of it where there are many segments."""
        if not self._new:
            return
        name = content_id("segment", [row.model_dump(mode="json") for row in self._new])
        instead = self._segments.are_many
        rows = self._all() if instead else self._new
        self._segments.add(name, rows, instead=instead)

    def _all(self) -> list[KnownFit]:
        return [
            KnownFit(image=image, crop=crop, told=told, region=fit.region, fit=fit.fit)
            for (image, crop, told), fit in self._known.items()
        ]


def _said(told: Region | None) -> str:
    return "" if told is None else " ".join(map(repr, told))
