"""The steps of reading that say where: places, relations, what lies between; and colours."""

from typing import Final

from tasks.grounding.reading import steps_lines
from tasks.grounding.reading.clauses import Attached, Clause, Kind, Noun
from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.linking import Linker
from tasks.grounding.reading.regions import Region, both_regions
from tasks.grounding.reading.steps_clauses import shows
from tasks.grounding.reading.things import Thing
from tasks.grounding.reading.tokens import Token
from tasks.grounding.truth import ANYTHING

_OUTSIDE: Final = frozenset({"outside", "out of", "outside of", "beyond", "away from"})
_INSIDE: Final = frozenset({"in", "on", "across", "throughout", "over", "within", "inside"})
_OPTIONAL: Final = frozenset(
    {"the", "a", "pointing", "aside", "colour", "size", "every", "superlative"}
)
_LONGEST: Final = 3  # tokens between “as for” and what is spoken of
_JOINED: Final = frozenset({"and", "comma"})


def place(linker: Linker, at: int, token: Token) -> None:
    """Take a place: it is said of what was named, or of what follows."""
    clause, following = linker.clause, at + 1
    if clause.before != "place":
        while following < len(linker.tokens) and linker.tokens[following].kind == "comma":
            following += 1
    merges = (
        clause.merged is not None and clause.before in {"place", "comma"} and clause.after_place
    )
    if clause.before in _JOINED and linker.begins_subject(following) and not merges:
        linker.begin()
        clause = linker.clause
    region = linker.regions[token.start]
    before = linker.tokens[at - 1] if at else None
    if before is not None and before.kind in {"relation", "comparative", "superlative", "than"}:
        _near_place(linker, token, before)
        return
    if _is_further_side(linker, token, region):
        return
    if _is_course(linker, token, region):
        return
    if merges and clause.merged is not None:
        narrow = both_regions(clause.merged.region, region)
        if narrow is not None:
            clause.merged.region, clause.merged.end = narrow, token.end
            return
    said = Attached("position", token.start, token.end, region=region)
    said.negated = before is not None and before.words in _OUTSIDE
    clause.merged = said
    linker.say(said)


def _is_course(linker: Linker, token: Token, region: Region) -> bool:
    """Take “from the top of the image to the bottom” as a direction."""
    clause = linker.clause
    if token.words.startswith("from "):
        clause.origin = region
        return True
    start, clause.origin = clause.origin, None
    if start is None or not token.words.startswith(("to ", "towards ", "toward ", "into ")):
        return False
    columns, rows = {start.column, region.column}, {start.row, region.row}
    across, along = columns == {"first", "last"}, rows == {"first", "last"}
    value = "horizontal" if across and not along else "vertical" if along and not across else ""
    if across and along:
        value = "falling" if start.column == start.row else "rising"
    if value:
        steps_lines.direction(
            linker, len(linker.tokens), Token(start.start, token.end, "direction", value)
        )
    return True


def _is_further_side(linker: Linker, token: Token, region: Region) -> bool:
    """Take “below it and to the left”: a second relation to the same thing."""
    clause = linker.clause
    side = {"first": "left_of", "last": "right_of"}.get(region.column or "")
    if side is None or region.row or not token.words.startswith("to the "):
        return False
    earlier = [one for one in (*clause.fronted, *(a for n in clause.subjects for a in n.attached))
               if one.kind == "relation" and one.others]  # fmt: skip
    joined = any(
        t.kind in _JOINED for t in linker.tokens if token.start - 20 < t.start < token.start
    )
    if not earlier or not joined:
        return False
    said = Attached("relation", token.start, token.end, side, others=earlier[-1].others)
    linker.attach_or_keep(said, clause.subjects, None)
    return True


def _near_place(linker: Linker, token: Token, before: Token) -> None:
    """Take “closest to the lower edge”, “nearer to the left edge”; “below the middle” stays open."""
    clause, region = linker.clause, linker.regions[token.start]
    start = before.start
    if before.kind == "than":
        waiting = clause.nearer or clause.comparative
        if waiting is not None and waiting.value in {"nearer_than", "farther_than"}:
            waiting.kind, waiting.region = "nearer", region
            waiting.end = token.end
            if waiting is clause.comparative:
                clause.comparative = None
                linker.say(waiting)
        return
    if before.words.startswith(("closest", "nearest")) or before.value == "near":
        clause.pending = None
        linker.say(Attached("superlative", start, token.end, "near", region=region))
    elif before.value == "far":
        linker.say(Attached("superlative", start, token.end, "far", region=region))
    elif clause.comparative is not None and clause.comparative.value in {
        "nearer_than",
        "farther_than",
    }:
        clause.comparative.landmark = region
    else:
        linker.open_pending()


