"""Deep pixels to 8 bits: one percentile stretch per band, the same for every window of a scene."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Bands = NDArray[Any]  # (bands, height, width), any real type

PERCENTILES: Final = (2, 98)
SAMPLE_SIDE: Final = 1024  # px; a decimated scene no longer than this is what is measured


@dataclass(frozen=True)
class Stretch:
    """For each band, the value that becomes 0 and the value that becomes 255."""

    low: tuple[float, ...]
    high: tuple[float, ...]

    def __call__(self, bands: Bands) -> NDArray[np.uint8]:
        """Return ``bands`` as 8 bits, same shape; values beyond the ends are clipped, NaN is 0."""
        out = np.empty(bands.shape, np.uint8)
        for band, shown, low, high in zip(bands, out, self.low, self.high, strict=True):
            exact = np.result_type(band.dtype, np.float32)  # 32-bit integers need float64
            scaled = (band.astype(exact) - low) * (255 / (high - low))
            np.nan_to_num(scaled, copy=False, nan=0, posinf=255, neginf=0)
            shown[:] = np.clip(np.rint(scaled), 0, 255)
        return out


def measure(sample: Bands, valid: NDArray[np.bool_] | None = None) -> Stretch:
    """Return the 2–98 % stretch of a decimated scene.

    ``sample`` is (bands, height, width); ``valid`` (height, width) is False where there is no
    picture. Values that are not finite are left out.
    """
    ends = [_ends(band if valid is None else band[valid]) for band in sample]
    return Stretch(tuple(low for low, _ in ends), tuple(high for _, high in ends))


def _ends(values: NDArray[Any]) -> tuple[float, float]:
    """Return two different ends; a constant band comes out mid-grey, or black where it is 0."""
    values = values[np.isfinite(values)]
    if not values.size:
        return 0.0, 1.0
    low, high = (float(end) for end in np.percentile(values, PERCENTILES))
    if low == high:  # nearly constant: its few other values are all there is to see
        low, high = float(values.min()), float(values.max())
    if low == high:
        return (0.0, 2 * low) if low > 0 else (low, low + 1)
    return low, high
