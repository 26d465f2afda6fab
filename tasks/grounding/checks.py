"""All checks of one conversation against one tile, in the order in which reasons are given."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from schemas.verdict import Verdict
from tasks.grounding.answers import answer_verdicts, box_verdicts
from tasks.grounding.classes import class_verdicts
from tasks.grounding.comparisons import comparison_verdicts
from tasks.grounding.counts import count_verdicts, says_partly
from tasks.grounding.passages import Sentence, sentences
from tasks.grounding.positions import position_verdicts
from tasks.grounding.references import Parsed
from tasks.grounding.relations import relation_verdicts
from tasks.grounding.truth import Truth
from tasks.grounding.verdicts import distinct, named, verdict


class Said(NamedTuple):
    """What one side said, with its tags taken apart."""

    role: Literal["user", "assistant"]
    text: Parsed


def check_turns(
    turns: Sequence[Said], truth: Truth, form: str = "", own: tuple[str, ...] = ()
) -> tuple[Verdict, ...]:
    """Return the verdict on every statement of ``turns``, each once.

    Questions may name what is not there: of the user's words only references and boxes are checked.
    ``form`` is the kind of question or text, ``own`` are the objects that the sample is about.
    """
    found: list[Verdict] = []
    question: list[Sentence] = []
    for said in turns:
        passages = list(sentences(said.text, truth.unknown_categories))
        found += _references(passages, truth)
        found += box_verdicts(said.text, truth, own)
        if said.role == "user":
            question = passages
            continue
        for sentence in passages:
            found += _statements(sentence, truth, own if form == "position" else ())
        found += answer_verdicts(question, passages, form, truth)
    return distinct(found)


def _statements(sentence: Sentence, truth: Truth, own: tuple[str, ...]) -> Iterator[Verdict]:
    yield from class_verdicts(sentence, truth)
    yield from count_verdicts(sentence, truth)
    yield from comparison_verdicts(sentence, truth)
    yield from position_verdicts(sentence, truth, own)
    yield from relation_verdicts(sentence, truth)


def _references(passages: Sequence[Sentence], truth: Truth) -> Iterator[Verdict]:
    """Judge the ids of every tag; what is cut off may be meant where the sentence says so."""
    sound: set[str] = set()
    for sentence in passages:
        for phrase in sentence.phrases:
            claim = sentence.quote(phrase.start, phrase.end)
            unknown = [ref for ref in phrase.refs if ref not in truth.objects]
            hidden = [r for r in phrase.refs if r not in unknown and not truth.objects[r].described]
            if unknown:
                evidence = f"the tile has no object {named(unknown)}"
                yield verdict("reference", claim, "contradicted", evidence)
            elif hidden and not says_partly(sentence.text):
                evidence = f"{named(hidden)} cut off too far to be described"
                yield verdict("reference", claim, "contradicted", evidence)
            sound.update(ref for ref in phrase.refs if ref not in unknown)
    if sound:
        evidence = f"{len(sound)} of {len(truth.objects)} objects of the tile referred to"
        yield verdict("reference", "all tags", "supported", evidence)
