"""Scenes that stand in memory, with pictures painted for them, as the room of identity sees them."""

import numpy as np
from PIL import Image

from tasks.identity.evidence import evidence
from tasks.identity.known import Card, Known, Place
from tasks.identity.sketches import Sketches
from tasks.imagery.look import look_of


class Album:
    """Pictures that are saved, looked at, and compared."""

    def __init__(self, folder):
        self.folder, self.cards, self.looks = folder, [], []

    def add(self, name, pixels, source="dota", split=None, parent=None, aliases=(), **options):
        """Save a picture as ``name`` in the folder of ``source``; return its name."""
        path = self.folder / source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
        picture.save(path, **options)
        look = look_of(path)
        place = Place(0, len(self.cards))
        card = Card(
            f"{source}/{name}", source, name, str(path), split, parent, aliases,
            *picture.size, look.pixels_sha256, place,
        )  # fmt: skip
        self.cards.append(card)
        self.looks.append(look)
        return name

    @property
    def known(self):
        """Return what is known of all of them."""
        hashes = [[int(one, 16) for one in look.hashes] for look in self.looks]
        contrast = np.array([look.contrast for look in self.looks], np.float32)
        table = np.array(hashes, np.uint64).reshape(-1, 8)
        return Known.of(self.cards, table, contrast)

    def edges(self, grey_of=None):
        """Return the evidence as (first name, second name, evidence, detail)."""
        known = self.known
        found = evidence(known, self.sketches(known), grey_of or self.grey)
        names = [card.name for card in known.cards]
        return [(names[a], names[b], evidence, detail) for a, b, evidence, detail in found]

    def pairs(self, grey_of=None):
        """Return the linked names, each pair sorted, with the kind of evidence."""
        return {(*sorted(one[:2]), one[2]) for one in self.edges(grey_of)}

    def sketches(self, known):
        """Return what gives the sketches of rows."""

        def of(rows):
            chosen = [self.looks[known.cards[row].place.row].sketch for row in rows]
            pixels = np.frombuffer(b"".join(chosen), np.uint8).reshape(len(rows), 4096)
            return Sketches(rows, pixels)

        return of

    @staticmethod
    def grey(uri):
        """Return a picture in grey."""
        return np.asarray(Image.open(uri).convert("L"))
