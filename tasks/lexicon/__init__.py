"""Class names in English, and which class includes which."""

from tasks.lexicon.lexicon import (
    CategoryMention,
    broader,
    canonical,
    counted,
    find_categories,
    is_known,
    noun,
    number_word,
    parse_number,
    plural,
    related,
    with_article,
)

__all__ = [
    "CategoryMention",
    "broader",
    "canonical",
    "counted",
    "find_categories",
    "is_known",
    "noun",
    "number_word",
    "parse_number",
    "plural",
    "related",
    "with_article",
]
