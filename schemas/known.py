"""What is remembered of source files, so that what did not change is not read again."""

from pydantic import Field

from schemas.record import Record
from schemas.scene import Look, Sha256

Transform = tuple[float, float, float, float, float, float]


class KnownFile(Record):
    """One row per file of a source that was read, as it was listed then."""

    name: str = Field(description="path relative to the source folder, with /")
    size: int = Field(ge=0, description="bytes")
    mark: str = Field(description="what a listing says besides: ETag, or time and inode")
    sha256: Sha256 = Field(description="of its bytes")


class KnownLabels(Record):
    """One row per label file that was read, with what a reader made of it."""

    name: str = Field(description="path relative to the source folder, with /")
    made_of: str = Field(description="id of the reader and of the files it read, as listed then")
    kind: str = Field(description="name of the record that was made")
    content: str = Field(description="the record as JSON")


class KnownFit(Record):
    """One row per crop that was looked for in an image: where it lies best there, and how well."""

    image: Sha256 = Field(description="of the pixels of the image")
    crop: Sha256 = Field(description="of the pixels of the crop")
    told: str = Field(description="where its name says it lies; empty where it does not say")
    region: tuple[float, ...] = Field(description="x0, y0, x1, y1, px of the image")
    fit: float = Field(description="correlation, -1 to 1")


class ImageHeader(Record):
    """What is known of an image without decoding it."""

    format: str = Field(description="what the content is, whatever its name says: PNG, JPEG …")
    width: int = Field(gt=0, description="px, as displayed (after EXIF rotation)")
    height: int = Field(gt=0, description="px, as displayed (after EXIF rotation)")
    bands: int = Field(gt=0)
    crs: str | None = Field(None, description="coordinate reference system, such as EPSG:32618")
    transform: Transform | None = Field(
        None, description="affine a, b, c, d, e, f from px to CRS units"
    )
    gsd: float | None = Field(None, gt=0, description="metres per pixel, north-up projected only")


class SeenImage(Record):
    """One row per scene whose image is there: its header, and what its picture looks like.

    It rests on the bytes of the image alone, so a changed label or name leaves it as it is.
    """

    scene_id: str
    header: ImageHeader | None = Field(None, description="none where the file is no image")
    look: Look | None = Field(None, description="none where it was not, or could not be, decoded")
    fault: str | None = Field(
        None, description="why it could not be read, {name} in the place of its name"
    )
