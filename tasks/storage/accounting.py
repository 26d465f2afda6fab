"""The books of a build: every stage keeps or rejects each candidate, and the stages connect."""

from collections.abc import Iterable
from typing import Final

from schemas.errors import AccountingError
from schemas.record import Record
from schemas.release import Part, StageCount

UNITS: Final = {
    "scan": "scene",
    "look": "image",
    "ingest": "scene",
    "identify": "scene",
    "links": "pair",
    "agree": "comparison",
    "tile": "tile",
    "adapt": "sample",
    "describe": "request",
    "synthesize": "request",
    "converse": "request",
    "mend": "request",
    "verify": "sample",
    "augment": "sample",
    "turned": "tile",
    "symmetry": "comparison",
    "validate": "sample",
    "mix": "sample",
    "mixture": "group",
    "blind": "kind",
    "judge": "request",
    "grades": "text",
    "judged": "kind",
}
SAMPLE_STAGES: Final = ("adapt", "verify", "augment", "validate", "mix")
REPORTS: Final = ("links", "agree", "symmetry", "mixture", "blind", "grades", "judged")
"""Stages whose rows are published as they are, beside the data."""
BY_SHARD: Final = ("symmetry",)
"""Those of them that have a part for each shard."""


class Link(Record):
    """One row per connection of two stages: what one hands on, the other takes up."""

    found_name: str
    found: int
    expected_name: str
    expected: int
    at_least: bool = False

    @property
    def holds(self) -> bool:
        """Whether what was found is what was expected."""
        return self.found >= self.expected if self.at_least else self.found == self.expected


def count_stages(parts: Iterable[Part]) -> tuple[StageCount, ...]:
    """Return the sums over ``parts`` for each stage, in the order of the chain."""
    by_stage: dict[str, list[Part]] = {}
    for part in parts:
        by_stage.setdefault(part.stage, []).append(part)
    order = sorted(by_stage, key=lambda name: list(UNITS).index(name) if name in UNITS else 99)
    return tuple(_count(name, by_stage[name]) for name in order)


def check_accounting(stages: tuple[StageCount, ...], published: int) -> None:
    """Raise AccountingError, with a table, unless every stage and every link adds up."""
    links = (*_within(stages), *_between(stages, published))
    if all(link.holds for link in links):
        return
    lines = [f"{'':2}{'found':>10}  {'expected':>10}  what"]
    for link in links:
        mark, sign = ("  ", "=") if link.holds else ("✗ ", "≠")
        sign = "≥" if link.at_least and link.holds else sign
        what = f"{link.found_name} {sign} {link.expected_name}"
        lines.append(f"{mark}{link.found:>10,}  {link.expected:>10,}  {what}")
    raise AccountingError(
        "Samples + rejections are not the candidates, so nothing was released:\n"
        + "\n".join(lines)
        + "\nThis is a defect; please report it with this table. An earlier release stands."
    )


def sample_candidates(stages: tuple[StageCount, ...]) -> int:
    """Return how many samples were ever candidates: adapted, composed of the teacher's text, turned."""
    by_name = {stage.stage: stage for stage in stages}
    adapted, verified = by_name.get("adapt"), by_name.get("verify")
    if verified is None:
        first = by_name.get("validate")
        return first.candidates if first else 0
    augmented = by_name.get("augment")
    own = verified.candidates + (adapted.rejected if adapted else 0)
    return own + (augmented.candidates if augmented else 0)


def sample_rejections(stages: tuple[StageCount, ...]) -> int:
    """Return how many of the sample candidates were rejected."""
    return sum(stage.rejected for stage in stages if stage.stage in SAMPLE_STAGES)


def reports_in(parts: Iterable[Part]) -> tuple[str, ...]:
    """Return the stages of ``parts`` whose rows are published as they are."""
    there = {part.stage for part in parts}
    return tuple(name for name in REPORTS if name in there)


def _count(name: str, parts: list[Part]) -> StageCount:
    return StageCount(
        stage=name,
        unit=UNITS.get(name, "row"),
        candidates=sum(part.candidates for part in parts),
        kept=sum(part.rows for part in parts),
        rejected=sum(part.rejections for part in parts),
        parts_made=sum(part.made for part in parts),
        parts_found=sum(not part.made for part in parts),
        calls=sum(part.calls for part in parts),
    )


def _within(stages: tuple[StageCount, ...]) -> list[Link]:
    return [
        Link(
            found_name=f"{stage.stage}: kept + rejected",
            found=stage.kept + stage.rejected,
            expected_name="its candidates",
            expected=stage.candidates,
        )
        for stage in stages
    ]


def _between(stages: tuple[StageCount, ...], published: int) -> list[Link]:
    """Connect the stages that hand on rows of the same unit."""
    by_name = {stage.stage: stage for stage in stages}
    links = [
        Link(
            found_name=f"{after}: candidates",
            found=by_name[after].candidates,
            expected_name=f"{before}: kept",
            expected=by_name[before].kept,
            at_least=at_least,
        )
        for before, after, at_least in (
            ("scan", "ingest", False),
            ("ingest", "identify", False),
            ("adapt", "verify", True),
            ("validate", "mix", False),
        )
        if before in by_name and after in by_name
    ]
    if "verify" in by_name and "validate" in by_name:
        before = [name for name in ("verify", "augment") if name in by_name]
        links.append(
            Link(
                found_name="validate: candidates",
                found=by_name["validate"].candidates,
                expected_name=" + ".join(f"{name}: kept" for name in before),
                expected=sum(by_name[name].kept for name in before),
            )
        )
    kept = by_name["mix"].kept if "mix" in by_name else 0
    total, lost = sample_candidates(stages), sample_rejections(stages)
    return [
        *links,
        Link(
            found_name="published samples", found=published,
            expected_name="mix: kept", expected=kept,
        ),
        Link(
            found_name="published samples + rejected samples", found=published + lost,
            expected_name="sample candidates", expected=total,
        ),
    ]  # fmt: skip
