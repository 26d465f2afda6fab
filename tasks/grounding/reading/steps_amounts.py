"""The steps of reading that say how much: measures, numbers, comparisons, superlatives."""

from typing import Final

from tasks.grounding.reading.aspects import of_aspect
from tasks.grounding.reading.clauses import Attached, subjects_or_last
from tasks.grounding.reading.grammar import grammar, words
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.measures import bound_before, read_measure
from tasks.grounding.reading.quantities import Quantity, read_quantity
from tasks.grounding.reading.things import Adjective, Thing
from tasks.grounding.reading.tokens import Token

_FROM: Final = frozenset({"from", "to", "of"})
_NUMBERED: Final = frozenset({"more_than", "fewer_than"})
_EXCEEDED: Final = {"more_than": "more_than", "less_than": "fewer_than"}
_MEASURED: Final = frozenset({"with", "of", "preposition"})
_PARTICIPLES: Final = ("ing", "ed")
_BEFORE_BEST: Final = frozenset({"the", "a", "aside"})
_LONGEST: Final = 3  # tokens between “than” and its number


def measure(linker: Linker, at: int, token: Token) -> int:
    """Take a length, a width, a distance: by its own words, by what is spoken of, or by what follows."""
    clause = linker.clause
    found, following = read_measure(linker.tokens, at)
    said = Attached("distance", token.start, found.end, unit=token.value, bound=found.bound)
    said.amounts = (found.amount, found.width)
    aspect = clause.aspect if clause.aspect in {"length", "width"} else None
    following_kind = linker.tokens[following].kind if following < len(linker.tokens) else ""
    if found.of == "height" or _is_range(linker, at):
        return following
    if clause.separated and found.of == "length" and not found.width:
        clause.measures.append(said)
    elif found.of in {"length", "both"} or (
        found.of == "open" and aspect == "length" and _is_of_it(linker, at)
    ):
        said.kind = "measure"
        linker.say(said)
    elif found.of == "width" or (
        found.of == "open" and aspect == "width" and _is_of_it(linker, at)
    ):
        said.kind, said.amounts = "measure", (None, found.amount)
        linker.say(said)
    elif following_kind in {"relation", "sided"} and found.of == "open":
        clause.gap = said
    elif _leads_to(linker, following):
        linker.relate(said)
        return following + 1
    else:
        clause.separated = clause.separated or found.of == "apart"
        clause.measures.append(said)
    return following


def _is_range(linker: Linker, at: int) -> bool:
    """Say whether the measure is one end of “between 18 m and 26 m”, of which nothing is checked."""
    tokens = linker.tokens
    if any(token.kind == "between" for token in tokens[max(0, at - 2) : at]):
        return True
    return (
        at > 2
        and tokens[at - 1].words in {"and", "to"}
        and any(token.kind == "between" for token in tokens[max(0, at - 5) : at])
    )


def _is_of_it(linker: Linker, at: int) -> bool:
    """Say whether a measure is one of the clause's subject: “the length of the plane is 20 m”."""
    return bool(linker.clause.subjects or linker.clause.nouns) or at == 0


def _leads_to(linker: Linker, at: int) -> bool:
    """Say whether what a distance is measured to follows: “20 m from the ship”."""
    if at >= len(linker.tokens) or linker.tokens[at].words not in _FROM:
        return False
    if linker.clause.aspect in {"length", "width", "size"}:
        return False
    return linker.head_after(at + 1, 1) is not None and not linker.clause.ends


def number(linker: Linker, at: int, token: Token) -> None:
    """Take a number that is said of what was named: “the planes number 14”, “… is three”."""
    clause = linker.clause
    read = read_quantity(linker.tokens, at, named=True)
    if read is None or _begins_range(linker, at):
        return
    following = linker.tokens[at + 1].words if at + 1 < len(linker.tokens) else ""
    if following in words("no_counts") or following in words("observing"):  # “one finds”
        return
    quantity = _compared(linker, read[0], token)
    said = Attached("counted", quantity.start, quantity.end, quantity=quantity)
    before = linker.tokens[read[1] - 1] if read[1] else None
    numbered = [noun for noun in clause.nouns if noun.aspect == "number"]
    if numbered and not numbered[-1].attached:
        linker.attach(said, numbered[-1:])
    elif _is_number_of_subject(linker, before, at):
        linker.attach(said, subjects_or_last(clause)[-1:])
    elif clause.whole and not clause.subjects and (clause.exists or clause.aspect == "number"):
        linker.attach(said, clause.whole[:1])
    else:
        clause.numbers.append(said)


