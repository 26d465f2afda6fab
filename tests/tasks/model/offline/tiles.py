"""Makes the tiles of these tests: painted pictures with the fact sheets that belong to them."""

import math
import random
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import simplejpeg
from PIL import Image, ImageDraw

from schemas.facts import FactSheet
from schemas.geometry import Polygon, Window
from schemas.scene import LabelOrigin
from schemas.scene import Scene as SceneRecord
from schemas.tile import TileObject, TileOutline
from schemas.vocabulary import Shape, Split
from tasks.spatial.facts import fact_sheet
from tasks.spatial.polygons import area, clip

WHITE, GREY, BLUE, RED = (238, 238, 236), (128, 128, 128), (58, 100, 176), (190, 46, 42)
YELLOW, GREEN, BLACK, APRON = (232, 206, 60), (86, 130, 66), (24, 24, 26), (146, 146, 142)
SEA, BROWN, BEIGE = (40, 62, 88), (126, 86, 58), (204, 186, 150)


@dataclass(frozen=True)
class Thing:
    """One painted object: centre, length, width in px, angle in degrees clockwise from x."""

    category: str
    x: float
    y: float
    length: float
    width: float
    angle: float = 0.0
    colour: tuple[int, int, int] | None = WHITE
    crowd: bool = False

    def polygon(self) -> Polygon:
        """Return the corners, tile px."""
        turn = math.radians(self.angle)
        along = (math.cos(turn) * self.length / 2, math.sin(turn) * self.length / 2)
        across = (-math.sin(turn) * self.width / 2, math.cos(turn) * self.width / 2)
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple(
            (self.x + a * along[0] + b * across[0], self.y + a * along[1] + b * across[1])
            for a, b in signs
        )


@dataclass(frozen=True)
class Scene:
    """What a tile holds, before it is painted."""

    things: tuple[Thing, ...]
    width: int = 800
    height: int = 600
    gsd: float | None = 0.3
    north_up: bool = False
    exhaustive: bool = True
    partly: int = 0
    ground: tuple[int, int, int] = APRON


def paint(scene: Scene, seed: int = 1) -> bytes:
    """Return the JPEG of ``scene``, under a grain as cameras have it."""
    picture = Image.new("RGB", (scene.width, scene.height), scene.ground)
    draw = ImageDraw.Draw(picture)
    for thing in scene.things:
        if thing.colour:
            draw.polygon(thing.polygon(), fill=thing.colour)
    grain = np.random.default_rng(seed).normal(0, 6, (scene.height, scene.width, 1))
    pixels = np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)
    return simplejpeg.encode_jpeg(np.ascontiguousarray(pixels), quality=90)


def outline(scene: Scene) -> TileOutline:
    """Return ``scene`` as the tile stage would, one image px per scene px."""
    origin = LabelOrigin(file="labels.txt", line=1)
    things = [*scene.things, *_slivers(scene)]
    whole = Window(x0=0, y0=0, x1=scene.width, y1=scene.height)
    objects = []
    for number, thing in enumerate(things, 1):
        polygon = thing.polygon()
        clipped = clip(polygon, whole)
        assert clipped is not None
        visible = min(1.0, area(clipped) / area(polygon))
        objects.append(
            TileObject(
                ref=f"o{number}",
                annotation_id=f"a{number}",
                category=thing.category,
                category_as_given=thing.category,
                shape=Shape.OBB,
                polygon=polygon,
                clipped=clipped,
                visible=visible,
                described=visible >= 0.4,
                truncated=visible < 0.99,
                crowd=thing.crowd,
                origin=origin,
            )
        )
    return TileOutline(
        id="tile", scene=_scene(scene), window=whole, split=Split.TRAIN, component="c" * 20, image_sha256="0" * 64,
        objects=tuple(objects),
    )  # fmt: skip


def sheet(scene: Scene) -> FactSheet:
    """Return the facts of ``scene`` as the describe stage states them."""
    return fact_sheet(outline(scene))


def _scene(scene: Scene) -> SceneRecord:
    categories = sorted({thing.category for thing in scene.things})
    return SceneRecord(
        id="scene", source="dota", name="scene.png", uri="scene.png", sha256="0" * 64,
        perceptual_hash="0" * 16, width=scene.width, height=scene.height, bands=3, gsd=scene.gsd,
        crs="EPSG:32618" if scene.north_up else None,
        transform=(0.3, 0.0, 0.0, 0.0, -0.3, 0.0) if scene.north_up else None,
        exhaustive=tuple(categories) if scene.exhaustive else (),
    )  # fmt: skip


def _slivers(scene: Scene) -> list[Thing]:
    """Return things of which the left edge leaves too little to be described."""
    categories = sorted({thing.category for thing in scene.things})
    return [
        Thing(category, -8, 40 + 30 * number, 24, 12)
        for category in categories
        for number in range(scene.partly)
    ]


def row(thing: Thing, count: int, dx: float, dy: float = 0.0) -> tuple[Thing, ...]:
    """Return ``count`` copies of ``thing``, each ``dx``, ``dy`` px on from the last."""
    return tuple(replace(thing, x=thing.x + n * dx, y=thing.y + n * dy) for n in range(count))