def relation(linker: Linker, at: int, token: Token) -> None:
    """Begin a relation; one that stands before its subject begins a clause of its own."""
    if linker.clause.before in _JOINED and _precedes_subject(linker, at + 1):
        linker.begin()
    which = at + 1 < len(linker.tokens) and linker.tokens[at + 1].words in {"which", "whom"}
    if which and linker.clause.last is not None:
        _within_which(linker, token)
        return
    linker.relate(Attached("relation", token.start, token.end, token.value))


def _within_which(linker: Linker, token: Token) -> None:
    """Take “a track, within which a field lies”: what follows is within what was named last."""
    last = linker.clause.last
    linker.begin()
    if last is not None:
        said = Attached("relation", token.start, token.end, token.value, others=[last])
        linker.clause.fronted.append(said)


def _precedes_subject(linker: Linker, at: int) -> bool:
    """Say whether a relation whose other side begins about ``at`` stands before its subject."""
    ahead = linker.head_after(at, 3)
    if ahead is None:
        return False
    after = linker.heads[ahead].head + 1
    while after < len(linker.tokens) and linker.tokens[after].kind == "comma":
        after += 1
    return linker.begins_subject(after)


def sided(linker: Linker, at: int, token: Token) -> None:
    """Take “to its left”: a relation to what a pronoun means."""
    many = any(word in token.words.split() for word in ("their", "them"))
    pronoun = Thing(
        at, at, token.start, token.end, None, token.start, many,
        pronoun="they" if many else "it", definite=True,
    )  # fmt: skip
    other = Noun(pronoun, role="object")
    if linker.clause.before in _JOINED and linker.begins_subject(at + 1):
        linker.begin()
    said = Attached("relation", token.start, token.end, token.value, others=[other])
    if linker.clause.gap is not None:
        gap, linker.clause.gap = linker.clause.gap, None
        gap.others = [other]
        linker.attach_or_keep(gap, *linker.target())
    linker.say(said)


def between(linker: Linker, at: int, token: Token) -> None:
    """Begin “between A and B”; “among the planes, …” names a whole at the beginning."""
    clause = linker.clause
    if linker.kind_after(at) == "number" and at + 1 not in linker.heads:
        return  # “between four and six”
    if not clause.before and token.words in words("among"):
        clause.opens_whole = True
        return
    last = clause.last
    if (
        token.words in words("among")
        and last is not None
        and last.thing.extreme
        and last.thing.category is None
    ):
        clause.opens_whole, last.whole = True, clause.whole  # “the largest among the ships”
        return
    if linker.kind_after(at) == "measure":
        return
    ends = linker.head_after(at + 1, 2)
    joint = ends is not None and _two_follow(linker, ends)
    if not clause.before and joint and _picks_one(linker, at):
        clause.opens_whole = True  # “between A and B, A is the larger”
        return
    linker.relate(Attached("between", token.start, token.end))


def _two_follow(linker: Linker, at: int) -> bool:
    return linker.heads[at].plural or linker.kind_after(linker.heads[at].head) == "and"


def _picks_one(linker: Linker, at: int) -> bool:
    """Say whether a comparison follows: of the two that were named, one is larger."""
    return any(token.kind == "comparative" for token in linker.tokens[at:])


def of(linker: Linker, at: int, token: Token) -> int | None:
    """Begin “of the planes, …”; elsewhere “of” with an unknown noun narrows a phrase down."""
    clause = linker.clause
    if not clause.before:
        clause.opens_whole = True
    elif clause.before == "aspect" and (best := _best(clause)) and at + 1 in linker.heads:
        peers = linker.heads[at + 1]  # “has the largest area of all ships”
        best.peers = ANYTHING if peers.pronoun == "object" else peers.category
        return peers.head + 1
    elif clause.before == "noun" and at + 1 not in linker.heads:
        measured = linker.kind_after(at) in {"aspect", "colour"} or _is_of_most(linker, at + 1)
        most = clause.last is not None and clause.last.thing.extreme is not None
        of_all = most and linker.kind_after(at) == "every"
        if (
            not measured
            and not of_all
            and not _is_picture(linker, at + 1)
            and not (most and linker.kind_after(at) == "who")  # “the largest of which is …”
        ):
            linker.say(Attached("open", token.start, token.end))
    elif clause.before == "noun" and clause.last is not None:
        most, following = clause.last.thing.extreme is not None, linker.heads[at + 1]
        if clause.last.thing.foreign or (most and following.foreign):  # “the leftmost of the row”
            linker.relate(Attached("open", token.start, token.end))
        elif most and following.pronoun is not None:  # “the larger ship of the two”
            clause.opens_whole = True
    return None


def _best(clause: Clause) -> Attached | None:
    """Return the superlative that was said last, None where something else was."""
    said = clause.subjects[-1].attached[-1:] if clause.subjects else []
    return next((one for one in said if one.kind == "superlative"), None)


