"""All checks of one conversation against one tile, in the order in which reasons are given."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

from schemas.verdict import ClaimKind, Verdict
from tasks.grounding.judging.answers import Answer, answers
from tasks.grounding.judging.boxes import box_verdicts
from tasks.grounding.judging.comparisons import comparisons
from tasks.grounding.judging.discourse import Discourse
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.statements import Judge
from tasks.grounding.meanings import shown
from tasks.grounding.reading.grammar import grammar, whole_words, words
from tasks.grounding.reading.sentences import Sentence, sentences
from tasks.grounding.references import Parsed
from tasks.grounding.truth import Truth
from tasks.grounding.verdicts import Checked, verdict


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
    read = [list(_read(said, truth)) for said in turns]
    discourse = Discourse(_named(read))
    found: list[Checked] = []
    question, asked = list[Sentence](), ""
    for number, (said, some) in enumerate(zip(turns, read, strict=True)):
        checked = [*_references(some, said.text, truth), *box_verdicts(said.text, truth, own)]
        plain = said.text.plain
        if said.role == "user":
            for sentence in some:  # what a question speaks of, its answer may point back to
                if sentence.nouns:
                    Judge(Ground(truth, discourse, plain)).remember(sentence.nouns)
            question, asked = some, plain
        else:
            before = discourse.copy()
            told = [s for s in some if not plain.startswith("?", s.end - 1)]
            for sentence in told:
                checked += _judged(sentence, _ground(sentence, truth, discourse, plain))
            about = Answer(question, told, plain, asked, form)
            checked += answers(about, Ground(truth, before, asked, about_all=True))
        found += (_in_turn(one, number) for one in checked)
    return tuple(found)


def _read(said: Said, truth: Truth) -> Iterator[Sentence]:
    return sentences(said.text, truth.named_categories, asked=said.role == "user")


def _named(read: Sequence[Sequence[Sentence]]) -> frozenset[str]:
    """Return all classes that a conversation names."""
    things = (thing for turn in read for sentence in turn for thing in sentence.things)
    return frozenset(thing.category for thing in things if thing.category is not None)


def _judged(sentence: Sentence, ground: Ground) -> Iterator[Checked]:
    if sentence.nouns:
        yield from comparisons(sentence, ground)
        yield from Judge(ground).checked(sentence.nouns)


def _ground(sentence: Sentence, truth: Truth, discourse: Discourse, text: str) -> Ground:
    said = {token.words for token in sentence.tokens}
    about_all = any(token.kind == "picture" for token in sentence.tokens)
    return Ground(
        truth, discourse, text, about_all=about_all or bool(said & words("totals")),
        excepted=bool(said & words("excepting")) or any(t.kind == "except" for t in sentence.tokens),
        doubtful=bool(said & words("doubtful")),
    )  # fmt: skip


def _references(read: Sequence[Sentence], parsed: Parsed, truth: Truth) -> Iterator[Checked]:
    """Judge the ids of every tag; what is cut off may be meant where the sentence says so."""
    sound: set[str] = set()
    for span in parsed.spans:
        unknown = [ref for ref in span.refs if ref not in truth.objects]
        hidden = [r for r in span.refs if r not in unknown and not truth.objects[r].described]
        claim = " ".join(parsed.plain[span.start : span.end].split())[:160]
        evidence = f"the tile has no object {shown(unknown)}" if unknown else ""
        if hidden and not unknown and not _says_partly(read, span.start, parsed.plain):
            evidence = f"{shown(hidden)} cut off too far to be described"
        if evidence:
            yield Checked(
                verdict(
                    ClaimKind.REFERENCE, claim, "contradicted", evidence, start=span.start,
                    end=span.end,
                )
            )  # fmt: skip
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
