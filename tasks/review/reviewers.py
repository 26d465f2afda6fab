"""What each reviewer said, how far two of them agree, and what they objected to."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from statistics import median

from schemas.review import Complaint, Opinion, ReviewAnswer, Reviewer, ReviewerPair, Tally


def tally_of(opinions: Iterable[Opinion]) -> Tally:
    """Count ``opinions``."""
    counts = Counter(opinions)
    return Tally(
        right=counts[Opinion.RIGHT], wrong=counts[Opinion.WRONG], unsure=counts[Opinion.UNSURE]
    )


def reviewers_of(answers: Iterable[ReviewAnswer]) -> tuple[Reviewer, ...]:
    """Return what each person said, by name."""
    return tuple(
        Reviewer(
            name=name,
            tally=tally_of(one.answer for one in said),
            seconds=median(one.seconds for one in said),
        )
        for name, said in sorted(_by_reviewer(answers).items())
    )


def pairs_of(answers: Iterable[ReviewAnswer]) -> tuple[ReviewerPair, ...]:
    """Return how far each two people agree who answered some of the same samples."""
    said = {
        name: {one.sample: one.answer for one in own}
        for name, own in sorted(_by_reviewer(answers).items())
    }
    found = []
    for first, second in combinations(said, 2):
        both = sorted(said[first].keys() & said[second].keys())
        pairs = [(said[first][one], said[second][one]) for one in both]
        if pairs:
            found.append(
                ReviewerPair(
                    first=first,
                    second=second,
                    samples=len(pairs),
                    same=sum(one == two for one, two in pairs) / len(pairs),
                    kappa=cohens_kappa(pairs),
                )
            )
    return tuple(found)


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return the agreement of two people beyond chance, (p − e)/(1 − e); None where e is 1.

    p is the share of ``pairs`` that are equal, e the share that would be by chance, given how often
    each of the two says what. Cohen, A Coefficient of Agreement for Nominal Scales, Educational and
    Psychological Measurement 20 (1960).
    """
    total = len(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    chance = sum(first[name] * second[name] for name in first)
    if chance == total**2:
        return None
    same = sum(one == two for one, two in pairs)
    return (same * total - chance) / (total**2 - chance)


def complaints_of(answers: Iterable[ReviewAnswer]) -> tuple[Complaint, ...]:
    """Return every time that someone called a sample wrong, by sample and reviewer."""
    wrong = (one for one in answers if one.answer is Opinion.WRONG)
    return tuple(
        Complaint(
            sample=one.sample, stratum=one.stratum, reviewer=one.reviewer, kind=one.kind,
            comment=one.comment,
        )
        for one in sorted(wrong, key=lambda one: (one.sample, one.reviewer))
    )  # fmt: skip


def _by_reviewer(answers: Iterable[ReviewAnswer]) -> dict[str, list[ReviewAnswer]]:
    found: dict[str, list[ReviewAnswer]] = defaultdict(list)
    for answer in answers:
        found[answer.reviewer].append(answer)
    return found
