"""How varied texts and counts are: distinct n-grams, compression, entropy, effective number.

Sources: distinct-n is Li et al. 2016 (A Diversity-Promoting Objective Function for Neural
Conversation Models, NAACL), taken over segments of equal length as Johnson 1944 did with type-token
ratios, because the ratio of a whole text falls with its length; the compression ratio is that of
Shaib et al. 2024 (arXiv 2403.00553); entropy is Shannon 1948, estimated by the observed shares; its
exponential as an effective number is Hill 1973 (Ecology 54).
"""

import math
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

SEGMENT: Final = 1000  # n-grams
LEVEL: Final = 9  # of zlib
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")  # coordinates would pass for variety


@dataclass(frozen=True)
class Measured:
    """A value, and how much it rests on; no value where that is nothing."""

    value: float | None
    count: int


def distinct_n(texts: Iterable[str], n: int) -> Measured:
    """Return the share of distinct n-grams in segments of ``SEGMENT`` n-grams, on average.

    Words are runs of letters, in lower case; an n-gram does not cross texts. A last segment that
    is not full counts only where it is the only one.
    """
    grams = [gram for text in texts for gram in _grams(_words(text), n)]
    segments = [grams[start : start + SEGMENT] for start in range(0, len(grams), SEGMENT)]
    whole = [segment for segment in segments if len(segment) == SEGMENT] or segments
    if not whole:
        return Measured(None, 0)
    shares = [len(set(segment)) / len(segment) for segment in whole]
    return Measured(math.fsum(shares) / len(shares), sum(map(len, whole)))


def compression_ratio(texts: Sequence[str]) -> Measured:
    """Return the bytes of ``texts``, a line each, for each byte that zlib makes of them."""
    content = "\n".join(texts).encode()
    if not content:
        return Measured(None, 0)
    return Measured(len(content) / len(zlib.compress(content, LEVEL)), len(texts))


def entropy(counts: Mapping[str, int] | Mapping[int, int]) -> Measured:
    """Return the Shannon entropy of ``counts`` in bits: -Σ p log2 p."""
    total = sum(counts.values())
    if not total:
        return Measured(None, 0)
    shares = (count / total for count in counts.values() if count)
    return Measured(abs(math.fsum(-share * math.log2(share) for share in shares)), total)


def effective_number(counts: Mapping[str, int]) -> Measured:
    """Return how many equally frequent values have the entropy of ``counts``: 2 to its power."""
    found = entropy(counts)
    return Measured(None if found.value is None else 2**found.value, found.count)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _grams(words: Sequence[str], n: int) -> Iterable[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(n)), strict=False)
