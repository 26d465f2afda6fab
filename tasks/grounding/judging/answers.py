"""Answers that say little by themselves: “Yes.”, “14.”, “White.”, “A ship.”, read with their question.

An answer fills the gap of its question: what it names is what the question asks for, what it says is
said of what the question speaks of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tasks.grounding.judging.classes import as_class
from tasks.grounding.judging.comparisons import Claim, compared, most_numerous
from tasks.grounding.judging.ground import Ground
from tasks.grounding.judging.introducing import introduced
from tasks.grounding.judging.polar import has_unknown, how_many_asked, polar, says_yes
from tasks.grounding.judging.readings import is_one
from tasks.grounding.judging.resolving import Resolver
from tasks.grounding.judging.statements import Judge
from tasks.grounding.reading.clauses import Attached, Noun
from tasks.grounding.reading.grammar import fold
from tasks.grounding.reading.quantities import Quantity
from tasks.grounding.reading.sentences import Sentence
from tasks.grounding.reading.things import Adjective, Thing
from tasks.grounding.truth import ANYTHING
from tasks.grounding.verdicts import Checked

READ: Final = 60  # tokens of an answer that are looked at
_RUNNING: Final = frozenset({"direction", "row_direction", "any_direction"})
_LOOSE: Final = frozenset({"this", "that", "it", "these", "those", "they"})
_NARROWING: Final = frozenset({"position", "relation", "between"})  # “the topmost ship on the left”
_FAR: Final = frozenset({"far", "distance", "apart"})
_WIDE: Final = frozenset({"wide", "width", "broad"})
_LONG: Final = frozenset({"long", "length", "large", "big", "size", "longer"})


@dataclass(frozen=True)
class Answer:
    """One answer with its question; ``text`` and ``asked`` are both turns as written."""

    question: Sequence[Sentence]
    read: Sequence[Sentence]
    text: str
    asked: str
    form: str = ""  # of the sample: counting, presence …

    @property
    def subject(self) -> Noun | None:
        """What the question speaks of: its last sentence's first noun that is not asked for."""
        nouns = [n for s in reversed(self.question) for n in s.nouns if not n.thing.asked]
        subjects = [noun for noun in nouns if noun.role == "subject"]
        return next(iter(subjects or nouns), None)


def answers(answer: Answer, ground: Ground) -> Iterator[Checked]:
    """Judge an answer as a reply to its question: presence, number, comparison, class, place, colour.

    ``ground`` holds the question's text.
    """
    tokens = [token for sentence in answer.read for token in sentence.tokens][:READ]
    if not answer.question or not tokens:
        return
    claimed = says_yes(fold(answer.text))
    if claimed is not None:
        yield from polar(answer.question, ground, answer.text, claimed=claimed, form=answer.form)
    bare = not any(t.category or t.tag for sentence in answer.read for t in sentence.things)
    if bare or answer.form == "counting":
        yield from _counted(answer, ground, is_reply=claimed is not None)
    if claimed is None:
        yield from _filled(answer, ground)
        yield from _told(answer, ground)


def _counted(answer: Answer, ground: Ground, *, is_reply: bool) -> Iterator[Checked]:
    """Judge a number by what the question asks to be counted; after a yes or no, that of its subject."""
    quantity = _reply_number(answer) if is_reply else _number_in(answer.read)
    if quantity is None:
        return
    for sentence in reversed(answer.question):
        start = how_many_asked(sentence, answer.asked)
        if not sentence.nouns or not (answer.form == "counting" or start is not None or is_reply):
            continue
        after = [n for n in sentence.nouns if n.thing.head_start >= (start or sentence.start) - 1]
        noun = next(iter(after or sentence.nouns))
        if is_reply:
            noun = replace(noun, thing=replace(noun.thing, quantity=None))
        plain = all(one.kind in {"position", "colour"} for one in noun.attached)
        strict = answer.form == "counting" or (plain and not has_unknown(sentence))
        judge, whole = Judge(ground), answer.form == "counting"
        checked = judge.counted(noun, quantity, strict=strict, whole=whole)
        claim = " ".join(answer.text.split())[:160]
        place = {"claim": claim, "start": quantity.start, "end": quantity.end}
        yield Checked(checked.verdict.model_copy(update=place), checked.edits)
        return


