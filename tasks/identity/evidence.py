"""All evidence that scenes show the same ground, of every kind, thinned to what is needed."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tasks.identity.cuts import Fits, by_name, by_template, families
from tasks.identity.known import Known
from tasks.identity.links import Edge, spanning
from tasks.identity.looks import alike, groups_of, named_alike, same_names, same_pixels
from tasks.identity.sketches import Sketches

Rows = NDArray[np.int64]


def evidence(
    known: Known,
    sketches_of: Callable[[Rows], Sketches],
    grey_of: Callable[[str], NDArray[np.uint8]],
    fits: Fits | None = None,
) -> list[Edge]:
    """Return the edges that hold together all scenes of the same ground.

    ``sketches_of`` gives the sketches of the rows that hashes or names bring together, and is asked
    once; ``grey_of`` gives the picture at a URI, and is asked for images that crops name, unless
    ``fits`` knows where these lie.
    """
    edges, first = same_pixels(known)
    groups, named, cut = groups_of(known, first), same_names(known), families(known)
    crops = [row for family in cut if family.parents for row in family.crops]
    rows = np.unique(np.concatenate([groups.rows, *named, np.array(crops, np.int64)]))
    sketches = sketches_of(rows)
    edges += alike(known, groups, sketches)
    edges += named_alike(known, *named, sketches)
    edges += by_template(known, cut, sketches, grey_of, fits)
    edges += by_name(cut)
    return spanning(known, edges)
