"""What a licence allows, as its own text says."""

from pydantic import Field

from schemas.record import Record


class Licence(Record):
    """One licence, or terms of use in words, met among remote-sensing datasets."""

    name: str = Field(description="SPDX identifier where it has one")
    spellings: tuple[str, ...] = Field(
        (), description="other ways of writing it, versions left out"
    )
    versions: tuple[str, ...] = Field((), description="of which one may follow any spelling")
    url: str | None = Field(None, description="of its text, {version} where that is part of it")
    commercial: bool = Field(description="whether commercial use is allowed")
    attribution: bool = Field(description="whether its holder must be credited")
    share_alike: bool = Field(False, description="whether what is made of it must be shared alike")
    derivatives: bool = Field(True, description="whether something may be made of it at all")
