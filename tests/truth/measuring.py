"""What the verifier made of the cases: detected, alarmed, supported, and how long it took."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import process_time

from schemas.verdict import Outcome, Verdict
from tasks.lexicon.lexicon import english
from tests.truth.cases import Case, Text
from tests.truth.checking import Shown, check, on_words, overall
from tests.truth.fact import Kind
from tests.truth.reading import count_sentences


@dataclass(frozen=True)
class Checked:
    """One case and the verdicts on its words, as they stand and changed."""

    case: Case
    true_verdicts: list[Verdict]
    false_verdicts: list[Verdict]
    sentences: int

    @property
    def kind(self) -> Kind:
        """What was changed."""
        return self.case.kind

    @property
    def source(self) -> str:
        """Where the words come from."""
        return self.case.source

    @property
    def held_out(self) -> bool:
        """Whether its figures count."""
        return self.case.held_out

    @property
    def outcomes(self) -> tuple[Outcome, Outcome]:
        """Of the true words and of the false ones."""
        return outcome_of(self.true_verdicts), outcome_of(self.false_verdicts)

    @property
    def alarmed(self) -> bool:
        """Whether true words were called false."""
        return self.outcomes[0] == "contradicted"

    @property
    def detected(self) -> bool:
        """Whether false words were called false."""
        return self.outcomes[1] == "contradicted"


@dataclass(frozen=True)
class Figures:
    """Counts over some cases."""

    cases: int
    detected: int
    alarms: int
    supported: int

    @property
    def detection(self) -> float:
        """Share of changed statements that were called false."""
        return self.detected / max(1, self.cases)

    @property
    def alarm_rate(self) -> float:
        """Share of true statements that were called false."""
        return self.alarms / max(1, self.cases)

    @property
    def supported_share(self) -> float:
        """Share of true statements that were called true."""
        return self.supported / max(1, self.cases)


def checked_cases(planted: Iterable[tuple[Shown, list[Case]]]) -> tuple[float, list[Checked]]:
    """Have all cases checked; the first value is the CPU time that this took, in seconds.

    The making of scenes and cases is not counted; what the verifier computes of a scene is. Neither
    are the import of the rules of English, nor the search for garbage in what the benchmark keeps.
    """
    english()
    found: list[Checked] = []
    seconds = 0.0
    for shown, cases in planted:
        gc.freeze()
        start = process_time()
        verdicts = [(_on(case.true, shown), _on(case.false, shown)) for case in cases]
        seconds += process_time() - start
        for case, (true, false) in zip(cases, verdicts, strict=True):
            sentences = count_sentences(case.true.turns) + count_sentences(case.false.turns)
            found.append(Checked(case, true, false, sentences))
    gc.unfreeze()
    return seconds, found


def outcome_of(verdicts: Iterable[Verdict]) -> Outcome:
    """Return the outcome of words on which ``verdicts`` were given."""
    return overall(one.outcome for one in verdicts)


def figures(found: Sequence[Checked]) -> Figures:
    """Count over ``found``."""
    return Figures(
        cases=len(found),
        detected=sum(one.detected for one in found),
        alarms=sum(one.alarmed for one in found),
        supported=sum(one.outcomes[0] == "supported" for one in found),
    )


def distinct(found: Iterable[Checked]) -> int:
    """Return how many different true sentences there are: in some, several facts were changed."""
    return len({(one.case.scene, one.case.true) for one in found})


def paraphrase_agreement(found: Iterable[Checked]) -> float:
    """Return the share of pairs of wordings of one fact that have the same outcome."""
    by_fact: dict[str, list[Checked]] = defaultdict(list)
    for one in found:
        if one.source != "teacher":
            by_fact[one.case.fact].append(one)
    same = [
        first.outcomes[n] == second.outcomes[n]
        for first, second in (pair for pair in by_fact.values() if len(pair) == 2)
        for n in (0, 1)
    ]
    return sum(same) / max(1, len(same))


def _on(text: Text, shown: Shown) -> list[Verdict]:
    return on_words(check(text.turns, shown), len(text.turns) - 1, text.start, text.end)
