"""Noun phrases are read from their head (heads.py) to the left.

First come adjectives, then number and article, then what stands before an “of” (“three of the”, “a
row of”).
"""

import math
from collections.abc import Sequence
from typing import Final

from tasks.grounding.reading.grammar import grammar, words
from tasks.grounding.reading.heads import stands_alone
from tasks.grounding.reading.quantities import Quantity, exactly, read_quantity
from tasks.grounding.reading.things import Adjective, Thing
from tasks.grounding.reading.tokens import Token

MOST_WORDS: Final = 12  # of one phrase, before its head
UNKNOWN: Final = 2  # unknown words in a row that may be adjectives
_ADJECTIVES: Final = frozenset({"colour", "size", "aside", "comparative", "superlative", "side"})
_PLAIN: Final = frozenset({"colour", "size", "aside"})
_PASSED: Final = frozenset({"after_number", "bound", "a", "aside"})
_JOINING: Final = frozenset({"and", "comma", "colon"})
_BEFORE_UNKNOWN: Final = frozenset(
    {"the", "a", "pointing", "every", "none", "number", "vague", "share", "other", "more", "ordinal",
     "colour", "size", "aside", "comparative", "superlative", "of", "not", "what", "side"}
)  # fmt: skip
_MANY: Final = frozenset(
    {"them", "they", "themselves", "these", "those", "each other", "one another", "both", "all"}
)
_MEMBERS: Final = frozenset({"every", "each", "any", "either", "every one", "each one"})


