"""Which scenes are held back because of what was found odd about them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from schemas.scene import Finding, SceneCandidate
from schemas.vocabulary import FindingKind

SHOWN: Final = 3  # findings that a rejection names


def held_back(
    candidate: SceneCandidate, findings: Sequence[Finding], quarantine: Collection[FindingKind]
) -> str | None:
    """Return why the scene is held back: which findings, where, and what to do; None if it is not.

    What was found as its labels were read is known by its kind alone.
    """
    named = [finding for finding in findings if finding.kind in quarantine]
    read = [kind for kind in candidate.finding_kinds if kind in quarantine]
    if not named and not read:
        return None
    told = list(_told(read, named))
    more = len(told) - SHOWN
    rest = f"; and {more:,} more" if more > 0 else ""
    remedies = dict.fromkeys(finding.remedy for finding in named)
    return (
        f"“{candidate.name}” is held back: {'; '.join(told[:SHOWN])}{rest}. "
        f"{next(iter(remedies), 'Put that right.')} Or take the kind out of “ingest.quarantine”."
    )


def _told(read: Sequence[FindingKind], named: Sequence[Finding]) -> Iterator[str]:
    for finding in named:
        place = f", line {finding.line}" if finding.line else ""
        place = place or (f", {finding.element}" if finding.element else "")
        yield f"{finding.kind} in {finding.file}{place}"
    for kind in read:
        yield f"{kind}, found as its labels were read"
