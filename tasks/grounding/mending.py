"""Mending: the smallest edits that make a text true, else its false sentences are taken out.

A number, side, colour, class or the like is put right where only one is right. Otherwise the sentence
goes, with those after it that point back to it, where the rest stands by itself. What was mended is
checked again, and is true in the end or not mended at all.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.verdict import ClaimKind, Repair, Verdict
from tasks.grounding.checks import Said, distinct, examine
from tasks.grounding.consistency import disagreements
from tasks.grounding.reading.grammar import fold, grammar
from tasks.grounding.references import Parsed, TextSpan
from tasks.grounding.truth import Truth
from tasks.grounding.verdicts import Checked, Edit

ROUNDS: Final = 3  # of edits; an edit may bring another false statement to light
_SPACE: Final = re.compile(r"\s*")
_END: Final = re.compile(r"[.!?]+(?=\s|$)|\n+")
_BACK: Final = frozenset(
    {*grammar().plain["they"], *grammar().plain["pointing"], "both", "all", "each", "one", "two"}
)
# Of these every statement rests on what the labels say; other false ones are a teacher's guesses.
UNMENDED: Final = frozenset({ClaimKind.REFERENCE, ClaimKind.BOX})


class Mended(NamedTuple):
    """A conversation after mending: what is said, what was done, and what is still false."""

    said: tuple[Said, ...]
    verdicts: tuple[Verdict, ...]  # on every statement, each once
    wrong: tuple[Verdict, ...]  # on those that are still false
    clashes: tuple[Verdict, ...]  # on those that an earlier answer contradicts
    repairs: tuple[Repair, ...]


def checked_only(
    said: Sequence[Said], truth: Truth, form: str = "", own: tuple[str, ...] = ()
) -> Mended:
    """Return the conversation as it is, checked."""
    return _mended(tuple(said), examine(said, truth, form, own), [])


def mend(said: Sequence[Said], truth: Truth, form: str = "", own: tuple[str, ...] = ()) -> Mended:
    """Return the conversation ``said`` with its false statements mended as far as that is certain."""
    turns, repairs = tuple(said), list[Repair]()
    checked = examine(turns, truth, form, own)
    for _ in range(ROUNDS):
        edits = _edits(checked)
        if not edits:
            break
        edited = _edited(turns, edits)
        again = examine(edited, truth, form, own)
        if _false(again) >= _false(checked):
            break
        repairs += _told(turns, edits)
        turns, checked = edited, again
    if _false(checked):
        turns, checked, removed = _without_false(turns, checked, truth, form, own)
        repairs += removed
    return _mended(turns, checked, repairs)


def _mended(
    said: tuple[Said, ...], checked: Sequence[Checked], repairs: Sequence[Repair]
) -> Mended:
    wrong = tuple(one.verdict for one in checked if _is_false(one))
    return Mended(said, distinct(checked), wrong, disagreements(said), tuple(repairs))


class _TurnEdit(NamedTuple):
    turn: int
    edit: Edit
    verdict: Verdict


def _false(checked: Sequence[Checked]) -> int:
    return sum(one.verdict.outcome == "contradicted" for one in checked)


def _edits(checked: Sequence[Checked]) -> list[_TurnEdit]:
    """Return the edits of all false statements, none that overlaps another."""
    found: list[_TurnEdit] = []
    taken: dict[int, list[tuple[int, int]]] = {}
    for one in checked:
        if one.verdict.outcome != "contradicted" or one.verdict.kind in UNMENDED:
            continue
        places = taken.setdefault(one.verdict.turn, [])
        if any(e.start < end and start < e.end for e in one.edits for start, end in places):
            continue
        places += [(e.start, e.end) for e in one.edits]
        found += (_TurnEdit(one.verdict.turn, edit, one.verdict) for edit in one.edits)
    return found


def _edited(turns: Sequence[Said], edits: Sequence[_TurnEdit]) -> tuple[Said, ...]:
    return tuple(
        said._replace(text=replaced(said.text, [e.edit for e in edits if e.turn == turn]))
        for turn, said in enumerate(turns)
    )


def _told(turns: Sequence[Said], edits: Sequence[_TurnEdit]) -> list[Repair]:
    return [
        Repair(
            turn=one.turn, kind=one.verdict.kind, how="edited",
            before=turns[one.turn].text.plain[one.edit.start : one.edit.end],
            after=one.edit.words, because=one.verdict.evidence,
        )
        for one in edits
    ]  # fmt: skip


def replaced(parsed: Parsed, edits: Sequence[Edit]) -> Parsed:
    """Return ``parsed`` with ``edits`` made; spans move along.

    Those of which no word is left go; one that an edit drew over the end of another begins there.
    """
    if not edits:
        return parsed
    ordered = sorted(edits)
    pieces, done = list[str](), 0
    for edit in ordered:
        pieces += parsed.plain[done : edit.start], edit.words
        done = edit.end
    pieces.append(parsed.plain[done:])
    plain = "".join(pieces)
    kept: tuple[list[TextSpan], ...] = ([], [], [])
    before = 0
    for span, own in sorted(
        ((_moved(span, ordered), kept[n]) for n, spans in enumerate(parsed[1:]) for span in spans),
        key=lambda pair: pair[0][:2],
    ):
        start = max(span.start, before)
        if plain[start : span.end].strip():
            own.append(span._replace(start=start))
            before = span.end
    return Parsed(plain, *map(tuple, kept))


def _moved(span: TextSpan, edits: Sequence[Edit]) -> TextSpan:
    start, end = _shifted(span.start, edits, after=False), _shifted(span.end, edits, after=True)
    return TextSpan(start, end, span.refs)


def _shifted(place: int, edits: Sequence[Edit], *, after: bool) -> int:
    """Return where ``place`` is after ``edits``; inside of one, at its end or its beginning."""
    shift = 0
    for edit in edits:
        if edit.end <= place:
            shift += len(edit.words) - (edit.end - edit.start)
        elif edit.start < place:
            return edit.start + shift + (len(edit.words) if after else 0)
    return place + shift


def _without_false(
    turns: tuple[Said, ...],
    checked: tuple[Checked, ...],
    truth: Truth,
    form: str,
    own: tuple[str, ...],
) -> tuple[tuple[Said, ...], tuple[Checked, ...], list[Repair]]:
    """Take out the sentences that are still false; all stays as it is where nothing would be left."""
    edits: list[_TurnEdit] = []
    dropped: set[int] = set()
    for turn, said in enumerate(turns):
        wrong = [c.verdict for c in checked if c.verdict.turn == turn and _is_false(c)]
        if not wrong:
            continue
        if said.role == "user" or any(v.kind in UNMENDED for v in wrong):
            dropped.add(turn)
            continue
        cut = _sentences_to_cut(said.text.plain, wrong)
        if cut is None:
            dropped.add(turn)
        else:
            edits += (_TurnEdit(turn, edit, verdict) for edit, verdict in cut)
    left = _edited(turns, edits)
    pairs = _kept_pairs(turns, dropped)
    if not pairs:
        return turns, checked, []
    left = tuple(left[turn] for turn in pairs)
    again = examine(left, truth, form, own)
    if _false(again):
        return turns, checked, []
    removed = [
        _removed(turns, one.turn, one.edit, one.verdict) for one in edits if one.turn in pairs
    ]
    removed += (
        _removed(turns, turn, Edit(0, len(turns[turn].text.plain), ""), _why(checked, turn))
        for turn in range(len(turns))
        if turn not in pairs and turns[turn].role == "assistant"
    )
    return left, again, removed


def _is_false(checked: Checked) -> bool:
    return checked.verdict.outcome == "contradicted"


def _why(checked: Sequence[Checked], turn: int) -> Verdict:
    """Return the false statement for which turn ``turn`` goes: its own, or the first before it."""
    wrong = [c.verdict for c in checked if _is_false(c)]
    return next((v for v in wrong if v.turn in {turn, turn - 1}), wrong[0])


def _removed(turns: Sequence[Said], turn: int, edit: Edit, verdict: Verdict) -> Repair:
    before = turns[turn].text.plain[edit.start : edit.end].strip()
    return Repair(
        turn=turn, kind=verdict.kind, how="removed", before=before, after="",
        because=verdict.evidence,
    )  # fmt: skip


def _sentences_to_cut(text: str, wrong: Sequence[Verdict]) -> list[tuple[Edit, Verdict]] | None:
    """Return the edits that take false sentences out, None where no sentence would be left.

    Those that follow and point back go with them: nothing says what they would mean.
    """
    places = _sentence_places(text)
    cut: dict[int, Verdict] = {}
    for place, (start, end) in enumerate(places):
        mine = next(
            (v for v in wrong if start <= v.start < end or (not v.end and place == 0)), None
        )
        if mine is None and place - 1 in cut and _points_back(text[start:end]):
            mine = cut[place - 1]
        if mine is not None:
            cut[place] = mine
    if len(cut) == len(places) or _points_back(_first_left(text, places, cut)):
        return None
    return [(Edit(places[place][0], places[place][1], ""), why) for place, why in cut.items()]


def _first_left(text: str, places: Sequence[tuple[int, int]], cut: dict[int, Verdict]) -> str:
    start, end = next(span for place, span in enumerate(places) if place not in cut)
    return text[start:end] if 0 in cut else ""


def _sentence_places(text: str) -> list[tuple[int, int]]:
    """Return start and end of each sentence, the space after it included."""
    ends = [mark.end() for mark in _END.finditer(text)] or [len(text)]
    if text[ends[-1] :].strip():
        ends.append(len(text))
    ends[-1] = len(text)
    places, start = list[tuple[int, int]](), 0
    for mark in ends:
        after = _SPACE.match(text, mark)
        end = after.end() if after else mark
        if end > start:
            places.append((start, end))
        start = end
    return places


def _points_back(sentence: str) -> bool:
    """Say whether a sentence begins with a word that points to one before it."""
    words = re.findall(r"[a-z]+", fold(sentence))[:2]
    return any(word in _BACK for word in words[:1]) or "another" in words or "further" in words


def _kept_pairs(turns: Sequence[Said], dropped: set[int]) -> list[int]:
    """Return the turns that stay: a question goes with its answer, and so do those that follow it
    where they may point back.
    """
    kept: list[int] = []
    pairs = [tuple(range(at, min(at + 2, len(turns)))) for at in range(0, len(turns), 2)]
    lost = False
    for pair in pairs:
        question = turns[pair[0]].text.plain
        if dropped & set(pair) or (lost and _leans(question)):
            lost = True
            continue
        kept += pair
    return kept


def _leans(question: str) -> bool:
    """Say whether a question may lean on what was said before."""
    words = re.findall(r"[a-z]+", fold(question))
    return words[:1] == ["and"] or any(
        word in {*grammar().plain["they"], "these", "those"} for word in words
    )
