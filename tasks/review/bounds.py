"""Error rates with their confidence intervals: of one stratum, and of many together."""

from collections.abc import Sequence
from math import inf, sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

from schemas.review import Rate

CONFIDENCE: Final = 0.95
_Z: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


class Sampled(NamedTuple):
    """A stratum: how many samples it has, how many were decided, and how many of them are wrong."""

    members: int
    decided: int
    wrong: int

    @property
    def size(self) -> float:
        """How many draws with replacement would tell as much: n·(N − 1)/(N − n).

        It is where the variance of a proportion drawn without replacement, p·(1 − p)/n ·
        (N − n)/(N − 1) (Cochran, Sampling Techniques, 1977, 3.2), is p·(1 − p)/size.
        """
        if self.decided >= self.members:
            return inf
        return self.decided * (self.members - 1) / (self.members - self.decided)


def wilson(rate: float, size: float) -> Rate:
    """Return ``rate``, seen in ``size`` independent draws, with its score interval.

    Wilson, Probable Inference, the Law of Succession, and Statistical Inference, JASA 22 (1927).
    ``size`` need not be whole; 0 gives the interval from 0 to 1, infinity the rate alone.
    """
    if not size:
        return Rate(rate=None, low=0, high=1)
    spread = _Z**2 / size
    centre = (rate + spread / 2) / (1 + spread)
    half = sqrt(spread * rate * (1 - rate) + spread**2 / 4) / (1 + spread)
    return Rate(rate=rate, low=max(0.0, centre - half), high=min(1.0, centre + half))


def stratum_rate(stratum: Sampled) -> Rate:
    """Return the error rate of one stratum; where all of it was decided, it has no error."""
    seen = stratum.wrong / stratum.decided if stratum.decided else 0.0
    return wilson(seen, stratum.size)


def extrapolated(strata: Sequence[Sampled]) -> Rate:
    """Return the error rate of all members of ``strata`` together: Wilson's at an effective size.

    The estimate is sum of W·p, W being a stratum's share of the members; its variance is sum of
    W²·p(1 − p)/size (Cochran 1977, 5.10), which is at most max(W/size) · P(1 − P), as x(1 − x) is
    concave. So min(size/W) independent draws from the whole would tell no more than the sample
    does, and Wilson's interval is taken at that size, as Korn and Graubard (Survey Methodology 24,
    1998) take Clopper and Pearson's at an effective one. It holds however the errors lie, equals
    Wilson's where shares are proportional, and is wider where they are not. Combining the bounds
    of the strata instead (Zou, Huang and Zhang, CSDA 53, 2009; Yan and Su, Statistics in
    Biopharmaceutical Research 2, 2010) leaves the truth below the interval far too often where
    errors are rare; ``tests/tasks/review/test_bounds.py`` measures the coverage.

    A stratum in which nothing was decided may be all right or all wrong: it widens the interval by
    its share, and the estimate is that of the others.
    """
    seen = [stratum for stratum in strata if stratum.decided]
    members = sum(stratum.members for stratum in strata)
    known = sum(stratum.members for stratum in seen)
    if not known:
        return Rate(rate=None, low=0, high=1)
    rate = sum(one.members / known * one.wrong / one.decided for one in seen)
    size = min(one.size * known / one.members for one in seen)
    found, share = wilson(min(rate, 1.0), size), known / members
    high = found.high * share + (1 - share)
    return Rate(rate=found.rate, low=found.low * share, high=min(1.0, high))
