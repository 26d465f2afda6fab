"""What the end of a clause leaves open: a comparison, a measure, a number goes to the phrases that it has."""

from typing import TYPE_CHECKING

from tasks.grounding.reading.aspects import of_aspect
from tasks.grounding.reading.clauses import Attached, Clause, subjects_or_last
from tasks.grounding.reading.rivals import best_of_all

if TYPE_CHECKING:
    from tasks.grounding.reading.linking import Linker


def close(linker: "Linker") -> None:
    """Give what the clause of ``linker`` has left open to the phrases that it has."""
    clause = linker.clause
    _end_comparative(linker)
    _end_exceeding(clause)
    _end_measures(linker)
    _end_numbers(linker)
    if not clause.subjects and clause.fronted:
        linker.loose += clause.fronted
    if clause.is_question and clause.subjects and clause.subjects[0].attached:
        clause.subjects[0].attached[-1].restrictive = False


def _end_comparative(linker: "Linker") -> None:
    """Tie “larger” without “than” to the other one of two that were named as a whole."""
    clause, waiting = linker.clause, linker.clause.comparative
    if waiting is None:
        return
    asked = [noun for noun in clause.nouns if noun.thing.asked]
    waiting.others = clause.whole if len(clause.whole) > 1 else []
    if clause.reference is not None:
        waiting.others = [clause.reference]
    elif asked:  # “which is larger, A or B?”
        waiting.others = [noun for noun in clause.nouns if noun is not asked[0]]
    if waiting.others:
        linker.attach(of_aspect(waiting, clause), asked[:1] or subjects_or_last(clause)[:1])


def _end_exceeding(clause: Clause) -> None:
    """Say in what “A exceeds B” is so, where the clause says it after: “in number”."""
    for relation in clause.exceeding:
        of_aspect(relation, clause)
        if relation.value in {"exceeding", "exceeded_by", "equal_to"}:
            relation.kind = "open"
        else:
            best_of_all(relation, clause.subjects)


def _end_measures(linker: "Linker") -> None:
    clause = linker.clause
    between = [one for one in clause.fronted if one.kind == "between"]
    if between and not clause.subjects and not clause.ends:
        clause.ends = between[0].others
    for measure in clause.measures:
        if clause.aspect in {"length", "width", "size"} and not clause.separated:
            amount = measure.amounts[0]
            of_width = clause.aspect == "width"
            measure.kind = "measure"
            measure.amounts = (None, amount) if of_width else (amount, None)
            linker.attach(measure, (clause.subjects or clause.nouns)[:1])
        elif clause.separated or clause.aspect == "distance" or clause.ends:
            _end_distance(linker, measure)
        elif not clause.nouns:
            linker.loose.append(measure)


def _end_distance(linker: "Linker", measure: Attached) -> None:
    """Tie a distance to the two things that the clause names, or to one group of them."""
    clause = linker.clause
    measure.kind = "distance"
    ends = clause.ends or [noun for noun in clause.nouns if noun.role != "nominal"]
    if not ends and not clause.nouns:
        linker.loose.append(measure)
    elif len(ends) == 1:
        linker.attach(measure, ends)
    elif ends:
        measure.others = ends[1:2]
        linker.attach(measure, ends[:1])


def _end_numbers(linker: "Linker") -> None:
    """Give a number to what the clause counts: “14 is the number of planes”."""
    clause = linker.clause
    counted = [noun for noun in clause.nouns if noun.aspect == "number"]
    for number in clause.numbers:
        if counted and not any(a.kind in {"counted", "numbers"} for a in counted[0].attached):
            linker.attach(number, counted[:1])
        elif all(noun.thing.pronoun in {"it", "they"} for noun in clause.nouns):
            linker.loose.append(number)
