"""All cases of the benchmark: seeded scenes in other wordings, and the offline teacher's texts."""

from collections.abc import Iterator
from typing import Final

from tests.truth.cases import Case, seeded_cases
from tests.truth.checking import Shown
from tests.truth.painted import painted_tiles
from tests.truth.seeded import seeded_scene
from tests.truth.taught import taught_cases

FIRST: Final = 20_000  # seeds from here on are used by nothing else
TAUGHT: Final = 6  # scenes of each half that the teacher writes about
PAINTED: Final = {0: ("river", "sports_ground"), 1: ("harbour", "airfield")}  # the demo's, by half


def planted(scenes: int) -> Iterator[tuple[Shown, list[Case]]]:
    """Yield scenes with their cases; even seeds are for tuning, odd ones are held out."""
    for seed in range(FIRST, FIRST + scenes):
        yield seeded_cases(seed)
    for half, names in PAINTED.items():
        first = FIRST + scenes + (FIRST + scenes) % 2 + half
        told = [seeded_scene(seed) for seed in range(first, first + 2 * TAUGHT, 2)]
        yield from taught_cases([*told, *painted_tiles(first, names)], first)