def _number_in(read: Sequence[Sentence]) -> Quantity | None:
    """Return the first number of an answer that is said of nothing that it names."""
    for sentence in read:
        for attached in sentence.loose:
            if attached.quantity is not None:
                return attached.quantity
        for noun in sentence.nouns:
            if noun.thing.number is not None:
                return noun.thing.number
            for attached in noun.attached:
                if attached.quantity is not None:
                    return attached.quantity
    return None


def _reply_number(answer: Answer) -> Quantity | None:
    """Return the number of “yes, dozens of them”, “no, fewer than ten”; none that is said of others."""
    for sentence in answer.read[:1]:
        for attached in sentence.loose:
            if attached.quantity is not None:
                return attached.quantity
        for noun in (noun for noun in sentence.nouns if noun.thing.category is None):
            told = noun.thing.number is not None and not noun.attached and not noun.thing.rest
            if told and noun.thing.collective is None and not noun.thing.adjectives:
                return noun.thing.number
    return None


def _filled(answer: Answer, ground: Ground) -> Iterator[Checked]:
    """Judge what an answer names as what its question asks for."""
    gap = _gap(answer)
    named = [n for s in answer.read[:1] for n in s.nouns if n.role == "subject"]
    named = [noun for noun in named if noun.clause == named[0].clause]
    if len(named) > 1 and named[0].thing.pronoun in _LOOSE:  # “it is a ship”
        del named[0]
    named = [_identified(noun) for noun in named]
    if any(_corrects(noun) for noun in named):
        return
    if gap is None and named:
        yield from _chosen(named[0], answer, ground)
        yield from _which(named[0], answer, ground)
    if gap is None or not named or any(a.kind not in {"position"} for a in named[0].attached):
        return
    resolver = Resolver(ground.truth, ground.discourse, ground.text)
    for noun in named:
        for attached in list(gap.attached):
            yield from _fill(noun, gap, attached, ground, resolver, answer)
            if attached.kind == "nominal":
                return
    claimed = _as_said(named[0], gap)
    if claimed.attached and not any(a.kind in {"numbers", "nominal"} for a in gap.attached):
        for noun in named:
            yield from _judged(_as_said(noun, gap), ground, answer)


def _gap(answer: Answer) -> Noun | None:
    """Return what the question asks for: “what”, or “identify the object in the upper left”."""
    nouns = [n for s in answer.question for n in s.nouns]
    gap = next((noun for noun in reversed(nouns) if noun.thing.asked), None)
    if (largest := _largest(nouns, gap)) is not None:
        return largest
    if gap is not None and gap.whole:  # “of the ships, which is the largest?”
        return None
    if gap is not None and gap.attached:
        return gap
    objects = (noun for noun in nouns if noun.thing.pronoun == "object" and noun.attached)
    placed = (n for n in objects if all(a.kind in {"position", "colour"} for a in n.attached))
    return next((noun for noun in placed if noun.thing.extreme is None), gap)


def _largest(nouns: Sequence[Noun], gap: Noun | None) -> Noun | None:
    """Return “the largest object” of which a question asks the class: “name the largest object”."""
    what = [a.others[0] for a in gap.attached if a.others] if gap is not None else []
    found = (n for n in reversed(nouns) if n.thing.pronoun == "object" and n.thing.extreme)
    best = next(found, None)
    named = gap is None or any(
        one.thing.pronoun == "object" and not one.thing.extreme for one in what
    )
    return best if best is not None and named and best not in what else None


def _identified(noun: Noun) -> Noun:
    """Return what “that is”, “it would be” names; another phrase as it is."""
    if noun.thing.pronoun not in _LOOSE:
        return noun
    others = (a.others[0] for a in noun.attached if a.kind == "nominal" and not a.negated)
    named = next(others, None)
    told = [one for one in noun.attached if one.kind != "nominal"]
    return noun if named is None else replace(named, attached=[*named.attached, *told])


def _corrects(noun: Noun) -> bool:
    """Say whether an answer says what there is instead: “there are three ships, not two”."""
    thing = noun.thing
    if thing.denied is not None or thing.compared or thing.pronoun in {"this", "that"}:
        return True
    return noun.exists and thing.quantity is not None