class Phrase:
    """Reads one phrase from its head to the left; ``at`` is the token that is looked at."""

    def __init__(self, tokens: Sequence[Token], head: int, before: int) -> None:
        token = tokens[head]
        self.tokens, self.before, self.at = tokens, before, head - 1
        self.thing = Thing(
            head, head, token.start, token.end, None, token.start, token.plural, owner=token.owner
        )

    def noun(self, kind: str) -> Thing:
        """Return the phrase whose head is of ``kind``: class, object, foreign, or a pronoun."""
        token, thing = self.tokens[self.thing.head], self.thing
        if kind == "pronoun":
            self._pronoun(token)
        else:
            thing.category = token.value if kind == "class" else None
            thing.foreign = kind == "foreign"
            if thing.foreign and token.kind == "collective":
                thing.collective = token.value
            if kind == "object":
                thing.pronoun = "object"
                thing.plural = token.words.endswith("s") and token.words != "class"
                thing.rest = token.words.endswith("else")
            self.adjectives()
            self.determined()
            self._before_of()
        thing.first, thing.start = self.at + 1, self.tokens[self.at + 1].start
        self._negated()
        return thing

    @property
    def _kind(self) -> str:
        """The kind of the token that is looked at; none before the phrase before."""
        return self.tokens[self.at].kind if self.at > self.before else ""

    def _before_of(self) -> None:
        """Take “a row of”, “three of”, “most”."""
        if self._kind == "of" and self.at - 1 > self.before:
            if self.tokens[self.at - 1].kind == "collective":
                self.at -= 1
                self._collective()
                if self._kind == "of" and self.at - 1 > self.before:
                    self.at -= 1
                    self._part_of()
            else:
                self.at -= 1
                self._part_of()
        elif self._kind == "share":
            self.thing.share = self.tokens[self.at].value
            self.at -= 1

    def adjectives(self) -> None:
        """Take adjectives, and words of no known meaning that may be some."""
        first = max(self.before, self.thing.head - MOST_WORDS)
        while self.at > first:
            token = self.tokens[self.at]
            if token.words.endswith(" to"):  # “nearest to the plane” is no plane
                break
            if token.kind in _ADJECTIVES:
                self._adjective(token)
            elif self._is_between_adjectives(first) or self._is_measure():
                pass
            elif token.kind == "word" and (reached := self._over_unknown(first)) is not None:
                self.thing.unknown = True
                self.at = reached
                continue
            else:
                break
            self.at -= 1

    def _adjective(self, token: Token) -> None:
        if token.kind != "aside":
            one = Adjective(token.kind, token.value, token.start, token.end)
            self.thing.adjectives.insert(0, one)

    def _is_between_adjectives(self, first: int) -> bool:
        """Say whether the token stands between two adjectives: “large, white planes”."""
        if self.tokens[self.at].kind not in _JOINING or self.at - 1 <= first:
            return False
        return (
            self.tokens[self.at - 1].kind in _PLAIN
            and self.at + 1 <= self.thing.head
            and self.tokens[self.at + 1].kind in _PLAIN
        )

    def _is_measure(self) -> bool:
        """Say whether the token is one of “a 30 m long plane”."""
        token = self.tokens[self.at]
        if token.kind == "measure":
            return token.value == "m"
        before = self.tokens[self.at - 1].kind if self.at > 0 else ""
        return token.kind == "dimension" and before == "measure"

    def _over_unknown(self, first: int) -> int | None:
        """Return the token before the unknown words where they may be adjectives."""
        at = self.at
        for _ in range(UNKNOWN):
            if at <= first or self.tokens[at].kind != "word":
                break
            at -= 1
        return at if at > first and self.tokens[at].kind in _BEFORE_UNKNOWN else None

    def determined(self) -> None:
        """Take number, article and the like."""
        while self.at > self.before:
            token = self.tokens[self.at]
            if token.kind in {"number", "vague"}:
                if self.thing.quantity is not None or not self._number():
                    return
            elif self._determines(token):
                self.at -= 1
            else:
                return

    def _determines(self, token: Token) -> bool:
        """Note what ``token`` says of the phrase; return False where it is none of its words."""
        thing = self.thing
        match token.kind:
            case "bound" if token.value != "exactly":
                return False
            case "superlative" if token.words.endswith(" to"):  # “nearest to the plane”
                return False
            case "superlative" | "comparative" | "side" | "size" | "colour":
                self._adjective(token)
            case "what":
                thing.asked = True
            case "every":
                thing.every = token.value
            case "none":
                thing.denied = token.value
            case "other" | "more" | "factor" | "ordinal" | "after_number" | "who":
                return self._sets_apart(token)
            case "the" | "pointing":
                thing.definite = True
            case "picture" if token.owner:  # “the scene's largest object”
                thing.definite = True
            case _:
                return token.kind in _PASSED
        return True

    def _is_alternative(self, token: Token) -> bool:
        before = self.tokens[self.at - 1].kind if self.at > 0 else ""
        return token.words == "or more" and before not in {"number", "vague"}

    def _sets_apart(self, token: Token) -> bool:
        """Note which of several are meant: “other”, “two more”, “the second”, “twice as many”."""
        thing = self.thing
        match token.kind:
            case "other":
                thing.rest = True
                thing.definite |= token.value in {"remaining", "rest", "the rest of the"}
            case "more":
                thing.rest, thing.comparison = True, token.value
            case "ordinal":
                thing.rank = max(1, grammar().plain["ordinal"].index(token.value) + 1)
            case "after_number" if self._is_alternative(token):  # “more planes or more ships”
                thing.rest, thing.comparison = True, "more"
            case "who":  # “which object is the largest?”
                thing.asked = token.words == "which" and self.at == 0 and thing.pronoun == "object"
                return thing.asked
            case "factor":
                if thing.comparison is None:
                    return False
                thing.factor = token.number
        return True

    def _number(self) -> bool:
        """Take the number that is looked at; return False where it is a mere name."""
        read = read_quantity(self.tokens, self.at)
        if read is None:
            self.thing.unknown = True
            return False
        self.thing.quantity, first = read
        self.at = max(first, self.before + 1) - 1
        return True

    def _collective(self) -> None:
        """Take “a row of”, “two rows of”; the number of rows is no number of things."""
        thing, place = self.thing, self.at
        thing.collective = self.tokens[place].value
        rows = Phrase(self.tokens, place, self.before)
        rows.adjectives()
        rows.determined()
        if rows.thing.quantity is not None:
            thing.collectives = rows.thing.quantity.low
        elif thing.collective.endswith("s") and thing.collective not in words("collectives_of_one"):
            thing.collectives = 2
        thing.rest |= rows.thing.rest
        thing.rank = thing.rank or rows.thing.rank
        thing.definite |= rows.thing.definite
        thing.every = thing.every or rows.thing.every
        thing.denied = thing.denied or rows.thing.denied
        self.at = rows.at

    def _part_of(self) -> None:
        """Take “three of”, “one of”, “none of”; other words before “of” do not belong here."""
        thing, token = self.thing, self.tokens[self.at]
        ranked = self.at > 0 and self.tokens[self.at - 1].kind in {"superlative", "comparative"}
        if (
            ranked
            and (token.kind == "one" or token.words in {"one", "member"})
            and self.at - 1 > self.before
        ):
            self._one_of()
        elif token.kind in {"number", "vague"}:
            self._portion()
        elif token.kind == "none":
            thing.denied = "none"
            self.at -= 1
        elif token.kind == "every":
            thing.every = token.value
            self.at -= 1
        elif token.words in words("some_of"):
            thing.unknown = True
            thing.portion = Quantity(1, math.inf, 1, math.inf, token.start, token.end)
            self.at -= 1
            if self._kind in {"number", "the", "a"}:
                self.at -= 1
        elif token.words in words("instances"):
            self.at -= 1
            self.determined()
        elif token.kind in {"superlative", "comparative"}:
            self._most_of(token)
        elif token.kind in {"one", "other"} and self.at - 1 > self.before:
            self._one_of()
        else:
            self.at += 1

    def _portion(self) -> None:
        read = read_quantity(self.tokens, self.at)
        if read is None:
            self.at += 1
            return
        self.thing.portion, first = read
        self.at = max(first, self.before + 1) - 1

    def _most_of(self, token: Token) -> None:
        """Take “the largest of the ships”."""
        thing = self.thing
        thing.every = thing.quantity = None
        thing.adjectives.insert(0, Adjective(token.kind, token.value, token.start, token.end))
        thing.plural, thing.definite = False, True
        self.at -= 1
        self._determined_of()

    def _one_of(self) -> None:
        """Take “the larger one of the ships”."""
        place = self.at - 1
        if self.tokens[place].kind not in {"superlative", "comparative"}:
            self.at += 1
            return
        self.at = place
        self._most_of(self.tokens[place])

    def _determined_of(self) -> None:
        if self._kind in {"the", "a", "pointing"}:
            self.at -= 1
        elif self._kind == "number" and self.tokens[self.at].value == "one":
            self.thing.portion = exactly(1)
            self.thing.unknown = True
            self.at -= 1

    def _negated(self) -> None:
        """Note that “not” stands right before the phrase and denies all of it."""
        thing = self.thing
        before = self.tokens[self.at] if self.at >= 0 else None
        if before is None or before.kind not in {"not", "none"}:
            return
        if (before.kind == "not" and thing.every == "any") or (
            before.kind == "none" and thing.denied is None
        ):
            thing.denied = before.value
        elif before.kind == "not" and thing.every is not None:
            thing.every, thing.share = None, None
            thing.thought = True  # “not all of them” leaves open how many
            thing.denied = "not all"

    def _pronoun(self, token: Token) -> None:
        thing, place = self.thing, self.thing.head
        thing.pronoun, thing.definite = token.value, True
        thing.plural = token.value in _MANY
        if token.kind == "number":
            named = token.value == "one" and self._kind in {"the", "pointing"}  # “the one there”
            if token.value != "one" or (stands_alone(self.tokens, place) and not named):
                self._counted_pronoun(token)
        elif token.kind in {"superlative", "comparative"}:
            thing.adjectives.append(Adjective(token.kind, token.value, token.start, token.end))
            thing.pronoun, thing.plural = "one", False
            self.at -= 1 if self._kind in {"the", "pointing"} else 0
        elif token.words in {"its", "their"}:
            thing.pronoun, thing.plural = "it", token.words == "their"
            thing.owner = True
        elif token.words in {"that", "those"} and self._is_placed(
            place
        ):  # “that in the upper left”
            thing.pronoun, thing.plural = "one", token.words == "those"
        else:
            _stand_in(thing, token)
        if token.kind in {"one", "number", "other", "mention"}:
            self._one(token)
        self._before_of()

    def _is_placed(self, place: int) -> bool:
        return place + 1 < len(self.tokens) and self.tokens[place + 1].kind == "place"

    def _counted_pronoun(self, token: Token) -> None:
        thing = self.thing
        read = read_quantity(self.tokens, thing.head)
        if read is not None:
            thing.quantity, first = read
            self.at = max(first, self.before + 1) - 1
        if self._kind in {"and", "comma", "boundary", "colon", ""} or self.at < 0:
            thing.portion, thing.quantity = thing.quantity, None  # “two are white, two are grey”
        thing.pronoun, thing.plural = "they", token.number != 1

    def _one(self, token: Token) -> None:
        thing = self.thing
        definite, thing.definite = thing.definite, False
        self.adjectives()
        self.determined()
        thing.definite |= definite and token.kind != "one" and token.value != "one"


def _stand_in(thing: Thing, token: Token) -> None:
    """Note what a pronoun stands for: nobody, the others, all, what is asked."""
    match token.kind:
        case "none":
            thing.denied, thing.plural = token.words, True
            thing.pronoun = "object" if token.words == "nothing" else "they"
            if token.words in {"nobody", "no one"}:
                thing.category, thing.pronoun = "person", None
        case "other":
            thing.rest, thing.pronoun, thing.plural = True, "they", token.value == "others"
        case "every":
            thing.every, thing.plural = token.value, True
            thing.pronoun = "any" if token.value == "any" else "they"
        case "what" | "who":
            thing.asked, thing.pronoun = True, "object"
        case "mention":
            thing.plural = False
        case _:
            thing.plural |= token.value in {"ones", "units"}
