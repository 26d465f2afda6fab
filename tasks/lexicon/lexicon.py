"""Names of classes: how sources spell them, their English singular and plural, and what is what."""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import yaml
from pydantic import Field

from schemas.errors import PipelineError
from schemas.record import Record

if TYPE_CHECKING:
    import inflect

WORDS_UP_TO: Final = 12
_SEPARATORS: Final = re.compile(r"[\s_\-/.]+")


@cache
def english() -> "inflect.engine":
    """Return the rules of English plurals, articles and numbers.

    They take seconds to import, so they are imported where the first word is asked for.
    """
    import inflect  # noqa: PLC0415

    return inflect.engine()


class Category(Record):
    """One entry of ``categories.yaml``."""

    plural: str | None = Field(None, description="where the rules of English do not give it")
    synonyms: tuple[str, ...] = Field((), description="other names, singular")
    spelled: tuple[str, ...] = Field((), description="names that sources give it, but texts do not")
    broader: tuple[str, ...] = Field((), description="classes that it certainly belongs to")
    overlaps: tuple[str, ...] = Field((), description="classes that some of them belong to too")
    short: tuple[str, ...] = Field(
        (), description="names that mean it only where such things are known to be about, singular"
    )
    typical: tuple[str, ...] = Field(
        (), description="labels by which sources without one for this class mean it"
    )


class CategoryMention(Record):
    """A class named in a text."""

    start: int = Field(ge=0, description="first character")
    end: int = Field(gt=0, description="character after the last")
    category: str = Field(description="canonical class")
    plural: bool = Field(description="written in a plural that differs from the singular")


@cache
def categories() -> dict[str, Category]:
    """Return every known class by its canonical name, in file order."""
    text = (files("tasks.lexicon") / "categories.yaml").read_text(encoding="utf-8")
    return {name: Category.model_validate(entry) for name, entry in yaml.safe_load(text).items()}


@cache
def canonical(spelled: str) -> str:
    """Return the canonical name of a class as a source or a text spells it.

    Separators and capitals do not matter, plurals are understood. A class that is not in the file
    is kept, in lower case with single spaces.
    """
    tidy = _tidy(spelled)
    return _spellings().get(_squeezed(tidy), tidy)


def is_known(category: str) -> bool:
    """Say whether ``category``, in any spelling, is in the file."""
    return canonical(category) in categories()


@cache
def plural(category: str) -> str:
    """Return the English plural: “golf courses”, “people”, “aircraft”."""
    entry = categories().get(category)
    if entry and entry.plural:
        return entry.plural
    return category if _singular_of(category) else english().plural_noun(category)


def noun(category: str, count: int) -> str:
    """Return the class in the number that ``count`` asks for."""
    if count != 1:
        return plural(category)
    return category if category in categories() else (_singular_of(category) or category)


def counted(count: int, category: str) -> str:
    """Return “no planes”, “one large vehicle” or “14 small vehicles”."""
    return f"{number_word(count) if count else 'no'} {noun(category, count)}"


@cache
def with_article(category: str) -> str:
    """Return “a plane”, “an airport”."""
    return str(english().a(noun(category, 1)))


@cache
def broader(category: str) -> frozenset[str]:
    """Return all classes above ``category``, itself not among them."""
    entry = categories().get(category)
    above = entry.broader if entry else ()
    return frozenset(above).union(*(broader(name) for name in above))


def typical(category: str) -> tuple[str, ...]:
    """Return the labels that stand for ``category`` in sources that have none for it."""
    entry = categories().get(category)
    return entry.typical if entry else ()


@cache
def related(a: str, b: str) -> bool:
    """Say whether one thing can be both: the same class, super- or subclass, or overlapping ones."""
    if a == b or a in broader(b) or b in broader(a):
        return True
    return b in _overlaps(a) or a in _overlaps(b)


def find_categories(text: str, also: Collection[str] = ()) -> tuple[CategoryMention, ...]:
    """Return the classes that ``text`` names, in order, the longest name at each place.

    Singulars, plurals and synonyms of known classes are found as whole words; ``also`` adds classes
    that the file does not know.
    """
    names, pattern = _named(frozenset(also)), _pattern(frozenset(also))
    return tuple(
        CategoryMention(
            start=found.start(),
            end=found.end(),
            category=names[said][0],
            plural=names[said][1],
        )
        for found in pattern.finditer(text)
        if (said := _tidy(found.group())) in names  # “ſhips” matches, but is no word of ours
    )


