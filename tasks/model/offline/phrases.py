"""Tagged noun phrases and the small words that agree with them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tasks.grounding.references import tag
from tasks.lexicon.lexicon import counted, english, noun, number_word, with_article
from tasks.model.offline.sight import Company, Sight, View

_SIZED: Final = ("large ", "small ", "damaged ", "liquid ", "dry ", "other ")


def agreement(count: int) -> Mapping[str, str]:
    """Return the slots that agree with ``count``: it, its, is, has, does, all, the verb's s."""
    if count == 1:
        return {
            "it": "it",
            "them": "it",
            "its": "its",
            "is": "is",
            "has": "has",
            "does": "does",
            "s": "s",
        }
    many = {
        "it": "they",
        "them": "them",
        "its": "their",
        "is": "are",
        "has": "have",
        "does": "do",
        "s": "",
    }
    return {**many, "all": "both" if count == 2 else "all"}


def listed(items: Sequence[str]) -> str:
    """Return “a”, “a and b”, “a, b and c”."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def takes_colour(category: str) -> bool:
    """Whether a colour word can stand before the class: not “white large vehicle”."""
    return not category.lower().startswith(_SIZED) and category[0].islower()


def a_thing(sight: Sight) -> str:
    """Return “a white plane”, tagged; the colour only where it can stand before the noun."""
    if sight.fact.crowd:
        return tag(f"a crowd of {noun(sight.category, 2)}", [sight.ref])
    if sight.colour and takes_colour(sight.category):
        return tag(article_for(f"{sight.colour} {sight.category}"), [sight.ref])
    return tag(with_article(sight.category), [sight.ref])


def the_thing(sight: Sight) -> str:
    """Return “the plane”, tagged."""
    if sight.fact.crowd:
        return tag(f"the crowd of {noun(sight.category, 2)}", [sight.ref])
    return tag(f"the {sight.category}", [sight.ref])


def it(refs: Sequence[str]) -> str:
    """Return “it” or “they”, tagged."""
    return tag("it" if len(refs) == 1 else "they", refs)


def pronoun(sight: Sight) -> str:
    """Return “it”, tagged; a person is no “it”."""
    return the_thing(sight) if sight.category == "person" else it([sight.ref])


def them(refs: Sequence[str]) -> str:
    """Return “it” or “them”, tagged."""
    return tag("it" if len(refs) == 1 else "them", refs)


def other(sight: Sight, beside: str, view: View) -> str:
    """Return the other end of a relation: “another plane”, “the ship” when alone, “a white ship”."""
    if sight.category == beside and not sight.fact.crowd:
        alone = len(view.all_of(beside)) == 2 and view.complete(beside)
        return tag(f"{'the other' if alone else 'another'} {sight.category}", [sight.ref])
    if len(view.all_of(sight.category)) == 1 and view.complete(sight.category):
        return the_thing(sight)
    return a_thing(sight)


def many(group: Company, *, colour: bool = True) -> str:
    """Return “nine white planes”, tagged with exactly those; “a white plane” for one."""
    if len(group.members) == 1:
        return a_thing(group.members[0]) if colour else _a_plain(group.members[0])
    number = number_word(len(group.members))
    return tag(f"{number} {_coloured(group) if colour else noun(group.category, 2)}", group.refs)


def the_many(group: Company) -> str:
    """Return “the nine planes”, tagged; “the plane” for one."""
    if len(group.members) == 1:
        return the_thing(group.members[0])
    return tag(f"the {counted(len(group.members), group.category)}", group.refs)


def formation(group: Company, article: str = "a") -> str:
    """Return “a row of nine white planes”, tagged; a plain number where they form nothing."""
    if group.kind not in {"row", "cluster"}:
        return many(group) if article == "a" else the_many(group)
    body = f"{number_word(len(group.members))} {_coloured(group)}"
    return tag(f"{article} {group.kind} of {body}", group.refs)


def gathering(group: Company) -> str:
    """Return “a group of nine planes”, tagged."""
    return tag(f"a group of {counted(len(group.refs), group.category)}", group.refs)


def share(group: Company, refs: Sequence[str], words: str | None = None) -> str:
    """Return “three of them”, “all of them” or ``words``, tagged with ``refs``."""
    if len(refs) == len(group.members):
        return tag("both of them" if len(refs) == 2 else "all of them", refs)
    return tag(words, refs) if words else some_of_them(refs)


def some_of_them(refs: Sequence[str]) -> str:
    """Return “three of them”, tagged."""
    return tag(f"{number_word(len(refs))} of them", refs)


def some(refs: Sequence[str]) -> str:
    """Return “three”, tagged."""
    return tag(number_word(len(refs)), refs)


def owns(refs: Sequence[str]) -> str:
    """Return “its” or “their”, tagged."""
    return tag("its" if len(refs) == 1 else "their", refs)


def of_class(refs: Sequence[str], category: str) -> str:
    """Return “50 large vehicles”, tagged."""
    return tag(counted(len(refs), category), refs)


def all_colour(group: Company) -> str | None:
    """Return the colour that every member shows, else None."""
    if not group.colours or len(group.colours[0][1]) < len(group.members):
        return None
    return group.colours[0][0]


def ordinal(place: int) -> str:
    """Return “third” up to twelfth, then “13th”."""
    word = number_word(place)
    return str(english().ordinal(word))


def refs_of(sights: Iterable[Sight]) -> tuple[str, ...]:
    """Return the numbers of ``sights``."""
    return tuple(sight.ref for sight in sights)


def _coloured(group: Company) -> str:
    colour = all_colour(group)
    name = noun(group.category, 2)
    return f"{colour} {name}" if colour and takes_colour(group.category) else name


def _a_plain(sight: Sight) -> str:
    return tag(with_article(sight.category), [sight.ref])


def article_for(words: str) -> str:
    """Return ``words`` with the indefinite article that they take."""
    return str(english().a(words))
