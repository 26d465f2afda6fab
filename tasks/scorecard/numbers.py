"""The numbers of the scorecard, by name, from what was counted."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from schemas.vocabulary import TaskType
from tasks.scorecard.beside import Beside
from tasks.scorecard.counts import Counts
from tasks.scorecard.diversity import (
    Measured,
    compression_ratio,
    distinct_n,
    effective_number,
    entropy,
)
from tasks.scorecard.instructions import wording
from tasks.scorecard.reading import Counted

DIGITS: Final = 6  # after the point: what differs beyond them differs by rounding
THOUSAND: Final = 1000


def numbers(counted: Counted, beside: Beside) -> dict[str, Measured]:
    """Return every number of ``measures.yaml``; no value where there was nothing to measure."""
    found = {
        **_unity(counted),
        **_diversity(counted),
        **_correctness(counted.whole),
        **_complexity(counted.whole),
        **_richness(counted, beside),
        **_robustness(counted.whole, beside),
    }
    return {name: _rounded(one) for name, one in found.items()}


def per_thousand(counts: Counts) -> Measured:
    """Return the contradicted claims of 1,000 that can be decided."""
    return ratio(counts.contradicted, counts.decidable, THOUSAND)


def ratio(part: float, count: int, times: int = 1) -> Measured:
    """Return ``times`` part / count; no value where the count is 0."""
    return Measured(times * part / count if count else None, count)


def _unity(counted: Counted) -> Mapping[str, Measured]:
    whole = counted.whole
    tasks = {group[0] for group, counts in counted.groups.items() if counts.rows}
    return {
        "in_form": ratio(whole.in_form, whole.rows),
        "task_types": Measured(len(tasks) if whole.rows else None, whole.rows),
    }


def _diversity(counted: Counted) -> Mapping[str, Measured]:
    rows = counted.sampling.rows()
    answers = [answer for row in rows for answer in row.answers]
    wordings = Counter(wording(said) for row in rows for said in row.instructions)
    return {
        "distinct_1": distinct_n(answers, 1),
        "distinct_2": distinct_n(answers, 2),
        "compression": compression_ratio(answers),
        "instructions": effective_number(wordings),
        "class_entropy": entropy(counted.classes),
        "size_entropy": entropy(counted.sizes),
    }


def _correctness(whole: Counts) -> Mapping[str, Measured]:
    return {
        "contradicted": per_thousand(whole),
        "supported": ratio(whole.supported, whole.decidable),
        "grounded": ratio(whole.grounded, whole.rows),
    }


def _complexity(whole: Counts) -> Mapping[str, Measured]:
    return {
        "claims": ratio(whole.claims, whole.rows),
        "objects": ratio(whole.objects, whole.rows),
        "turns": ratio(whole.pairs, whole.rows),
        "kinds": ratio(whole.kinds, whole.claiming),
        "depth": ratio(whole.depth, whole.dialogues),
    }


def _richness(counted: Counted, beside: Beside) -> Mapping[str, Measured]:
    whole, detailed = counted.whole, counted.of(TaskType.DETAILED_DESCRIPTION)
    return {
        "words": ratio(whole.words, whole.answers),
        "description_words": ratio(detailed.words, detailed.answers),
        "attributes": ratio(whole.attributes, whole.things),
        "coverage": ratio(beside.covered, beside.facts),
    }


def _robustness(whole: Counts, beside: Beside) -> Mapping[str, Measured]:
    """Return agreement under symmetries, negatives and blind accuracy.

    Sources: questions about what is not there are those of Li et al. 2023 (POPE, arXiv 2305.10355),
    the answers that a model gives without the picture those of Goyal et al. 2017 (arXiv 1612.00837).
    """
    return {
        "metamorphic": ratio(beside.agree, beside.agree + beside.differ),
        "negatives": ratio(whole.negatives, whole.questions),
        "blind": ratio(beside.right, beside.tested),
    }


def _rounded(one: Measured) -> Measured:
    return one if one.value is None else Measured(round(one.value, DIGITS), one.count)
