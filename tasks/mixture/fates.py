"""What becomes of a sample in the mixture."""

from enum import IntEnum


class Fate(IntEnum):
    """Why a sample is published or not; kept as one byte a sample."""

    CHOSEN = 0
    LICENCE = 1
    UNBALANCED = 2
    CROWDED = 3  # the image has more samples than it may
    OVER_SHARE = 4  # its source and task type have more samples than they may