def _begins_range(linker: Linker, at: int) -> bool:
    """Say whether a second number follows that ends the range that this one begins."""
    some = linker.tokens[at : at + 3]
    if len(some) < 3 or some[2].kind != "number":
        return False
    ranged = at > 0 and linker.tokens[at - 1].kind == "between"
    return some[1].words in {"to", "or", "-", "–"} or (ranged and some[1].words == "and")


def _is_number_of_subject(linker: Linker, before: Token | None, at: int) -> bool:
    """Say whether a number follows “number”, “amount to”, or “ships:”; or “in number” follows it."""
    clause = linker.clause
    if before is None or not (clause.subjects or clause.last):
        return False
    if linker.is_listed and clause.before == "colon":
        return True
    named = before.words in words("numbering") and before.words not in {
        "is",
        "are",
        "to",
        "at",
        "be",
    }
    earlier = {token.words for token in linker.tokens[max(0, at - 4) : at]}
    named = named or (
        before.words == "to" and bool(earlier & {"amount", "amounts", "come", "comes", "total"})
    )
    bare = len(clause.nouns) == 1 and clause.nouns[0].thing.plural and before.kind == "comma"
    if bare and at + 1 < len(linker.tokens) and linker.tokens[at + 1].words in words("totals"):
        return clause.nouns[0].thing.number is None  # “ships can be seen, five in all”
    after = linker.tokens[at + 1 : at + 3]
    return named or [token.words for token in after] == ["in", "number"]


def _compared(linker: Linker, quantity: Quantity, token: Token) -> Quantity:
    """Return ``quantity`` as one that is exceeded: “is greater than three”."""
    clause = linker.clause
    waiting = clause.comparative
    if (
        waiting is None
        and clause.pending is not None
        and clause.pending.value in {"exceeding", "exceeded_by"}
    ):
        waiting, clause.pending = clause.pending, None
    if waiting is None:
        return quantity
    clause.comparative = None
    more = waiting.value in {"larger_than", "more_than", "exceeding", "above"}
    negated, clause.negated = clause.negated, False
    return bounded(quantity, token.number, more=more, negated=negated)


def bounded(quantity: Quantity, number: float, *, more: bool, negated: bool) -> Quantity:
    """Return what “more than ``number``” means, or “fewer”, or not so."""
    endless = float("inf")
    if more is not negated:
        low = number if negated else number + 1
        return quantity._replace(low=low, least=low, high=endless, most=endless, exact=False)
    high = number if negated else number - 1
    return quantity._replace(low=0, least=0, high=high, most=high, exact=False)


def comparative(linker: Linker, at: int, token: Token) -> None:
    """Take “larger”: its other side follows after “than”, was announced, or is the other of two."""
    clause = linker.clause
    linker.open_pending()
    said = Attached("relation", token.start, token.end, token.value)
    said.restrictive = clause.before == "noun"
    if clause.factor is not None:
        said.kind, said.factor, clause.factor = "times", clause.factor, None
    if clause.reference is not None and clause.subjects and linker.kind_after(at) != "than":
        said.others = [clause.reference]
        linker.say(of_aspect(said, clause))
    else:
        said.negated, clause.negated = clause.negated, False
        clause.comparative = said


def than(linker: Linker, at: int, token: Token) -> None:
    """Begin the other side of what is “larger” or “nearer to A”."""
    clause = linker.clause
    if linker.head_after(at + 1, _LONGEST) is None:
        return
    if clause.nearer is not None:  # “nearer to A than to B”: B is the second of its others
        clause.pending, clause.nearer = clause.nearer, None
        clause.targets = []
        return
    waiting, clause.comparative = clause.comparative, None
    if waiting is None:
        return
    if waiting.value in {"nearer_than", "farther_than"}:
        waiting.kind = "nearer"
        if waiting.landmark is None:
            return
    linker.relate(waiting)


