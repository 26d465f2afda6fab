"""The terms of use of what a release holds: licence and credit, source by source."""

from collections import Counter
from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from schemas.release import LicenceCount
from tasks.licences import allows_commercial

Terms = tuple[str, str | None, str | None]  # source, licence, attribution
COLUMNS = ("source", "licence", "attribution", "samples")


class TermCounts:
    """Images and samples by source, licence and credit."""

    def __init__(self) -> None:
        self._images: Counter[Terms] = Counter()
        self._samples: Counter[Terms] = Counter()

    def add(self, images: pa.Table) -> None:
        """Count the rows of an images table; COLUMNS of it are used."""
        lengths = pc.list_value_length(images["samples"]).to_pylist()
        for terms, samples in zip(_terms(images), lengths, strict=True):
            self._images[terms] += 1
            self._samples[terms] += samples

    def rows(self) -> tuple[LicenceCount, ...]:
        """Return one row per source and terms, sorted."""
        order = sorted(self._images, key=lambda terms: tuple(word or "" for word in terms))
        return tuple(
            LicenceCount(
                source=source,
                licence=licence,
                attribution=attribution,
                commercial=allows_commercial(licence),
                images=self._images[source, licence, attribution],
                samples=self._samples[source, licence, attribution],
            )
            for source, licence, attribution in order
        )


def _terms(images: pa.Table) -> Iterable[Terms]:
    columns = (images[name].to_pylist() for name in COLUMNS[:3])
    return zip(*columns, strict=True)
