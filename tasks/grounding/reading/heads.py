"""Which words are the heads of noun phrases: classes, pronouns, objects, and nouns of no known class."""

from collections.abc import Sequence
from typing import Final, Literal

from tasks.grounding.reading.grammar import words
from tasks.grounding.reading.tokens import Token

Head = Literal["class", "object", "pronoun", "foreign"]

_MAY_BE_HEADS: Final = frozenset(
    {"class", "object", "word", "collective", "shows", "seen", "aspect", "what", "who", "they", "mention",
     "none", "superlative", "comparative", "pointing", "one", "other", "number", "every"}
)  # fmt: skip
_THESE: Final = frozenset({"these", "those", "this", "that"})
_NOUNS: Final = frozenset({"class", "object", "one", "collective", "picture", "word"})
# What may follow a word that is a phrase by itself: “the largest is …”, “these are …”.
_AFTER: Final = frozenset(
    {"verb", "seen", "place", "relation", "comma", "mark", "boundary", "not", "and", "preposition",
     "bracket", "colon", "direction", "arrangement", "who", "shows", "aside", "than", "of", "among"}
)  # fmt: skip
_BEGINS: Final = frozenset(
    {"", "mark", "comma", "boundary", "and", "colon", "verb", "preposition", "there", "relation",
     "than", "of", "facing", "reference", "shows", "seen", "with", "sided"}
)  # fmt: skip
_ADJECTIVES: Final = frozenset(
    {"comparative", "superlative", "colour", "size", "the", "a", "ordinal", "other", "side",
     "number", "pointing", "not", "aside", "every", "none", "what"}
)  # fmt: skip
_DESCRIBING: Final = frozenset({"superlative", "comparative", "size", "colour", "number"})
_DETERMINERS: Final = frozenset(
    {"the", "a", "pointing", "none", "every", "other", "what", "ordinal", "number", "vague"}
)
_BEFORE_FOREIGN: Final = frozenset(
    {"colour", "size", "side", "aside", "word", "superlative", "comparative", "place"}
)
_LONGEST_FOREIGN: Final = 5  # words of a phrase of no known class


def head_at(
    tokens: Sequence[Token], place: int, before: int, *, asked: bool = False
) -> Head | None:
    """Return what kind of head token ``place`` is, None where it is none.

    ``before`` is the head before it.
    """
    token = tokens[place]
    if token.kind not in _MAY_BE_HEADS:
        return None
    match token.kind:
        case "class":
            return None if _is_modifier(tokens, place) else "class"
        case "object":
            return "object"
        case "word":
            return "foreign" if _is_foreign(tokens, place, before) else None
        case "collective" if _kind(tokens, place + 1) != "of":
            return "foreign" if _is_foreign(tokens, place, before) else None
        case "shows" | "seen":
            return "object" if _is_feature(tokens, place) else None
        case "aspect":
            coloured = place > 0 and tokens[place - 1].kind == "colour"
            return "object" if coloured and token.words == "area" else None
        case "what":
            return "pronoun" if _is_what(tokens, place, asked=asked) else None
        case "who":
            return "pronoun" if asked and _is_which(tokens, place) else None
    return "pronoun" if _is_pronoun(tokens, place) else None