def _is_of_most(linker: Linker, at: int) -> bool:
    """Say whether “greatest size” begins at token ``at``."""
    while at < len(linker.tokens) and linker.tokens[at].kind in {"the", "a"}:
        at += 1
    best = at < len(linker.tokens) and linker.tokens[at].kind == "superlative"
    return best and linker.kind_after(at) == "aspect"


def topic(linker: Linker, at: int, token: Token) -> None:
    """Take “as for the planes, …”: they are the whole of what follows."""
    if token.words == "looking at" and linker.clause.before:  # “you are looking at a ship”
        shows(linker, at, token)
    elif not linker.clause.before and linker.head_after(at + 1, _LONGEST) is not None:
        linker.clause.opens_whole = True


def _is_picture(linker: Linker, at: int) -> bool:
    while at < len(linker.tokens) and linker.tokens[at].kind in _OPTIONAL:
        at += 1
    return at < len(linker.tokens) and linker.tokens[at].kind == "picture"


def colour(linker: Linker, at: int, token: Token) -> None:
    """Take a colour: of the subjects, or of what of them is spoken of: “a white surface”."""
    linker.say(Attached("colour", token.start, token.end, token.value))


def neighbour(linker: Linker, at: int, token: Token) -> None:
    """Take “its nearest neighbour is A”: a relation of whose neighbour it is."""
    clause, owner = linker.clause, linker.clause.last
    if owner is None or not owner.thing.owner:
        return
    clause.subjects = [owner]
    clause.pending = Attached("relation", token.start, token.end, "next_to")
    clause.targets, clause.instead = [owner], None


def reference(linker: Linker, at: int, token: Token) -> None:
    """Begin “with respect to A”, which says what is compared with."""
    linker.relate(Attached("relation", token.start, token.end, "reference"))


def preposition(linker: Linker, at: int, token: Token) -> int | None:
    """Note that something unknown narrows the phrase down: “on the apron”, “along the road”."""
    clause = linker.clause
    if clause.pending is not None or (
        clause.comparative is not None and token.words in {"to", "from", "in"}
    ):
        _nearer(linker, at)
        return None
    if (following := _in_picture(linker, at, token)) is not None:
        return following
    if token.words == "in" and (following := steps_lines.in_line(linker, at, token)) is not None:
        return following
    ahead = at + 1
    while (
        ahead < len(linker.tokens)
        and ahead not in linker.heads
        and linker.tokens[ahead].kind in _OPTIONAL
    ):
        ahead += 1
    if ahead in linker.heads:
        return _at_thing(linker, ahead, token)
    if linker.is_usual_place(ahead):
        return ahead + 1
    if ahead < len(linker.tokens) and linker.tokens[ahead].kind in {"word", "collective"}:
        clause.in_row |= linker.tokens[ahead].words in words("collectives_in_line")
        opened = Attached("open", token.start, linker.tokens[ahead].end)
        linker.attach_or_keep(opened, *linker.target())
        return ahead + 1
    return None


def sparing(linker: Linker, at: int, token: Token) -> None:
    """Take “except A”: what was denied spares A."""
    linker.relate(Attached("open", token.start, token.end, "except"))


def _nearer(linker: Linker, at: int) -> None:
    """Take “nearer to A than to B”: the first of them here, the second after “than”."""
    clause, waiting = linker.clause, linker.clause.comparative
    if (
        waiting is None
        or waiting.value not in {"nearer_than", "farther_than"}
        or clause.pending is not None
    ):
        return
    if at + 1 in linker.heads:
        waiting.kind = "nearer"
        clause.comparative = None
        linker.relate(waiting)
        clause.nearer = waiting


def _at_thing(linker: Linker, ahead: int, token: Token) -> int | None:
    """Take “on the apron”, “at the airport”: open, or nothing where the whole scene is meant."""
    thing, clause = linker.heads[ahead], linker.clause
    if clause.aspect == "distance" or clause.separated:
        return None  # “separated from A by 20 m”, “the distance from A to B”
    if thing.foreign and linker.is_usual_place(thing.head):
        return thing.head + 1
    within = thing.tag is None and not thing.adjectives and token.words in {*_INSIDE, "at"}
    whole = within and thing.category in words("whole_classes")  # of which the picture is a part
    kind: Kind = "whole" if whole and linker.is_usual_place(thing.head) else "open"
    linker.relate(Attached(kind, token.start, token.end, token.words))
    return None


def _in_picture(linker: Linker, at: int, token: Token) -> int | None:
    """Take “in the picture”: what is there, is there; “in it” says the same."""
    ahead = at + 1
    while ahead < len(linker.tokens) and linker.tokens[ahead].kind in {
        "the",
        "pointing",
        "aside",
        "every",
    }:
        ahead += 1
    if ahead >= len(linker.tokens) or token.words not in _INSIDE:
        return None
    if linker.tokens[ahead].kind == "picture":
        for noun in linker.clause.subjects:
            noun.exists = True
        return ahead + 1
    return ahead + 1 if linker.tokens[ahead].words == "it" else None
