"""What is known of all scenes at once, by columns: 150,000 of them fit into some 100 MB."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from schemas.record import content_id
from schemas.vocabulary import Split

TURNS: Final = 8  # as it is, turned by 90°, 180°, 270°, and its mirror image likewise
_STRICTNESS: Final = {Split.TEST: 0, Split.VAL: 1, Split.TRAIN: 2, None: 3}


class Place(NamedTuple):
    """Where a scene stands among the ingested parts."""

    part: int
    row: int


class Card(NamedTuple):
    """What names one scene and tells what it may be the same as."""

    id: str
    source: str
    name: str
    uri: str
    split: Split | None
    parent: str | None
    aliases: tuple[str, ...]
    width: int
    height: int
    pixels: str
    place: Place

    @property
    def stem(self) -> str:
        """Its file name without suffix."""
        return PurePosixPath(self.name).stem

    @property
    def folder(self) -> str:
        """The source folder or, for an image that lies elsewhere, that in which it lies."""
        if self.uri.endswith(f"/{self.name}"):
            return self.uri.removesuffix(f"/{self.name}")
        return self.uri.rpartition("/")[0]


@dataclass(frozen=True)
class Known:
    """All scenes; those of the strictest official split come first, so pairs start with them."""

    cards: Sequence[Card]
    hashes: NDArray[np.uint64]  # (scenes, 8)
    contrast: NDArray[np.float32]

    @classmethod
    def of(
        cls, cards: Sequence[Card], hashes: NDArray[np.uint64], contrast: NDArray[np.float32]
    ) -> "Known":
        """Return scenes in the order in which they are compared."""
        order = sorted(range(len(cards)), key=lambda at: _precedence(cards[at]))
        return cls([cards[at] for at in order], hashes[order], contrast[order])

    def __len__(self) -> int:
        return len(self.cards)

    @property
    def has_crops(self) -> bool:
        """Whether a scene is said to be cut from an image."""
        return any(card.parent for card in self.cards)

    def located(self, addresses: Mapping[str, str]) -> "Known":
        """Return this with the addresses of the images, by scene."""
        cards = [card._replace(uri=addresses.get(card.id, card.uri)) for card in self.cards]
        return Known(cards, self.hashes, self.contrast)

    def content_id(self) -> str:
        """Return the id of all that links rest on; where the images are is told by which lie together."""
        digest = sha256(self.hashes.tobytes() + self.contrast.tobytes())
        folders: dict[str, int] = {}
        for card in self.cards:
            folder = folders.setdefault(card.folder, len(folders)) if card.uri else -1
            digest.update(f"{card[:3]}{card[4:-1]}{folder}\n".encode())
        return digest.hexdigest()

    @cached_property
    def strictness(self) -> NDArray[np.int8]:
        """Of each scene's official split: 0 test, 1 val, 2 train, 3 none."""
        return np.array([_STRICTNESS[card.split] for card in self.cards], np.int8)

    def leaks(self, first: int, second: int) -> bool:
        """Say whether the official splits of two scenes disagree."""
        splits = {self.cards[first].split, self.cards[second].split}
        return len(splits) == 2 and None not in splits


def component_id(pixels: Sequence[str]) -> str:
    """Return the id of scenes by the hashes of their pixels.

    It rests on the least of them alone, so that another copy seldom changes it.
    """
    return content_id("component", min(pixels))


def _precedence(card: Card) -> tuple[int, str, str, str]:
    return _STRICTNESS[card.split], card.source, card.name, card.id
