"""Tiles with pictures, parts of them, and the three teacher stages run without Prefect."""

import hashlib
from collections.abc import Iterable, Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from schemas.params import DialogueParams, TeacherParams
from schemas.record import content_id
from schemas.release import Part
from schemas.sample import Rejection
from schemas.tile import Tile, TileOutline
from tasks._stage import Where, write_part
from tasks.converse import converse_shard
from tasks.describe import describe_shard
from tasks.mend import mend_shard
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tasks.synthesize import synthesize_shard
from tests.tasks._tiles import rectangle, thing, tile_of

COLOURS = {"plane": "white", "ship": "grey", "small vehicle": "red", "large vehicle": "navy"}


def apron() -> TileOutline:
    """Return five planes in a row, two ships apart, one plane hardly visible."""
    row = [thing(n, "plane", rectangle(80 + 90 * n, 120, 60, 22, 90)) for n in range(1, 6)]
    ships = [
        thing(6, "ship", rectangle(200, 450, 120, 30)),
        thing(7, "ship", rectangle(700, 500, 60, 16, 30)),
    ]
    hidden = thing(8, "plane", rectangle(895, 300, 20, 10), visible=0.2, described=False)
    return tile_of([*row, *ships, hidden], name="apron.png")


def pictured(outline: TileOutline) -> Tile:
    """Return the tile of ``outline`` with its objects painted on a green ground."""
    window = outline.window
    image = Image.new("RGB", (window.width, window.height), (96, 120, 80))
    draw = ImageDraw.Draw(image)
    for one in outline.objects:
        corners = [(x - window.x0, y - window.y0) for x, y in one.clipped]
        draw.polygon(corners, fill=COLOURS.get(one.category, "black"))
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    jpeg = file.getvalue()
    fields = {name: getattr(outline, name) for name in TileOutline.model_fields}
    return Tile(**fields | {"image": jpeg, "image_sha256": hashlib.sha256(jpeg).hexdigest()})


def tiles_part(root: str, outlines: Sequence[TileOutline]) -> Part:
    """Write the tiles of ``outlines`` as the tile part of shard 0."""
    tiles = [pictured(outline) for outline in outlines]
    key = content_id("tiles", [tile.id for tile in tiles])
    return write_part("tile", 0, key, Tile, Store(root), tiles)


def taught(
    root: str, tiles: Part, params: TeacherParams, dialogue: DialogueParams | None = None
) -> tuple[Part, Part, Part]:
    """Run describe, synthesize and converse over shard 0."""
    where = Where(root=root, shard=0)
    described = describe_shard.fn(where, tiles, params)
    synthesized = synthesize_shard.fn(where, tiles, described, params)
    conversed = converse_shard.fn(
        where, tiles, described, synthesized, params, dialogue or DialogueParams()
    )
    return described, synthesized, conversed


def mended(
    root: str,
    tiles: Part,
    written: tuple[Part, Part, Part],
    params: TeacherParams,
    dialogue: DialogueParams | None = None,
) -> Part:
    """Run mend over what ``taught`` returned."""
    where = Where(root=root, shard=0)
    return mend_shard.fn(where, tiles, *written, params, dialogue or DialogueParams())


def rows_of(root: str, part: Part, model: type) -> list:
    """Return the kept rows of ``part``."""
    return list(read_rows(Store(root), part.path, model))


def rejections_of(root: str, part: Part) -> list[Rejection]:
    """Return the rejections of ``part``."""
    path = part.beside("rejections")
    return list(read_rows(Store(root), path, Rejection)) if part.rejections else []


def all_refs(ids: Iterable[str]) -> set[str]:
    """Return the refs in lists of ids."""
    from tasks.grounding.references import expand

    return set(expand(" ".join(ids)))
