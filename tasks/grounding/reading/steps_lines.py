"""The steps of reading that say how things stand and point: directions, arrangements, headings."""

from typing import Final

from tasks.grounding.reading.clauses import Attached, Clause, Kind, Noun
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.tokens import Token

_STRAIGHT: Final = frozenset({"straight", "single", "one"})
_RUN: Final = frozenset(
    {
        "runs",
        "run",
        "extend",
        "extends",
        "running",
        "extending",
        "spread",
        "spreads",
        "stretch",
        "stretches",
    }
)
_SPREAD: Final = frozenset({"spread", "spreads"})  # over what: their own direction is not told
_WITHIN_LINE: Final = frozenset(
    {"the", "a", "pointing", "aside", "colour", "size", "every", "superlative", "word", "not", "number",
     "direction"}
)  # fmt: skip


def direction(linker: Linker, at: int, token: Token) -> None:
    """Take a direction: of the longer sides, or of a row where one is spoken of."""
    clause, last = linker.clause, linker.clause.last
    if linker.kind_after(at) in {"relation", "comparative"}:
        return  # “diagonally below”
    in_line = last is not None and last.thing.collective in words("collectives_in_line")
    kind: Kind = "direction"
    if clause.aspect == "length":
        clause.long_sides = True  # “the length of the ships runs …”
    of_row = clause.in_row or clause.verb in _SPREAD
    if in_line or (of_row and not clause.long_sides):
        kind = "row_direction"
    elif not clause.long_sides and last is not None and _may_be_row(last, clause.verb):
        kind = "any_direction"
    linker.say(Attached(kind, token.start, token.end, token.value))


def _turn_to_row(clause: Clause) -> None:
    """Take directions that were said before the row was named as those of the row, or perhaps of it."""
    if not clause.in_row or clause.long_sides:
        return
    for attached in (one for noun in clause.subjects for one in noun.attached):
        if attached.kind == "direction":
            attached.kind = "row_direction" if attached.fronted else "any_direction"


def _may_be_row(noun: Noun, verb: str) -> bool:
    """Say whether a row may be meant: “the ships extend …”, or “it”, which was several before."""
    if noun.thing.plural:
        return verb in _RUN
    return noun.thing.pronoun in {"it", "this", "that"}


def arrangement(linker: Linker, at: int, token: Token) -> None:
    """Take how things stand together; several subjects stand so together."""
    clause = linker.clause
    if token.value == "row" and linker.kind_after(at) == "arrangement":
        return  # “lined up in two rows”
    said = Attached("arrangement", token.start, token.end, token.value)
    clause.in_row = token.value in {"row", "one_row", "column", "across", "beside"}
    _turn_to_row(clause)
    if clause.aspect == "number" and token.value in {"alike", "unlike"}:
        said.value = "as_many" if token.value == "alike" else "not_as_many"
    joined = [noun for noun in clause.subjects if noun.role == "subject"]
    if len(joined) > 1 and clause.verb:
        said.others, said.joint = joined[1:], True
        linker.attach(said, joined[:1])
    else:
        linker.say(said)


def facing(linker: Linker, at: int, token: Token) -> int | None:
    """Read “facing left”: only the axis of a heading can be checked."""
    for ahead in range(at + 1, min(at + 4, len(linker.tokens))):
        found = linker.tokens[ahead]
        if found.kind in {"word", "class"}:
            break
        if found.kind == "place":
            region = linker.regions[found.start]
            linker.say(Attached("heading", token.start, found.end, region=region))
            return ahead + 1
    return None


def separating(linker: Linker, at: int, token: Token) -> None:
    """Note that a measure of the clause is a distance; “from each other” ends a relation."""
    linker.clause.separated = True


def long_side(linker: Linker, at: int, token: Token) -> None:
    """Note that directions are those of longer sides, and measures lengths."""
    if linker.clause.in_row and "ax" in token.words:
        return  # “lined up along an axis”
    linker.clause.long_sides = True
    if linker.clause.aspect is None:
        linker.clause.aspect = "length"


def in_line(linker: Linker, at: int, token: Token) -> int | None:
    """Take “in a straight row”, “in two lines”, “in a tight group”."""
    for ahead in range(at + 1, min(at + 5, len(linker.tokens))):
        found = linker.tokens[ahead]
        if found.kind == "collective" and ahead not in linker.heads:
            if linker.kind_after(ahead) == "of":
                return None
            in_line = found.words in words("collectives_in_line")
            kind = ("row" if not found.words.endswith("s") else "rows") if in_line else "cluster"
            if found.words in {"circle", "ring"}:
                kind = "ring"
            if kind == "row" and any(t.words in _STRAIGHT for t in linker.tokens[at:ahead]):
                kind = "one_row"
            linker.say(Attached("arrangement", token.start, found.end, kind))
            linker.clause.in_row = in_line
            _turn_to_row(linker.clause)
            return ahead + 1
        if found.kind not in _WITHIN_LINE:
            return None
    return None