def _chosen(noun: Noun, answer: Answer, ground: Ground) -> Iterator[Checked]:
    """Judge “are there more A or more B? – more B”."""
    asked = [n for s in answer.question for n in s.nouns if n.thing.comparison == "more"]
    others = [other for other in asked if not _same(other, noun)]
    if len(asked) == 2 and len(others) == 1:
        resolver = Resolver(ground.truth, ground.discourse, ground.text)
        yield _at(compared(Claim([noun], "more", others), ground, resolver), noun, answer)


def _fill(
    noun: Noun, gap: Noun, attached: Attached, ground: Ground, resolver: Resolver, answer: Answer
) -> Iterator[Checked]:
    """Judge “what is the red object?”, “which are more numerous, A or B?”."""
    if attached.kind == "nominal" and attached.others:
        described = attached.others[0]
        best = described.thing.extreme
        if best is not None and best.extreme in {"many", "few"} and noun.thing.category:
            placed = replace(attached, start=noun.thing.start, end=noun.thing.end)
            at = replace(ground, text=answer.text)
            yield most_numerous(noun.thing.category, placed, at, fewest=best.extreme == "few")
        elif described.thing.pronoun == "object" or best is not None:
            whole = replace(described, attached=[*described.attached, *gap.attached])
            yield from _judged(_as_said(noun, whole), ground, answer)
        elif described.thing.category is not None and noun.thing.category is not None:
            described.attached.append(replace(attached, others=[noun]))
    elif attached.kind == "numbers" and noun.thing.category is not None:
        others = [o for o in attached.others if o.thing.category != noun.thing.category]
        if len(others) == 1 and len(attached.others) == 2:
            claim = Claim([noun], attached.value, others)
            found = compared(claim, ground, resolver)
            yield _at(found, noun, answer)


def _which(noun: Noun, answer: Answer, ground: Ground) -> Iterator[Checked]:
    """Judge “which plane is the largest? – the one in the upper left”."""
    for sentence in answer.question:
        asked = next((noun for noun in sentence.nouns if _best_asked(noun)), None)
        best = _best_asked(asked) if asked is not None else None
        if asked is None or best is None or any(a.kind in _NARROWING for a in asked.attached):
            continue
        whole = next(iter(asked.whole), asked)
        same = noun.thing.category is not None and noun.thing.category == whole.thing.category
        points = noun.thing.pronoun == "one" or (same and noun.thing.definite)
        if points and whole.thing.category is not None:
            yield from _most_of(noun, whole, best, ground, answer)


def _best_asked(asked: Noun) -> Adjective | None:
    """Return “the largest” that a question asks for, by what it says of “which plane”."""
    for one in asked.attached:
        if one.kind == "superlative":
            return Adjective("superlative", one.value, one.start, one.end)
        if one.kind == "nominal" and one.others and one.others[0].thing.extreme is not None:
            return one.others[0].thing.extreme
    return asked.thing.extreme


def _most_of(
    noun: Noun, gap: Noun, best: Adjective, ground: Ground, answer: Answer
) -> Iterator[Checked]:
    """Judge what is said of the largest of what ``gap`` names."""
    plain = [one for one in gap.thing.adjectives if one.extreme is None]
    thing = replace(
        gap.thing, adjectives=[*plain, best], asked=False, definite=True, plural=False,
    )  # fmt: skip
    judge = Judge(ground)
    meaning = judge.resolver.meaning(Noun(thing))
    colours = [Attached("colour", a.start, a.end, a.value)
               for a in noun.thing.adjectives if a.kind == "colour"]  # fmt: skip
    if meaning.names_objects:
        ours = Judge(replace(ground, text=answer.text))
        found = ours.told(Noun(thing), meaning, [*colours, *noun.attached])
        yield from (_at(one, noun, answer) for one in found)


def _as_said(noun: Noun, gap: Noun) -> Noun:
    """Return ``noun`` with all that the question says of the gap, itself not among the others."""
    claimed = as_class(gap, noun)
    best = gap.thing.extreme
    if best is not None and best.extreme is not None:
        said = Attached("superlative", best.start, best.end, best.extreme)
        of_named = is_one(gap.thing)  # “the larger one” is one of those that were named before
        said.peers = gap.thing.category or (noun.thing.category if of_named else ANYTHING)
        claimed.attached.append(said)
    kept = []
    for one in claimed.attached:
        if len(one.others) == 2 and one.kind == "relation":  # “which is larger, A or B?”
            others = [o for o in one.others if not _same(o, noun)]
            one.others = others if len(others) == 1 else []
        if one.kind != "relation" or one.others:
            kept.append(one)
    claimed.attached = kept
    claimed.thing.definite = noun.thing.definite
    return claimed


