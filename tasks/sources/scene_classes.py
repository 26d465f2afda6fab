"""Scene classes in English: those of NWPU-RESISC45, AID and UC Merced that are no object classes."""

import re
from typing import Final

from tasks.lexicon.lexicon import canonical, is_known

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMES: Final = (
    "agricultural land", "bare land", "beach", "centre", "chaparral", "church",
    "circular farmland", "cloud", "commercial area", "dense residential area", "desert",
    "farmland", "forest", "freeway", "industrial area", "island", "lake", "meadow",
    "medium residential area", "mobile home park", "mountain", "palace", "park", "parking lot",
    "pond", "rectangular farmland", "resort", "river", "school", "sea ice", "snowberg",
    "sparse residential area", "square", "terrace", "thermal power station", "wetland",
)  # fmt: skip
_SHORT: Final = re.compile(r" (?:area|land|lot)$")  # what some data sets leave out
_SPELLINGS: Final = {
    spelled.replace(" ", ""): name for name in _NAMES for spelled in (_SHORT.sub("", name), name)
} | {"center": "centre"}


def scene_class(spelled: str) -> str:
    """Return the canonical name of a scene class as a folder or file spells it: “BareLand”."""
    words = _CAMEL.sub(" ", spelled)
    if is_known(words):
        return canonical(words)
    tidy = canonical(words)
    return _SPELLINGS.get(tidy.replace(" ", ""), tidy)


def is_scene_class(spelled: str) -> bool:
    """Say whether it is known, here or in the lexicon."""
    return scene_class(spelled) in _NAMES or is_known(_CAMEL.sub(" ", spelled))