def stands_alone(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a number is a head by itself: “the other two”, “the two are white”, “one is white”."""
    verb = _kind(tokens, place + 1) in {"verb", "seen"}
    if verb and _kind(tokens, place + 2) in {"equal", "aspect"}:
        return False  # “14 is the number of planes”
    if place == 0:
        return verb
    before = tokens[place - 1].kind
    if before in {"bound", "aside"} and place > 1:  # “only one is white”
        before = tokens[place - 2].kind
    return before in {"other", "the", "pointing", "every"} or (
        verb and before in {"comma", "and", "boundary", "colon", "mark"}
    )


def _kind(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].kind if 0 <= place < len(tokens) else ""


def _is_modifier(tokens: Sequence[Token], place: int) -> bool:
    """Say whether the class at ``place`` only qualifies the one right after it: “storage tank trucks”."""
    if place + 1 >= len(tokens) or tokens[place].plural or tokens[place].owner:
        return False
    following = tokens[place + 1]
    return following.kind == "class" and following.start - tokens[place].end == 1


def _is_which(tokens: Sequence[Token], place: int) -> bool:
    """Say whether “which” asks: at the beginning, before no noun of its own."""
    if tokens[place].words not in {"which", "who"}:
        return False
    following = _kind(tokens, place + 1)
    begins = all(token.kind in {"preposition", "of", "and", "comma"} for token in tokens[:place])
    begins = begins or _kind(tokens, place - 1) == "comma"  # “of the ships, which is …”
    return begins and following not in {*_NOUNS, "aspect", "colour", "size", "superlative"}


def _is_pronoun(tokens: Sequence[Token], place: int) -> bool:
    token, following = tokens[place], _kind(tokens, place + 1)
    before = _kind(tokens, place - 1)
    match token.kind:
        case "they" | "mention":
            return True
        case "none":
            if token.words == "neither":
                return following in {"verb", "seen"}
            return token.words in {"none", "nothing", "nobody", "no one"} and before != "colon"
        case "superlative" | "comparative":
            return _is_best_alone(tokens, place)
        case "pointing":
            return _is_pointing_alone(tokens, place)
        case "one":
            return before in _ADJECTIVES and not _is_best_of(tokens, place)
        case "other":
            return token.value in {"others", "other"} and not _is_before_noun(tokens, place)
        case "number":
            return _is_number_alone(tokens, place) and not _is_best_of(tokens, place)
        case "every":
            return _is_all_alone(token, following)
    return False


def _is_best_alone(tokens: Sequence[Token], place: int) -> bool:
    """Say whether “the largest” means a thing by itself: “the largest is …”, “the largest among …”."""
    before, following = _kind(tokens, place - 1), _kind(tokens, place + 1)
    if following == "between" and tokens[place + 1].words in words("among"):
        return before in {"", "the", "comma"}
    if following in {"shows", "seen"} and _is_feature(tokens, place + 1):
        return False
    if following == "aside" and _is_before_noun(tokens, place + 1):
        return False  # “the largest annotated object”
    alone = following in _AFTER or not following
    return before in {"the", "pointing"} and alone and not _is_of_noun(tokens, place)


def _is_what(tokens: Sequence[Token], place: int, *, asked: bool) -> bool:
    """Say whether “what” is a phrase by itself; “what looks like a pond” is a pond."""
    hedged = place + 1 < len(tokens) and tokens[place + 1].words in words("hedged")
    if hedged and not asked:
        return False
    return _kind(tokens, place + 1) not in {*_NOUNS, "aspect"}


def _is_feature(tokens: Sequence[Token], place: int) -> bool:
    """Say whether “feature” is a noun: “the largest feature”."""
    named = tokens[place].words in {"feature", "features", "feature in"}
    return named and _kind(tokens, place - 1) in _DESCRIBING


def _is_pointing_alone(tokens: Sequence[Token], place: int) -> bool:
    """Say whether “these” or “its” means things by itself: “these are …”, “its nearest neighbour”."""
    token, following = tokens[place], _kind(tokens, place + 1)
    if token.words in {"its", "their"}:
        coloured = following == "colour" and _kind(tokens, place + 2) == "aspect"
        return following in {"neighbour", "long_side", "aspect"} or coloured
    if token.value not in _THESE or _kind(tokens, place - 1) not in _BEGINS:
        return False
    return following in {"every", "number", "hypothetical", ""} or (
        following in _AFTER and following != "of"
    )


def _is_best_of(tokens: Sequence[Token], place: int) -> bool:
    """Say whether “one” stands before its noun: “the larger one of the ships”."""
    if tokens[place].words in words("instances"):  # “five instances of ships”
        return _is_of_noun(tokens, place)
    best = _kind(tokens, place - 1) in {"superlative", "comparative"}
    return (
        best
        and (tokens[place].kind == "one" or tokens[place].value == "one")
        and _is_of_noun(tokens, place)
    )


def _is_of_noun(tokens: Sequence[Token], place: int) -> bool:
    """Say whether “of” and a noun follow: “the largest of the ships”."""
    if _kind(tokens, place + 1) != "of":
        return False
    for at in range(place + 2, min(place + 2 + _LONGEST_FOREIGN, len(tokens))):
        if tokens[at].kind in {"class", "object", "they", "one"}:
            return True
        if tokens[at].kind == "number" and not _is_before_noun(tokens, at):
            return True  # “the larger of the two”
        if tokens[at].kind not in _BEFORE_FOREIGN | _DETERMINERS:
            return False
    return False


def _is_before_noun(tokens: Sequence[Token], place: int) -> bool:
    if tokens[place + 1 : place + 2] and tokens[place + 1].words in words("people"):
        return False
    return _kind(tokens, place + 1) in {
        *_NOUNS, "aspect", "colour", "size", "number", "superlative", "comparative", "vague", "side",
    }  # fmt: skip


def _is_number_alone(tokens: Sequence[Token], place: int) -> bool:
    token, following = tokens[place], _kind(tokens, place + 1)
    if _is_before_noun(tokens, place) or (
        following == "aside" and _is_before_noun(tokens, place + 1)
    ):
        return False
    if token.value == "one":
        if tokens[place + 1 : place + 2] and tokens[place + 1].words in words("observing"):
            return False  # “one finds”
        before = _kind(tokens, place - 1)
        named = before in _ADJECTIVES - {"number"}
        return named or stands_alone(tokens, place)
    if following in {
        "measure",
        "unit",
        "picture",
        "by",
        "more",
        "other",
        "joint",
        "after_number",
        "and",
    }:
        return following == "and" and stands_alone(tokens, place) and place > 0
    return stands_alone(tokens, place)


def _is_all_alone(token: Token, following: str) -> bool:
    if token.value == "any":
        return following in {
            "preposition",
            "place",
            "seen",
            "relation",
            "verb",
            "mark",
            "comma",
            "",
        }
    return token.value in {"all", "both", "each", "every one", "each one", "every single one"} and (
        following in {"verb", "not", "seen", "colour"}
    )


def _is_foreign(tokens: Sequence[Token], place: int, before: int) -> bool:
    """Say whether an unknown word is a noun: the last one after an article, or what somebody owns."""
    if _kind(tokens, place + 1) in {"class", "object", "one", "word"}:
        return False
    if (
        len(tokens[place].words) < 2
        or tokens[place].words in words("people")
        or tokens[place].words.endswith("ly")
    ):
        return False
    at = place - 1
    while at > before and place - at < _LONGEST_FOREIGN and tokens[at].kind in _BEFORE_FOREIGN:
        at -= 1
    if at == before:
        return at >= 0 and tokens[at].owner
    return tokens[at].kind in _DETERMINERS and tokens[at + 1].kind != "place"