def _bus_yard() -> Scene:
    bus = Thing("large vehicle", 90, 120, 60, 15, 90)
    car = Thing("small vehicle", 620, 420, 22, 10, 90)
    yellow = row(replace(bus, y=430, colour=YELLOW), 10, 22)
    return Scene(
        (*row(bus, 22, 22), *row(replace(bus, y=280), 18, 22), *yellow,
         *row(car, 7, 15), *row(replace(car, y=480, colour=GREY), 4, 15),
         *row(replace(car, x=700, y=100, colour=RED), 3, 40)),
        ground=(92, 92, 92),
    )  # fmt: skip


def _dense(count: int) -> Scene:
    chance = random.Random(7)
    colours = (WHITE, RED, BLUE, BLACK, None)
    return Scene(
        tuple(
            Thing("small vehicle", 30 + (n % 40) * 24 + chance.uniform(-4, 4),
                  30 + (n // 40) * 60 + chance.uniform(-9, 9), 20, 9,
                  chance.uniform(0, 180), chance.choice(colours))
            for n in range(count)
        ),
        width=1024, height=1024,
    )  # fmt: skip


def _crossing() -> Scene:
    return Scene(
        (Thing("bridge", 400, 300, 420, 50, 0, GREY), Thing("roundabout", 700, 500, 120, 120),
         Thing("large vehicle", 330, 300, 40, 12, 0, RED),
         Thing("small vehicle", 480, 300, 18, 9, 0, BLUE),
         Thing("swimming pool", 120, 100, 60, 30, 20, (76, 156, 190))),
        ground=GREEN,
    )  # fmt: skip


def _harbour() -> Scene:
    ship = Thing("ship", 120, 150, 90, 24, 45)
    return Scene(
        (*row(ship, 5, 70), Thing("harbour", 400, 500, 600, 60, 0, BEIGE),
         Thing("ship", 600, 380, 160, 40, 0, RED), Thing("ship", 300, 420, 60, 16, 0, GREY),
         Thing("harbour", 740, 200, 200, 40, 90, BEIGE)),
        ground=SEA, north_up=True, gsd=0.5,
    )  # fmt: skip


def scenes() -> dict[str, Scene]:
    """Return every scene of these tests by a name."""
    plane = Thing("plane", 200, 150, 110, 100, 30)
    ship = Thing("ship", 250, 300, 120, 30, 45, GREY)
    tank = Thing("storage tank", 150, 150, 60, 60)
    two = (plane, replace(plane, x=600, y=450, length=60, width=50))
    court = Thing("tennis court", 200, 200, 90, 44, 0, GREEN)
    return {
        "one plane": Scene((plane,)),
        "one tiny vehicle": Scene((Thing("small vehicle", 400, 300, 9, 4, 10),), gsd=None),
        "one airport": Scene((Thing("airport", 400, 300, 500, 300, 0, GREY),), ground=GREEN),
        "two planes": Scene(two),
        "two planes, north up": Scene(two, north_up=True),
        "two planes, not all labelled": Scene(two, exhaustive=False),
        "a plane and a ship": Scene((plane, replace(ship, x=600)), gsd=None),
        "two ships and a harbour": Scene(
            (ship, replace(ship, x=500), Thing("harbour", 400, 480, 500, 60, 0, BEIGE)), ground=SEA
        ),
        "row of nine": Scene(row(Thing("large vehicle", 100, 300, 60, 15, 90), 9, 22), gsd=0.2),
        "row of five": Scene(row(Thing("plane", 100, 300, 60, 54, 90), 5, 90)),
        "slanted row": Scene(row(Thing("ship", 200, 150, 60, 20, 120, WHITE), 6, 40, 40),
                             ground=SEA, gsd=None),
        "bus yard": _bus_yard(),
        "bus yard, partly visible": replace(_bus_yard(), partly=2, gsd=None),
        "harbour": _harbour(),
        "tanks": Scene((*row(tank, 4, 90), *row(replace(tank, y=400, length=110, width=110), 3, 150)),
                       ground=GREEN, partly=1),
        "courts": Scene((*row(court, 3, 110), Thing("basketball court", 600, 450, 80, 45, 90, RED),
                         Thing("soccer field", 250, 430, 220, 140, 0, (120, 160, 80)))),
        "six hundred": _dense(600),
        "six hundred, not all labelled": replace(_dense(600), exhaustive=False, gsd=None),
        "crowd": Scene((Thing("person", 300, 300, 200, 100, 0, BLACK, crowd=True),
                        Thing("person", 600, 150, 12, 8, 0, RED), plane), exhaustive=False),
        "truncated": Scene((replace(plane, x=20), replace(plane, x=500, y=590),
                            replace(plane, x=500, y=200))),
        "helicopters": Scene((plane, *row(Thing("helicopter", 420, 400, 40, 14, 70, GREEN), 3, 70))),
        "crossing": _crossing(),
        "no picture colours": Scene(row(replace(ship, colour=None), 3, 130)),
    }  # fmt: skip


def tiles(names: Iterable[str] | None = None) -> dict[str, tuple[FactSheet, bytes]]:
    """Return fact sheet and JPEG of each scene."""
    chosen = scenes() if names is None else {name: scenes()[name] for name in names}
    return {name: (sheet(scene), paint(scene)) for name, scene in chosen.items()}