def superlative(linker: Linker, at: int, token: Token) -> None:
    """Take “lies furthest to the left”, “takes up most space”; “nearest” waits for to what."""
    if token.value in {"near", "far"}:
        following = linker.head_after(at + 1, _LONGEST)
        if token.value == "near" and following is not None and linker.kind_after(at) != "place":
            linker.relate(Attached("nearest", token.start, token.end))
        return
    behind = linker.tokens[at + 1] if at + 1 < len(linker.tokens) else token
    if behind.kind == "aspect" and behind.value == "position" and not linker.clause.before:
        return  # “the leftmost place is taken by …”
    narrowed = _narrowed(linker, at)
    if narrowed is not None and (narrowed.category or narrowed.pronoun in {"object", "one"}):
        best = Adjective("superlative", token.value, token.start, token.end)
        narrowed.adjectives.append(best)  # “the ship furthest to the left”
        linker.clause.relative = False
        return
    linker.say(Attached("superlative", token.start, token.end, token.value))


def _narrowed(linker: Linker, at: int) -> Thing | None:
    """Return the phrase that a superlative behind it says which one is meant of, None where it does not.

    “The ship furthest to the left”, “with the largest area”, “that is leftmost”, “placed lowest”.
    """
    clause, last = linker.clause, linker.clause.last
    if last is None:
        return None
    measured = clause.before in _MEASURED and linker.kind_after(at) == "aspect"
    if clause.before == "noun" or measured:
        return last.thing
    if clause.relative and clause.subjects:
        return (last if last.role == "nominal" else clause.subjects[-1]).thing
    verb = linker.tokens[last.thing.head + 1]
    behind = verb.kind in {"verb", "shows"} and verb.words.endswith(_PARTICIPLES)
    within = all(token.kind in _BEFORE_BEST for token in linker.tokens[last.thing.head + 2 : at])
    return last.thing if behind and within else None


def factor(linker: Linker, at: int, token: Token) -> None:
    """Note “twice”, which waits for “as long as”."""
    linker.clause.factor = token.number


def equal(linker: Linker, at: int, token: Token) -> None:
    """Take “(twice) as long as”; “the length of” alone is what is spoken of."""
    clause = linker.clause
    if (
        clause.factor is None
        and token.words.startswith("the ")
        and not token.words.startswith("the same")
    ):
        aspect(linker, at, token)
        return
    said = Attached("times", token.start, token.end, token.value, factor=clause.factor or 1.0)
    said.bound = bound_before(linker.tokens, at - 1) if clause.factor is not None else "about"
    clause.factor = None
    said.negated, clause.negated = clause.negated, False
    if (
        token.value == "more_than"
        and token.words == "as many as"
        and linker.head_after(at + 1, 2) is None
    ):
        return  # “as many as 20”
    linker.relate(said)


def aspect(linker: Linker, at: int, token: Token) -> None:
    """Note what of the things is spoken of: their number, their length, the distance between them."""
    clause = linker.clause
    named = {"the size of": "size", "the length of": "length", "the width of": "width",
             "the number of": "number", "the count of": "number",
             "the tally of": "number"}.get(token.words, token.value)  # fmt: skip
    clause.separated = clause.separated or named == "distance"
    if named in {"colour", "position"} and clause.aspect is not None:
        return
    clause.aspect = named
    in_line = clause.last is not None and clause.last.thing.collective in words(
        "collectives_in_line"
    )
    if named == "direction" and not in_line:
        clause.long_sides = True


def dimension(linker: Linker, at: int, token: Token) -> None:
    """Note “in length”, where no measure stands before it."""
    named = "size" if token.words == "in size" else token.value
    if named in {"length", "width", "size"}:
        linker.clause.aspect = named


def share(linker: Linker, at: int, token: Token) -> None:
    """Note “mostly”: what follows is said of most."""
    linker.clause.share = token.value


def more(linker: Linker, at: int, token: Token) -> None:
    """Take “there are more of them”, “is more than that of B”."""
    value = "more_than" if token.value in grammar().greater else "fewer_than"
    linker.clause.comparative = Attached("relation", token.start, token.end, value)


def bound(linker: Linker, at: int, token: Token) -> None:
    """Take “more than” before a phrase without a number: “the ships are more than the planes”."""
    following = linker.head_after(at + 1, 1)
    if token.words == "close to" and linker.kind_after(at) not in {"number", "measure", "vague"}:
        linker.relate(Attached("relation", token.start, token.end, "next_to"))
        return
    value = _EXCEEDED.get(token.value)
    if value is None or following is None or not token.words.endswith("than"):
        return
    if linker.heads[following].quantity is None:
        linker.relate(Attached("relation", token.start, token.end, value))
