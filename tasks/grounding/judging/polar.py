"""Yes and no: the statement that a question makes of itself, asserted or denied."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from schemas.verdict import ClaimKind, Outcome
from tasks.grounding.judging.comparisons import comparisons
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.statements import Judge
from tasks.grounding.reading.clauses import Noun
from tasks.grounding.reading.grammar import any_of, fold, grammar, words
from tasks.grounding.reading.sentences import Sentence
from tasks.grounding.verdicts import Checked, Edit, verdict

_PLAIN: Final = frozenset(
    {"in", "on", "of", "at", "to", "you", "say", "this", "a", "the", "what", "yes", "no", "or", "here",
     "there", "i", "we", "any", "see", "with", "from"}
)  # fmt: skip
_ASKING: Final = frozenset({"can see", "show", "find", "see", "spot", "contain"})


def polar(
    question: Sequence[Sentence], ground: Ground, text: str, *, claimed: bool, form: str
) -> Iterator[Checked]:
    """Judge a yes or no by the statement that the question makes of itself."""
    for sentence in reversed(question):
        asks = form == "presence" or _is_polar(sentence)
        counts = how_many_asked(sentence, ground.text) is not None
        if not sentence.nouns or counts or not asks:
            continue
        nouns = [_any_of(noun) for noun in sentence.nouns]
        said = [*comparisons(sentence, ground), *Judge(ground).checked(nouns)]
        found = _together(sentence, said)
        outcome = found if claimed else _opposite(found)
        if not claimed and found == "supported" and has_unknown(sentence):
            outcome = "unverifiable"  # something may narrow it down
        evidence = "; ".join(one.verdict.evidence for one in said[:3]) or "nothing is claimed"
        asked = " ".join(ground.text[sentence.start : sentence.end].split())
        claim = f"{' '.join(text.split())[:60]} ({asked})"[:160]
        kind = _kind(said, claimed=claimed)
        yield Checked(
            verdict(kind, claim, outcome, evidence, start=0, end=len(text)),
            _flipped(text, claimed=claimed) if outcome == "contradicted" else (),
        )
        return


def _any_of(noun: Noun) -> Noun:
    """Return “are there planes?” as “is there any plane?”."""
    thing = noun.thing
    if thing.plural and not thing.definite and thing.number is None and thing.every is None:
        thing.every = "any"
    return noun


def says_yes(reply: str) -> bool | None:
    """Return whether folded ``reply`` begins with a yes or a no, None where with neither."""
    found = _YES_NO.match(reply)
    return None if found is None else found["no"] is None


def how_many_asked(sentence: Sentence, text: str) -> int | None:
    """Return where what is to be counted begins, None where nothing is."""
    found = _HOW_MANY.search(fold(text[sentence.start : sentence.end]))
    return sentence.start + found.end() if found else None


def _is_polar(sentence: Sentence) -> bool:
    if not sentence.tokens:
        return False
    if any(noun.thing.asked for noun in sentence.nouns):
        return False
    if sentence.tokens[0].words.split()[0] in words("asking"):
        return False
    if sentence.tokens[0].words in words("polar"):
        return True
    return any(token.kind == "there" or token.words in _ASKING for token in sentence.tokens[:6])


def _kind(said: Sequence[Checked], *, claimed: bool) -> ClaimKind:
    kind = said[0].verdict.kind if len(said) == 1 else ClaimKind.EXISTENCE
    contradicted = [one for one in said if one.verdict.outcome == "contradicted"]
    if contradicted:
        kind = contradicted[0].verdict.kind
    elif any(one.verdict.kind is ClaimKind.COMPARISON for one in said):
        kind = ClaimKind.COMPARISON
    return ClaimKind.ABSENCE if not claimed and kind is ClaimKind.EXISTENCE else kind


def _together(sentence: Sentence, said: Sequence[Checked]) -> Outcome:
    """Return what comes of all that the question says; nothing where it only presupposes."""
    outcomes = [one.verdict.outcome for one in said]
    if "contradicted" in outcomes:
        return "contradicted"
    exists = any(noun.exists or not noun.thing.definite for noun in sentence.nouns)
    presupposed = all(one.verdict.kind is ClaimKind.EXISTENCE for one in said) and not exists
    return (
        "unverifiable" if not outcomes or presupposed or "unverifiable" in outcomes else "supported"
    )


def has_unknown(sentence: Sentence) -> bool:
    """Say whether a question holds words that are not understood, other than its first ones."""
    return any(
        token.kind in {"word", "preposition", "hypothetical"} and token.words not in _PLAIN
        for token in sentence.tokens[1:]
    )


def _opposite(outcome: Outcome) -> Outcome:
    if outcome == "unverifiable":
        return outcome
    return "contradicted" if outcome == "supported" else "supported"


def _flipped(text: str, *, claimed: bool) -> tuple[Edit, ...]:
    """Return the edit that turns a bare yes into a no and the other way round."""
    bare = re.fullmatch(r"\s*(yes|no)[.!]?\s*", text, re.IGNORECASE)
    if bare is None:
        return ()
    word = "no" if claimed else "yes"
    word = word.capitalize() if bare[1][0].isupper() else word
    return (Edit(bare.start(1), bare.end(1), word),)


_YES_NO: Final = re.compile(
    rf"\W{{0,4}}(?:(?P<no>{any_of(grammar().refusals)})"
    rf"|(?!there (?:is|are)\s+\w)(?:{any_of(grammar().affirmations)}))(?!\w)"
)
_HOW_MANY: Final = re.compile(rf"(?<!\w)(?:{any_of(grammar().how_many)})(?!\w)")
