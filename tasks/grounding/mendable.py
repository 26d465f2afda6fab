"""Which false statements only the teacher can put right."""

from collections.abc import Iterable

from schemas.verdict import Verdict


def unmendable(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return those of ``verdicts`` that are false and that verification cannot mend by itself."""
    return tuple(verdict for verdict in verdicts if verdict.outcome == "contradicted")