def _same(one: Noun, other: Noun) -> bool:
    colours = [{a.value for a in n.thing.adjectives} for n in (one, other)]
    return one.thing.category == other.thing.category and colours[0] == colours[1]


def _judged(noun: Noun, ground: Ground, answer: Answer) -> Iterator[Checked]:
    judge = Judge(ground)
    meaning = judge.resolver.meaning(noun)
    if noun.thing.definite and meaning.names_objects:
        found: Sequence[Checked] = judge.told(noun, meaning, noun.attached)
    else:
        found = list(introduced(ground, judge.resolver, noun))
    yield from (_at(one, noun, answer) for one in found)


def _at(checked: Checked, noun: Noun, answer: Answer) -> Checked:
    """Return ``checked`` as said by the words of the answer."""
    start, end = noun.thing.start, min(noun.thing.end, len(answer.text))
    claim = " ".join(answer.text[start:end].split())[:160]
    update = {"start": min(start, end), "end": end, "claim": claim}
    return Checked(checked.verdict.model_copy(update=update))


def _told(answer: Answer, ground: Ground) -> Iterator[Checked]:
    """Judge a place, colour or direction that is said of what the question asks about."""
    told = [attached for sentence in answer.read for attached in sentence.loose]
    unknown = [n for n in _subjects(answer) if n.thing.foreign or _is_unknown(n, ground)]
    told += [a for n in unknown for a in n.attached if a.kind in _RUNNING]
    told = [_measured(one, answer) for one in told]
    told = [one for one in told if one.kind != "counted"]
    if not told or len(unknown) < len(_subjects(answer)):
        return  # it speaks of things itself, and is judged by itself
    noun = answer.subject or _spoken_of(ground)
    if noun is None:
        return
    if noun.thing.share is not None:  # “what colour are most of the ships?”
        share = noun.thing.share
        noun = Noun(replace(noun.thing, share=None, definite=True), noun.attached)
        told = [replace(one, share=share) for one in told]
    judge = Judge(ground)
    meaning = judge.resolver.meaning(noun)
    if meaning.names_objects:
        ours = Judge(replace(ground, text=answer.text, about_all=False))
        for one in told:
            one.restrictive = False
            rows = any(a.kind == "arrangement" for a in noun.attached) or noun.thing.collective
            if one.kind in {"direction", "any_direction"}:
                one.kind = "row_direction" if rows else "direction"
        yield from ours.told(noun, meaning, told)


def _subjects(answer: Answer) -> list[Noun]:
    return [noun for s in answer.read for noun in s.nouns if noun.role == "subject"]


def _is_unknown(noun: Noun, ground: Ground) -> bool:
    """Say whether a pronoun fits nothing that was named before: “it” of a row, “they” of one thing."""
    if noun.thing.pronoun not in _LOOSE:
        return False
    return not Resolver(ground.truth, ground.discourse, ground.text).meaning(noun).names_objects


def _spoken_of(ground: Ground) -> Noun | None:
    """Return what a question such as “And where?” speaks of: what was spoken of last."""
    last = next(iter(reversed(ground.discourse.said)), None)
    if last is None:
        return None
    pronoun = "they" if last.plural else "it"
    thing = Thing(0, 0, 0, 0, None, 0, last.plural, pronoun=pronoun, definite=True)
    return Noun(thing)


def _measured(attached: Attached, answer: Answer) -> Attached:
    """Return a bare measure as what the question asks for: how far, how long, how wide."""
    if attached.kind not in {"distance", "measure"}:
        return attached
    tokens = [token for sentence in answer.question for token in sentence.tokens]
    asked = {word for token in tokens for word in token.words.split()}
    amount = attached.amounts[0]
    nouns = [n for s in answer.question for n in s.nouns if n.role != "nominal"]
    if asked & _FAR:
        return replace(attached, kind="distance", others=nouns[1:2])
    if asked & _WIDE:
        return replace(attached, kind="measure", amounts=(None, amount))
    return replace(attached, kind="measure" if asked & _LONG else "open")