@cache
def number_word(number: int) -> str:
    """Return “seven” up to twelve, digits above."""
    return (
        str(english().number_to_words(str(number))) if 0 <= number <= WORDS_UP_TO else str(number)
    )


def parse_number(text: str) -> int | None:
    """Return the whole number that ``text`` is, in digits or words up to one hundred, or None."""
    plain = text.strip().lower()
    if re.fullmatch(r"\d{1,3}(,\d{3})+|\d+", plain):
        return int(plain.replace(",", ""))
    return _number_words().get(_tidy(plain))


def written_forms(also: frozenset[str] = frozenset()) -> dict[str, tuple[str, bool]]:
    """Return every written form of every class, with the class and whether it is only a plural.

    ``also`` are classes that the file does not know.
    """
    return _named(also)


@cache
def short_forms(category: str) -> dict[str, tuple[str, bool]]:
    """Return the short names of a class, singular and plural, as ``written_forms`` does."""
    entry = categories().get(category)
    found: dict[str, tuple[str, bool]] = {}
    for form in entry.short if entry else ():
        found[form] = (category, False)
        found[english().plural_noun(form)] = (category, True)
    return found


def numbers_in_words() -> dict[str, int]:
    """Return the numbers up to one hundred by their words, “no” being 0 and “a dozen” 12."""
    return _number_words()


def _tidy(spelled: str) -> str:
    return _SEPARATORS.sub(" ", spelled).strip().lower()


def _squeezed(tidy: str) -> str:
    return tidy.replace(" ", "")


@cache
def _singular_of(category: str) -> str | None:
    """Return the singular of a class that a source names in the plural, else None."""
    if category.endswith(("ss", "us", "is", "as")):
        return None
    single = english().singular_noun(category)
    return single if single and english().plural_noun(single) == category else None


def _overlaps(category: str) -> tuple[str, ...]:
    entry = categories().get(category)
    return entry.overlaps if entry else ()


@cache
def _spellings() -> dict[str, str]:
    """Map every spelling, without spaces, to its class."""
    spellings: dict[str, str] = {}
    for name, entry in categories().items():
        for form, _ in (*_forms(name, entry), *((_tidy(form), False) for form in entry.spelled)):
            other = spellings.setdefault(_squeezed(form), name)
            if other != name:
                raise PipelineError(f"categories.yaml: “{form}” is spelled for {other} and {name}")
    return spellings


def _forms(name: str, entry: Category) -> Iterator[tuple[str, bool]]:
    """Yield every written form of a class, tidied, and whether it is only a plural."""
    for form in (name, *entry.synonyms):
        many = plural(name) if form == name else english().plural_noun(form)
        yield _tidy(form), False
        if _tidy(many) != _tidy(form):
            yield _tidy(many), True


@cache
def _named(also: frozenset[str]) -> dict[str, tuple[str, bool]]:
    """Return the written forms with their class and number; those of ``also`` go first."""
    if also:
        new = _forms_of({n: Category() for n in sorted(also) if n not in categories()})
        return {**_named(frozenset()), **new} if new else _named(frozenset())
    return _forms_of(categories())


def _forms_of(entries: Mapping[str, Category]) -> dict[str, tuple[str, bool]]:
    forms: dict[str, tuple[str, bool]] = {}
    for name, entry in entries.items():
        for form, many in _forms(name, entry):
            forms.setdefault(form, (name, many))
    return forms


@cache
def _pattern(also: frozenset[str]) -> re.Pattern[str]:
    """Return one pattern that finds every written form, the longest first."""
    forms = _named(also)
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    alternatives = "|".join(r"[\s_\-/.]+".join(map(re.escape, f.split())) for f in longest_first)
    return re.compile(rf"(?<!\w)(?=\w)(?:{alternatives})(?!\w)", re.IGNORECASE)


@cache
def _number_words() -> dict[str, int]:
    words = {_tidy(str(english().number_to_words(str(n)))): n for n in range(101)}
    return words | {"no": 0, "a dozen": 12, "dozen": 12}
