"""What the doctor looked at, and what is to be done."""

from typing import Literal

from pydantic import Field

from schemas.record import Record

Area = Literal["environment", "disk", "storage", "model", "Prefect"]
State = Literal["well", "doubtful", "wrong"]


class Checked(Record):
    """One row per thing that was looked at."""

    area: Area
    subject: str = Field(description="what was looked at, in a word or two")
    state: State = Field(description="wrong: a build fails or pays twice; doubtful: it may")
    found: str
    remedy: str = Field("", description="what to do; empty where all is well")


def well(area: Area, subject: str, found: str) -> Checked:
    """Return that all is well."""
    return Checked(area=area, subject=subject, state="well", found=found)


def doubtful(area: Area, subject: str, found: str, remedy: str) -> Checked:
    """Return what may go wrong, and the remedy."""
    return Checked(area=area, subject=subject, state="doubtful", found=found, remedy=remedy)


def wrong(area: Area, subject: str, found: str, remedy: str = "") -> Checked:
    """Return what is wrong; where no remedy is given, ``found`` says it from its second sentence on."""
    first, dot, rest = found.partition(". ")
    if not remedy and rest:
        found, remedy = f"{first}{dot}".strip(), rest
    return Checked(area=area, subject=subject, state="wrong", found=found, remedy=remedy)
