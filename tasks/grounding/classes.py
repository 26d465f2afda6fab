"""Classes that a text names: whether they are in the tile, and whether tags fit their objects."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from schemas.verdict import Outcome, Verdict
from tasks.grounding.counts import is_about_all
from tasks.grounding.grammar import any_of, grammar, whole_words
from tasks.grounding.passages import Mention, Sentence
from tasks.grounding.truth import Truth, is_a
from tasks.grounding.verdicts import named, verdict
from tasks.lexicon.lexicon import related

DENIED: Final = 30  # characters between a denial and its class: “no large white ships”
THOUGHT: Final = 60  # characters between a word such as “could” and its class
LISTED: Final = 40  # characters between the members of “no ships, planes or harbours”

_Denial = Literal["flat", "loose"]


def class_verdicts(sentence: Sentence, truth: Truth) -> Iterator[Verdict]:
    """Judge every class that ``sentence`` names, and the classes of every tagged phrase."""
    yield from _tagged(sentence, truth)
    denial: _Denial | None = None
    end = 0
    for mention in sentence.mentions:
        denial = _denial(sentence.text, mention) or _continued(sentence.text, end, mention, denial)
        claim = sentence.quote(mention.start, mention.end)
        if denial is None:
            yield _present(sentence, claim, mention, truth)
        else:
            yield _absent(sentence, claim, mention, truth, flat=denial == "flat")
        end = mention.end


def presence(category: str, *, claimed: bool, truth: Truth) -> Outcome:
    """Say whether ``category`` is in the tile, or is not, as ``claimed``."""
    tally = truth.tally(category)
    there = tally.described + tally.partly > 0
    if there:
        return "supported" if claimed else "contradicted"
    if tally.possible or not truth.is_labelled(category):
        return "unverifiable"
    return "contradicted" if claimed else "supported"


def _present(sentence: Sentence, claim: str, mention: Mention, truth: Truth) -> Verdict:
    outcome = presence(mention.category, claimed=True, truth=truth)
    evidence = f"{mention.category}: {truth.tally(mention.category)} in the tile"
    if outcome == "contradicted" and mention.phrase is None and _is_thought(sentence.text, mention):
        outcome, evidence = "unverifiable", f"{evidence}, but spoken of as a possibility"
    return verdict("class", claim, outcome, evidence)


def _absent(
    sentence: Sentence, claim: str, mention: Mention, truth: Truth, *, flat: bool
) -> Verdict:
    """Judge “no ships”; only where nothing narrows it down does it deny all of them."""
    tally = truth.tally(mention.category)
    words, evidence = f"no {claim}", f"{mention.category}: {tally} in the tile"
    there = tally.described + tally.partly
    if there == 0:
        outcome: Outcome = "unverifiable" if tally.possible or tally.is_floor else "supported"
        return verdict("class", words, outcome, evidence)
    if flat and mention.phrase is None and is_about_all(sentence.text):
        return verdict("class", words, "contradicted", evidence)
    return verdict("class", words, "unverifiable", evidence)


def _tagged(sentence: Sentence, truth: Truth) -> Iterator[Verdict]:
    for phrase in sentence.phrases:
        heads = sentence.heads.get(phrase.start, ())
        found = {truth.objects[r].category for r in phrase.refs if r in truth.objects}
        if heads and found:
            claim = sentence.quote(phrase.start, phrase.end)
            outcome = _agreement(sorted(found), [mention.category for mention in heads])
            yield verdict(
                "class", claim, outcome, f"{named(phrase.refs)}: {', '.join(sorted(found))}"
            )


def _agreement(found: Sequence[str], claimed: Sequence[str]) -> Outcome:
    """Say whether each class ``found`` is one of those ``claimed`` or a subclass of one."""
    if all(any(is_a(one, other) for other in claimed) for one in found):
        return "supported"
    maybe = all(any(related(one, other) for other in claimed) for one in found)
    return "unverifiable" if maybe else "contradicted"


def _denial(text: str, mention: Mention) -> _Denial | None:
    """Return how the words right before ``mention`` deny it: “no ships” flatly."""
    start = max(0, mention.start - DENIED)
    if _FLATLY.search(text, start, mention.start) or _NOT_THERE.match(text, mention.end):
        return "flat"
    return "loose" if _DENIED.search(text, start, mention.start) else None


def _continued(text: str, end: int, mention: Mention, before: _Denial | None) -> _Denial | None:
    """Return the denial that ``mention`` shares with the class before it: “no ships or planes”."""
    gap = text[end : mention.start]
    found = _LIST.fullmatch(gap) if before and len(gap) <= LISTED else None
    if found is None:
        return None
    return before if found["or"] in {"or", "nor"} else "loose"


def _is_thought(text: str, mention: Mention) -> bool:
    return _THOUGHT.search(text, max(0, mention.start - THOUGHT), mention.start) is not None


_NEGATIONS: Final = any_of(grammar().denials)
_DENIED: Final = re.compile(
    rf"(?:(?<!\w)|(?=n't))(?:{_NEGATIONS})\s{{1,3}}(?:(?:any|other|visible|single|[a-z-]+ed)\s{{1,3}}){{0,2}}\Z"
)
_NOT: Final = r"(?:(?<!\w)(?:not|cannot|never)|n't)"
_FLATLY: Final = re.compile(
    rf"(?:(?<!\w)(?:no|zero|without\s{{1,3}}any)|"
    rf"{_NOT}\s{{1,3}}(?:[a-z]+\s{{1,3}}){{0,2}}(?:any|an?)(?:\s{{1,3}}single)?)\s{{1,3}}\Z"
)
_NOT_THERE: Final = re.compile(
    rf"\s{{1,3}}(?:do|does|is|are|can|could)?\s{{0,3}}{_NOT}\s{{1,3}}(?:be\s{{1,3}})?"
    rf"(?:{any_of(grammar().appear)})(?!\w)"
)
_LIST: Final = re.compile(r"\s{0,3},?\s{0,3}(?P<or>or|nor|and)?(?:\s{1,3}(?:any|no))?\s{1,3}")
_THOUGHT: Final = re.compile(rf"{whole_words(grammar().hypothetical).pattern}[^,.:;]*\Z")
