"""One COCO JSON file, each element checked on its own: a broken one costs only itself."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from schemas.errors import SourceError
from tasks.sources.folder import SourceFolder, printable
from tasks.sources.protocol import FARTHEST

KEYS: Final = ("images", "annotations", "categories")
_BLOCK: Final = 1 << 20
_OVERLAP: Final = 32  # longer than any key with its quotes


def _as_id(value: Any) -> Any:
    """Return ids as text, because files mix 7, 7.0 and "7"."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else value


def _as_pixels(value: Any) -> Any:
    """Return None for the 0 and -1 that stand for “not known”, and for what no image has."""
    return value if isinstance(value, int | float) and 0 < value <= FARTHEST else None


Id = Annotated[str, BeforeValidator(_as_id)]
Text = Annotated[str, AfterValidator(printable)]
Pixels = Annotated[int | None, BeforeValidator(_as_pixels)]


class _Element(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)


class CocoImage(_Element):
    """One entry of ``images``."""

    id: Id
    file_name: str = Field(min_length=1)
    width: Pixels = None
    height: Pixels = None
    license: Id | None = Field(None, description="id of an entry of licenses")


class CocoCategory(_Element):
    """One entry of ``categories``."""

    id: Id
    name: Text = Field(min_length=1)


class CocoLicence(_Element):
    """One entry of ``licenses``."""

    id: Id
    name: Text | None = None
    url: Text | None = None


class Rle(_Element):
    """A pixel mask as runs down the columns, plain or compressed."""

    size: tuple[int, int] = Field(description="height, width, px")
    counts: list[int] | str


class CocoAnnotation(_Element):
    """One entry of ``annotations``. Rings and boxes are checked where their numbers are read."""

    image_id: Id
    category_id: Id
    bbox: list[Any] | None = Field(None, description="x, y, width, height, px")
    segmentation: Rle | list[Any] | None = Field(None, description="mask, or rings x1, y1, x2, …")
    iscrowd: bool = False


class Broken(_Element):
    """One element that cannot be read."""

    path: str = Field(description="such as images[3]")
    why: str


E = TypeVar("E", bound=_Element)


@dataclass
class CocoFile:
    """What one file holds; annotations are kept as they are until their image is read."""

    name: str
    images: list[tuple[str, CocoImage]] = field(default_factory=list)
    categories: list[tuple[str, CocoCategory]] = field(default_factory=list)
    licences: dict[str, str] = field(default_factory=dict)
    attribution: str | None = None
    broken: list[Broken] = field(default_factory=list)
    by_image: dict[str, list[int]] = field(default_factory=dict)
    entries: list[Any] = field(default_factory=list)

    def annotations_of(self, image_id: str) -> Iterator[tuple[str, CocoAnnotation | Broken]]:
        """Yield the annotations of one image with their paths."""
        for index in self.by_image.get(image_id, ()):
            path = f"annotations[{index}]"
            yield path, _checked(path, self.entries[index], CocoAnnotation)


def looks_like_coco(folder: SourceFolder, name: str) -> bool:
    """Say whether the file has two of COCO's three keys; it is searched, not parsed."""
    missing = {f'"{key}"'.encode() for key in KEYS}
    with folder.open(name) as file:
        rest = b""
        while len(missing) > 1 and (block := file.read(_BLOCK)):
            missing = {key for key in missing if key not in rest + block}
            rest = block[-_OVERLAP:]
    return len(missing) <= 1


def load(folder: SourceFolder, name: str) -> CocoFile:
    """Read a file. Raises SourceError, with line and column, where it is broken or not COCO."""
    content = _parsed(folder, name)
    for key in KEYS:
        if not isinstance(content, dict) or not isinstance(content.get(key), list):
            raise SourceError(
                f"{name} has no list “{key}”, so it is not COCO. A COCO file is "
                '{"images": […], "annotations": […], "categories": […]}.'
            )
    file = CocoFile(name, entries=content["annotations"], attribution=_contributor(content))
    file.images = list(_elements(file, "images", content, CocoImage))
    file.categories = list(_elements(file, "categories", content, CocoCategory))
    for _, licence in _elements(file, "licenses", content, CocoLicence):
        file.licences |= {licence.id: licence.name or licence.url or ""}
    for index, entry in enumerate(file.entries):
        image_id = entry.get("image_id") if isinstance(entry, dict) else None
        if image_id is None:
            file.broken.append(Broken(path=f"annotations[{index}]", why="has no image_id"))
        else:
            file.by_image.setdefault(str(_as_id(image_id)), []).append(index)
    return file


def _parsed(folder: SourceFolder, name: str) -> Any:
    try:
        return json.loads(folder.read(name))
    except json.JSONDecodeError as error:
        raise SourceError(
            f"{name} is broken JSON at line {error.lineno}, column {error.colno}: {error.msg}. "
            "Download or export it again."
        ) from error
    except (ConnectionError, TimeoutError):
        raise  # of a remote source: may pass when tried again
    except OSError as error:
        raise SourceError(
            f"{name} cannot be read ({error.strerror or error}). Make it readable."
        ) from error
    except (ValueError, RecursionError) as error:
        raise SourceError(
            f"{name} cannot be read as JSON ({error}). Save it as UTF-8 JSON, or export it again."
        ) from error


def _elements(
    file: CocoFile, key: str, content: dict[str, Any], model: type[E]
) -> Iterator[tuple[str, E]]:
    """Yield the elements under ``key`` with their paths; broken ones go to ``file.broken``."""
    entries = content.get(key)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        found = _checked(f"{key}[{index}]", entry, model)
        if isinstance(found, Broken):
            file.broken.append(found)
        else:
            yield f"{key}[{index}]", found


def _checked(path: str, entry: Any, model: type[E]) -> E | Broken:
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        return Broken(path=path, why=f"cannot be read: {where} – {fault['msg']}")


def _contributor(content: dict[str, Any]) -> str | None:
    described = content.get("info")
    named = described.get("contributor") if isinstance(described, dict) else None
    return (printable(named).strip() or None) if isinstance(named, str) else None
