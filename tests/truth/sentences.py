"""120 sentences written by hand over real scenes, each with the verdict that a careful human gives.

``sentences/*.yaml`` hold forty each in the style of RSICD, of GPT-4V and of GeoChat. The verdicts
were set before any verifier saw the sentences, against labels and pixels, by these rules:

- supported: the labels, or the pixels inside a labelled object, show it beyond doubt;
- contradicted: they show the opposite beyond doubt. Numbers are taken at their word: two where
  there are three is wrong, “about” has room for a fifth;
- unverifiable: the labels cannot tell (a thing, a surrounding, a use that nobody labelled; a class
  that the source does not label in full; a colour where there is no picture; metres where the gsd
  is not known), or it is hedged, or it lies between clearly true and clearly false.

The verdict on a sentence is contradicted if one of its statements is, else supported if one is,
else unverifiable. That a noun is used does not by itself state that the thing is there where the
labels have no such class.

Run: python -m tests.truth.sentences DATA [--all] prints where the verifier disagrees.
"""

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Final, Self, get_args

import yaml
from pydantic import Field, model_validator

from schemas.record import Record
from schemas.verdict import ClaimKind, Outcome, Verdict
from tests.truth.checking import check, on_words, overall
from tests.truth.real_scenes import real_scene

STYLES: Final = ("rsicd", "gpt4v", "geochat")
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
AKIN: Final = (  # kinds under which one statement may be judged
    {"existence", "absence", "count", "class", "reference", "comparison", "part", "scene"},
    {"position", "superlative", "arrangement", "relation", "distance", "orientation"},
    {"size", "superlative", "comparison"},
    {"colour"},
)


class Statement(Record):
    """One checkable statement of a sentence."""

    words: str = Field(description="of the text, where it is stated")
    kind: ClaimKind
    verdict: Outcome
    why: str = Field(description="what labels or pixels say")
    turn: int | None = Field(None, description="of the turns, from 0; by default the last")


class Sentence(Record):
    """One sentence, or a short dialogue that ends with an answer."""

    id: str
    scene: str = Field(description="folder and stem")
    text: str = ""
    turns: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _words_are_there(self) -> Self:
        if bool(self.text) == bool(self.turns):
            raise ValueError(f"{self.id} needs a text or turns, not both")
        for one in self.statements:
            if one.words not in self.said[self.turn_of(one)]:
                raise ValueError(f"{self.id}: “{one.words}” is not in its text")
        return self

    @cached_property
    def said(self) -> tuple[str, ...]:
        """The turns; a text is one turn."""
        return self.turns or (self.text.strip(),)

    @property
    def expected(self) -> Outcome:
        """The verdict on the whole."""
        return overall(one.verdict for one in self.statements)

    def turn_of(self, statement: Statement) -> int:
        """Return the turn in which a statement is made."""
        return len(self.said) - 1 if statement.turn is None else statement.turn


class Judged(Record):
    """A sentence and what the verifier said of it."""

    style: str
    sentence: Sentence
    verdicts: tuple[Verdict, ...]

    @property
    def found(self) -> Outcome:
        """The verifier's verdict on the whole."""
        return overall(one.outcome for one in self.verdicts)

    @property
    def agrees(self) -> bool:
        """Whether both say the same of the whole."""
        return self.found == self.sentence.expected

    def on(self, statement: Statement) -> Outcome:
        """Return the verifier's verdict on one statement; unverifiable where it has none."""
        turn = self.sentence.turn_of(statement)
        start = self.sentence.said[turn].index(statement.words)
        placed = on_words(self.verdicts, turn, start, start + len(statement.words))
        akin = set().union(*(group for group in AKIN if statement.kind in group)) or {
            statement.kind
        }
        return overall(one.outcome for one in placed if one.kind in akin)


@cache
def sentences(style: str) -> tuple[Sentence, ...]:
    """Return the forty sentences in one style."""
    path = Path(__file__).parent / "sentences" / f"{style}.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Sentence.model_validate(row) for row in rows)


def judged(data: Path) -> Iterator[Judged]:
    """Have every sentence checked against the scenes below ``data``."""
    scenes = {one.scene for style in STYLES for one in sentences(style)}
    shown = {name: real_scene(data, name) for name in sorted(scenes)}
    for style in STYLES:
        for one in sentences(style):
            yield Judged(style=style, sentence=one, verdicts=check(one.said, shown[one.scene]))


def confusion(pairs: Iterable[tuple[Outcome, Outcome]]) -> str:
    """Return a table of verdicts expected (rows) and found (columns), with the agreement."""
    counts = Counter(pairs)
    lines = [f"{'expected':<16}" + "".join(f"{name:>14}" for name in OUTCOMES)]
    lines += [
        f"{row:<16}" + "".join(f"{counts[row, name]:>14}" for name in OUTCOMES) for row in OUTCOMES
    ]
    right = sum(counts[name, name] for name in OUTCOMES)
    return "\n".join([*lines, f"agreement {right / counts.total():.1%} of {counts.total()}"])


def tables(found: Sequence[Judged]) -> str:
    """Return the confusion matrices of whole sentences, of each style, and of single statements."""
    parts = ["sentences", confusion((one.sentence.expected, one.found) for one in found)]
    for style in STYLES:
        same = [one.agrees for one in found if one.style == style]
        parts.append(f"{style}: {sum(same)} of {len(same)}")
    statements = [(each.verdict, one.on(each)) for one in found for each in one.sentence.statements]
    return "\n".join([*parts, "", "statements", confusion(statements)])


def main() -> None:
    """Print every disagreement, then the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of real data")
    parser.add_argument("--all", action="store_true", help="also where both say the same")
    options = parser.parse_args()
    found = list(judged(options.data))
    for one in found:
        if options.all or not one.agrees:
            print(f"\n{one.sentence.id} {one.sentence.scene}: {' | '.join(one.sentence.said)}")
            print(f"  {one.sentence.expected}, the verifier says {one.found}")
            for verdict in one.verdicts:
                print(
                    f"    {verdict.outcome} {verdict.kind}: “{verdict.claim}” — {verdict.evidence}"
                )
    print(f"\n{tables(found)}")


if __name__ == "__main__":
    main()
