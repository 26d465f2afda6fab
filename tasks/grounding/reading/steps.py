"""The walk over the items of a sentence: which step each kind of token is."""

from collections.abc import Callable, Mapping
from typing import Final

from tasks.grounding.reading import steps_amounts, steps_clauses, steps_lines, steps_places
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.things import Thing
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
    "except": steps_places.sparing, "long_side": steps_lines.long_side, "of": steps_places.of, "topic": steps_places.topic,
    "verb": steps_clauses.verb, "there": steps_clauses.there, "shows": steps_clauses.shows,
    "seen": steps_clauses.seen, "not": steps_clauses.negation, "none": steps_clauses.none,
    "absent": steps_clauses.absent, "hypothetical": steps_clauses.hypothetical,
    "boundary": steps_clauses.boundary, "colon": steps_clauses.colon, "and": steps_clauses.conjunction,
    "with": steps_clauses.having, "who": steps_clauses.relative, "other": steps_clauses.other,
    "pointing": steps_clauses.pointing, "comma": steps_clauses.comma,
}  # fmt: skip


def link(linker: Linker) -> list[Noun]:
    """Walk over the sentence of ``linker``; return its nouns with what is said of each."""
    at, count = _begins_identified(linker), len(linker.tokens)
    while at < count:
        thing = linker.heads.get(at)
        if thing is not None and (behind := _begins_cleft(linker, thing)):
            at = behind
            continue
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


def _begins_identified(linker: Linker) -> int:
    """Note at the beginning that “it is a ship” says that there is one; return where to begin."""
    some = linker.tokens[:2]
    if len(some) == 2 and some[0].words == "it" and some[1].kind == "verb" and not linker.asked:
        linker.clause.exists = True
    return 0


def _begins_cleft(linker: Linker, thing: Thing) -> int | None:
    """Return the token after the “it is” of “it is the ship that lies there”, None for other phrases."""
    some, clause = linker.tokens[thing.first : thing.first + CLEFT], linker.clause
    if len(some) < 3 or some[0].words != "it" or some[1].kind != "verb" or linker.asked:
        return None
    if clause.subjects or not any(token.words in {"that", "which", "who"} for token in some[2:]):
        return None
    clause.cleft = True
    return thing.first + 2
