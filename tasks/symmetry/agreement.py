"""Whether verification says the same of a sample and of the turned one, statement by statement."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from schemas.sample import Sample
from schemas.symmetry import TURNS, Comparison, Symmetry, SymmetryRow
from schemas.tile import TileOutline
from schemas.verdict import Verdict
from tasks.grounding.checks import Said, check_turns
from tasks.grounding.spans import parsed
from tasks.grounding.truth import Truth
from tasks.symmetry.samples import Unturned, turn_sample
from tasks.symmetry.tiles import turn_outline

QUOTED = 80  # characters of a claim


def agreements(tile: TileOutline, samples: Iterable[Sample]) -> Iterator[SymmetryRow]:
    """Yield how each of ``samples``, all of ``tile``, fares under the seven turns."""
    truth = Truth(tile)
    turned = {symmetry: Truth(turn_outline(tile, symmetry)) for symmetry in TURNS}
    for sample in samples:
        verdicts = verdicts_on(sample, truth)
        for symmetry in TURNS:
            outcome, detail = _compared(sample, tile, symmetry, verdicts, turned[symmetry])
            yield SymmetryRow(
                sample=sample.id,
                source=sample.source,
                task=sample.task,
                split=sample.split,
                form=sample.lineage.form,
                symmetry=symmetry,
                outcome=outcome,
                claims=len(verdicts),
                detail=detail,
            )


def verdicts_on(sample: Sample, truth: Truth) -> tuple[Verdict, ...]:
    """Return what verification says of the published text of ``sample``."""
    said = [
        Said(turn.role, parsed(turn.content, number, sample.lineage.spans))
        for number, turn in enumerate(sample.turns)
    ]
    own = tuple(thing.ref for thing in sample.objects)
    return check_turns(said, truth, sample.lineage.form, own)


def difference(one: Sequence[Verdict], other: Sequence[Verdict]) -> str:
    """Return the first statement of which kind or outcome differ, in order; empty for none."""
    for before, behind in zip_longest(one, other):
        if before is None or behind is None or _gist(before) != _gist(behind):
            return f"{_quoted(before)}, turned {_quoted(behind)}"
    return ""


def _compared(
    sample: Sample,
    tile: TileOutline,
    symmetry: Symmetry,
    verdicts: Sequence[Verdict],
    truth: Truth,
) -> tuple[Comparison, str]:
    turned = turn_sample(sample, tile, symmetry)
    if isinstance(turned, Unturned):
        return "unturned", turned.why
    differs = difference(verdicts, verdicts_on(turned, truth))
    return ("differ", differs) if differs else ("agree", "")


def _gist(verdict: Verdict) -> tuple[str, str]:
    return verdict.kind, verdict.outcome


def _quoted(verdict: Verdict | None) -> str:
    if verdict is None:
        return "nothing"
    return f"“{verdict.claim[:QUOTED]}” ({verdict.kind}) {verdict.outcome}"
