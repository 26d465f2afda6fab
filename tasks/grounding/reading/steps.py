"""The walk over the items of a sentence: which step each kind of token is."""

from collections.abc import Callable, Mapping
from typing import Final

from tasks.grounding.reading import steps_amounts, steps_clauses, steps_lines, steps_places
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.tokens import Token

Step = Callable[[Linker, int, Token], int | None]  # the next token; None for the one after this

CLEFT: Final = 12  # tokens within which “it is … that …” is looked for
# Words that do not come between a phrase and what is said of it.
_FILLERS: Final = frozenset({"aside", "the", "a", "bound", "after_number", "pointing", "every"})

STEPS: Final[Mapping[str, Step]] = {
    "measure": steps_amounts.measure, "number": steps_amounts.number, "vague": steps_amounts.number,
    "comparative": steps_amounts.comparative, "superlative": steps_amounts.superlative,
    "factor": steps_amounts.factor, "equal": steps_amounts.equal, "aspect": steps_amounts.aspect,
    "share": steps_amounts.share, "dimension": steps_amounts.dimension, "than": steps_amounts.than, "more": steps_amounts.more,
    "bound": steps_amounts.bound,
    "place": steps_places.place, "relation": steps_places.relation, "sided": steps_places.sided,
    "between": steps_places.between, "direction": steps_lines.direction,
    "arrangement": steps_lines.arrangement, "colour": steps_places.colour,
    "facing": steps_lines.facing, "preposition": steps_places.preposition,
    "by": steps_places.preposition, "separating": steps_lines.separating,
    "neighbour": steps_places.neighbour, "reference": steps_places.reference,
    "except": steps_places.sparing, "long_side": steps_lines.long_side, "of": steps_places.of,
    "verb": steps_clauses.verb, "there": steps_clauses.there, "shows": steps_clauses.shows,
    "seen": steps_clauses.seen, "not": steps_clauses.negation, "none": steps_clauses.none,
    "absent": steps_clauses.absent, "hypothetical": steps_clauses.hypothetical,
    "boundary": steps_clauses.boundary, "colon": steps_clauses.colon, "and": steps_clauses.conjunction,
    "with": steps_clauses.having, "who": steps_clauses.relative, "other": steps_clauses.other,
    "pointing": steps_clauses.pointing,
}  # fmt: skip


def link(linker: Linker) -> list[Noun]:
    """Walk over the sentence of ``linker``; return its nouns with what is said of each."""
    at, count = _begins_cleft(linker), len(linker.tokens)
    while at < count:
        thing = linker.heads.get(at)
        if thing is not None:
            linker.noun(thing)
            at, linker.clause.before = thing.head + 1, "noun"
            continue
        token = linker.tokens[at]
        following = _step(linker, at, token)
        clause = linker.clause
        clause.before_word = token.kind
        if token.kind == "place":
            clause.after_place = True
        elif token.kind not in {"comma", "and"}:
            clause.after_place = False
        if token.kind not in _FILLERS:
            clause.before = token.kind
        at = following
    linker.end()
    return linker.nouns


def _step(linker: Linker, at: int, token: Token) -> int:
    step = STEPS.get(token.kind)
    following = step(linker, at, token) if step is not None else None
    return at + 1 if following is None else following


def _begins_cleft(linker: Linker) -> int:
    """Return where to begin: after the “it is” of “it is a ship that lies there”."""
    some = linker.tokens[:CLEFT]
    if len(some) < 3 or some[0].words != "it" or some[1].kind != "verb" or linker.asked:
        return 0
    linker.clause.exists = True
    return 2 if any(t.words in {"that", "which", "who"} for t in some[2:]) else 0
