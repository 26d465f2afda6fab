"""Dialogues: from perception to reasoning, each drawing on questions of its own."""

import re
from collections.abc import Sequence
from typing import Final

from schemas.record import content_id
from schemas.teacher import Dialogue, DialogueTurn
from tasks.grounding.references import compress
from tasks.model.offline.gists import gists, refs_by_class
from tasks.model.offline.kinds_questions import on_numbers, on_reasons, on_two_kinds
from tasks.model.offline.named_questions import on_extremes, on_named
from tasks.model.offline.plans import Voice
from tasks.model.offline.questions import REASONING, Asked, on_counts, on_cut, on_largest, on_places
from tasks.model.offline.request import Task
from tasks.model.offline.sight import View
from tasks.model.offline.unit_questions import on_units, on_use

_OPENING: Final = re.compile(r'<ref ids="([^"]*)">(The [^<]*)</ref>')
_FORMED: Final = re.compile(r"The (?:row|cluster|group) of")


def converse(view: View, task: Task, seed: str) -> Dialogue:
    """Return the dialogue that ``task`` asks for; fewer turns where fewer questions make sense."""
    pool = questions(view, Voice(seed, "dialogue", shift=task.dialogue))
    first = {ref for gist in gists(view.sheet) if gist.id in task.first for ref in gist.refs}
    own = _dealt(pool, task, seed)
    chosen = _chosen(pool, own, first, task.turns, content_id(seed, task.dialogue))
    turns = _joined(chosen)
    return Dialogue(turns=tuple(turns))


def questions(view: View, voice: Voice) -> list[Asked]:
    """Return everything that can be asked about the tile, each question once."""
    found = [
        *on_counts(view, voice),
        *on_largest(view, voice),
        *on_places(view, voice),
        *on_cut(view, voice),
        *on_units(view, voice),
        *on_use(view, refs_by_class(view.sheet), voice),
        *on_numbers(view, voice),
        *on_named(view, voice),
        *on_extremes(view, voice),
        *on_two_kinds(view, voice),
        *on_reasons(view, voice),
    ]
    return list({item.key: item for item in found}.values())


def _dealt(pool: Sequence[Asked], task: Task, seed: str) -> set[str]:
    """Return the keys of the questions that are this dialogue's own: dealt out level by level."""
    dealt: set[str] = set()
    for level in range(1, REASONING + 1):
        same = sorted(
            (item for item in pool if item.level == level), key=lambda i: content_id(seed, i.key)
        )
        dealt |= {
            item.key
            for place, item in enumerate(same)
            if (place + level) % max(1, task.dialogues) == task.dialogue - 1
        }
    return dealt


def _chosen(
    pool: Sequence[Asked], own: set[str], first: set[str], turns: int, seed: str
) -> list[Asked]:
    """Return ``turns`` questions whose levels rise evenly, the dialogue's own before others."""
    wanted = [1 + round(n * (REASONING - 1) / max(1, turns - 1)) for n in range(turns)]
    left, chosen = list(pool), list[Asked]()
    for level in wanted:
        if not left:
            break

        def order(item: Asked, level: int = level) -> tuple[bool, bool, int, bool, bool, bool, str]:
            away = abs(item.level - level)
            ends = level == REASONING and away > 0
            told = bool(first) and first.isdisjoint(item.refs)
            lingers = _lingers(chosen, item)
            again = any(item.kind == other.kind for other in chosen)
            return ends, item.key not in own, away, again, told, lingers, content_id(seed, item.key)

        best = min(left, key=order)
        left.remove(best)
        chosen.append(best)
    return sorted(chosen, key=lambda item: item.level)


def _lingers(chosen: Sequence[Asked], item: Asked) -> bool:
    """Say whether ``item`` leaves what one turn spoke of, or stays with it for a third turn."""
    same = [other.refs == item.refs for other in chosen[-2:]]
    return all(same) if len(same) == 2 else not all(same)


def _joined(chosen: Sequence[Asked]) -> list[DialogueTurn]:
    """Return the turns; one on the same things as the turn before refers back to it."""
    turns: list[DialogueTurn] = []
    before: tuple[str, ...] = ()
    for item in chosen:
        follows = item.refs == before
        question = item.follow if follows else _led_on(item.question, len(turns), turns)
        answer = _back_referring(item) if follows and len(turns) % 2 else item.answer
        rests_on = tuple(compress(item.refs).split())
        turns.append(DialogueTurn(question=question, answer=answer, rests_on=rests_on))
        before = item.refs
    return turns


def _led_on(question: str, place: int, turns: Sequence[DialogueTurn]) -> str:
    """Return every second later question with “And”, unless the one before has it."""
    if place % 2 == 0 or question.startswith("And ") or turns[-1].question.startswith("And "):
        return question
    return f"And {question[0].lower()}{question[1:]}"


def _back_referring(item: Asked) -> str:
    """Return the answer with “It” or “They” where it opens with its things in full."""
    opening = _OPENING.match(item.answer)
    if opening is None or opening[1] != compress(item.refs) or "person" in opening[2]:
        return item.answer
    single = len(item.refs) == 1 or _FORMED.match(opening[2])
    word = "It" if single else "They"
    return f'<ref ids="{opening[1]}">{word}</ref>{item.answer[opening.end() :]}'
