"""All checks of one conversation against one tile, in the order in which reasons are given."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Final, Literal, NamedTuple

from schemas.verdict import ClaimKind, Verdict
from tasks.grounding.answers import answers, box_verdicts
from tasks.grounding.comparisons import comparisons
from tasks.grounding.discourse import Discourse
from tasks.grounding.grammar import grammar, whole_words
from tasks.grounding.meanings import shown
from tasks.grounding.references import Parsed
from tasks.grounding.sentences import Sentence, sentences
from tasks.grounding.statements import Judge, Scene
from tasks.grounding.truth import Truth
from tasks.grounding.verdicts import Checked, verdict

_EXCEPT: Final = frozenset(
    {"except", "other than", "apart from", "but for", "besides", "than", "outside"}
)


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
    return distinct(examine(turns, truth, form, own))


def distinct(checked: Iterable[Checked]) -> tuple[Verdict, ...]:
    """Return the verdicts in ``checked``, that on a statement made twice once."""
    found: dict[tuple[str, str, str, str], Verdict] = {}
    for one in checked:
        it = one.verdict
        found.setdefault((it.kind, it.claim, it.outcome, it.evidence), it)
    return tuple(found.values())


def examine(
    turns: Sequence[Said], truth: Truth, form: str = "", own: tuple[str, ...] = ()
) -> tuple[Checked, ...]:
    """Return the verdict on every statement, wherever it is made, with the edits that make it true."""
    found: list[Checked] = []
    discourse = Discourse()
    question: list[Sentence] = []
    asked_text = ""
    for number, said in enumerate(turns):
        asked = said.role == "user"
        read = list(sentences(said.text, truth.unknown_categories, asked=asked))
        some = [*_references(read, said.text, truth), *box_verdicts(said.text, truth, own)]
        if said.role == "user":
            for sentence in read:  # what a question speaks of, its answer may point back to
                list(_judged(sentence, said.text.plain, truth, discourse))
            question, asked_text = read, said.text.plain
        else:
            for sentence in read:
                if not said.text.plain.startswith("?", sentence.end - 1):
                    some += _judged(sentence, said.text.plain, truth, discourse)
            some += answers(question, read, said.text.plain, form, truth, discourse, asked_text)
        found += (_in_turn(one, number) for one in some)
    return tuple(found)


def _judged(sentence: Sentence, text: str, truth: Truth, discourse: Discourse) -> Iterator[Checked]:
    if not sentence.nouns:
        return
    doubtful = any(token.words in _doubtful() for token in sentence.tokens)
    excepted = any(token.words in _EXCEPT for token in sentence.tokens)
    scene = Scene(truth, discourse, text, _is_about_all(sentence), excepted, doubtful)
    yield from comparisons(sentence, scene)
    yield from Judge(scene).checked(sentence.nouns)


def _is_about_all(sentence: Sentence) -> bool:
    """Say whether a sentence speaks of the picture as a whole, with “in total” or “the image”."""
    return any(token.kind == "I" or token.words in _totals() for token in sentence.tokens)


def _references(read: Sequence[Sentence], parsed: Parsed, truth: Truth) -> Iterator[Checked]:
    """Judge the ids of every tag; what is cut off may be meant where the sentence says so."""
    sound: set[str] = set()
    for span in parsed.spans:
        unknown = [ref for ref in span.refs if ref not in truth.objects]
        hidden = [r for r in span.refs if r not in unknown and not truth.objects[r].described]
        claim = " ".join(parsed.plain[span.start : span.end].split())[:160]
        place = {"start": span.start, "end": span.end}
        if unknown:
            evidence = f"the tile has no object {shown(unknown)}"
            yield Checked(verdict(ClaimKind.REFERENCE, claim, "contradicted", evidence, **place))
        elif hidden and not _says_partly(read, span.start, parsed.plain):
            evidence = f"{shown(hidden)} cut off too far to be described"
            yield Checked(verdict(ClaimKind.REFERENCE, claim, "contradicted", evidence, **place))
        sound.update(ref for ref in span.refs if ref not in unknown)
    if sound:
        evidence = f"{len(sound)} of {len(truth.objects)} objects of the tile referred to"
        yield Checked(verdict(ClaimKind.REFERENCE, "all tags", "supported", evidence))


def _says_partly(read: Sequence[Sentence], at: int, text: str) -> bool:
    """Say whether the sentence round ``at`` speaks of what is cut off."""
    for sentence in read:
        if sentence.start <= at < sentence.end:
            return _partly().search(text[sentence.start : sentence.end].lower()) is not None
    return False


def _in_turn(checked: Checked, turn: int) -> Checked:
    if not turn:
        return checked
    return checked._replace(verdict=checked.verdict.model_copy(update={"turn": turn}))


@cache
def _partly() -> re.Pattern[str]:
    return whole_words(grammar().partly)


@cache
def _doubtful() -> frozenset[str]:
    return frozenset(grammar().doubtful)


@cache
def _totals() -> frozenset[str]:
    return frozenset({"in total", "in all", "altogether", "all in all", "overall", "a total of"})
