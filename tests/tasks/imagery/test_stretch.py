"""Deep pixels keep their order and use the whole 8 bits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tasks.imagery.stretch import measure

deep = st.sampled_from([np.uint16, np.int16, np.float32, np.uint32]).flatmap(
    lambda kind: arrays(kind, (2, 9, 7), elements=st.integers(0, 30_000))
)


@settings(deadline=None)
@given(deep)
def test_a_larger_value_is_never_darker(bands: np.ndarray) -> None:
    shown = measure(bands)(bands)
    assert shown.dtype == np.uint8
    for before, after in zip(bands, shown, strict=True):
        assert (np.diff(after.ravel()[np.argsort(before, axis=None)].astype(int)) >= 0).all()


@settings(deadline=None)
@given(deep)
def test_a_band_of_two_values_shows_both(bands: np.ndarray) -> None:
    shown = measure(bands)(bands)
    for before, after in zip(bands, shown, strict=True):
        assert (len(np.unique(before)) == 1) == (len(np.unique(after)) == 1)


def test_two_per_cent_at_each_end_are_clipped() -> None:
    band = np.arange(1000, dtype=np.uint16).reshape(1, 25, 40)
    shown = measure(band)(band)
    assert 19 <= (shown == 0).sum() <= 22
    assert 19 <= (shown == 255).sum() <= 22


def test_what_is_not_valid_is_not_measured() -> None:
    band = np.full((1, 10, 10), 60_000, np.uint16)
    band[0, :5] = np.arange(50).reshape(5, 10)
    valid = np.zeros((10, 10), bool)
    valid[:5] = True
    assert measure(band, valid).high[0] < 50


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_band_without_any_number_is_black_or_white_but_no_warning(value: float) -> None:
    band = np.full((1, 4, 4), value, np.float32)
    assert set(np.unique(measure(band)(band))) <= {0, 255}
