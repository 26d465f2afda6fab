"""How far a judge agrees with the rules, and what grades it gives."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from schemas.judgement import Grade, JudgedTask

ALL: Final = "all"
MARKS: Final = ("groundedness", "completeness", "fluency", "usefulness")


@dataclass
class _Counts:
    """What is counted of one task type."""

    judged: int = 0
    marks: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MARKS, 0))
    blamed: int = 0
    own: int = 0
    twins: int = 0
    noticed: int = 0
    cells: dict[tuple[bool, bool], int] = field(default_factory=dict)

    def add(self, grade: Grade) -> None:
        """Count one text."""
        if grade.rules != "unverifiable":
            cell = (grade.rules == "contradicted", grade.says_false)
            self.cells[cell] = self.cells.get(cell, 0) + 1
        if grade.is_twin:
            self.twins += 1
            self.noticed += grade.says_false
            return
        self.judged += 1
        self.blamed += grade.says_false
        self.own += grade.writer is not None and grade.writer == grade.exchange.model
        for name in MARKS:
            self.marks[name] += getattr(grade.judgement, name)


def judged_tasks(grades: Iterable[Grade], failed: int = 0) -> tuple[JudgedTask, ...]:
    """Return the row of every task type, sorted, then that of all.

    ``failed`` is the number of shards about which the judge could not be asked.
    """
    counts: dict[str, _Counts] = {ALL: _Counts()}
    for grade in grades:
        for name in (ALL, grade.task.value):
            counts.setdefault(name, _Counts()).add(grade)
    whole = counts.pop(ALL)
    rows = (_row(name, counts[name]) for name in sorted(counts))
    return (*rows, _row(ALL, whole).model_copy(update={"failed": failed}))


def kappa(both: int, first: int, second: int, neither: int) -> float | None:
    """Return Cohen's kappa, (p_o - p_e) / (1 - p_e), of two who say yes or no (Cohen 1960).

    ``both`` say yes, only the ``first`` or the ``second`` does, ``neither`` does. None where there
    is nothing, or where chance alone explains all of it.
    """
    total = both + first + second + neither
    if not total:
        return None
    observed = (both + neither) / total
    yes = (both + first) * (both + second)
    no = (neither + first) * (neither + second)
    expected = (yes + no) / total**2
    return None if expected == 1 else (observed - expected) / (1 - expected)


def _row(name: str, counts: _Counts) -> JudgedTask:
    both, rules = counts.cells.get((True, True), 0), counts.cells.get((True, False), 0)
    judge, neither = counts.cells.get((False, True), 0), counts.cells.get((False, False), 0)
    return JudgedTask(
        task=name,
        judged=counts.judged,
        groundedness=_mean("groundedness", counts),
        completeness=_mean("completeness", counts),
        fluency=_mean("fluency", counts),
        usefulness=_mean("usefulness", counts),
        blamed=counts.blamed,
        own=counts.own,
        twins=counts.twins,
        noticed=counts.noticed,
        both_false=both,
        rules_only=rules,
        judge_only=judge,
        neither=neither,
        kappa=kappa(both, rules, judge, neither),
        precision=both / (both + judge) if both + judge else None,
        recall=both / (both + rules) if both + rules else None,
    )


def _mean(name: str, counts: _Counts) -> float | None:
    return counts.marks[name] / counts.judged if counts.judged else None
