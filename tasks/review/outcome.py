"""What all answers to the sheets of a release say of it: error rates, extrapolated with bounds."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from schemas.errors import UsageError
from schemas.review import Opinion, ReviewAnswer, ReviewOutcome, Stratum, StratumRate, Tally
from tasks.review.answers import Asked, Line, asked, by_sample, misfit, stop_at
from tasks.review.bounds import Sampled, extrapolated, stratum_rate
from tasks.review.kept import kept_answers, name_of
from tasks.review.reviewers import complaints_of, pairs_of, reviewers_of, tally_of
from tasks.storage.releases import resolve
from tasks.storage.store import Store

WHOLE: Final = "all"


def review_outcome(store: Store, version: str | None) -> ReviewOutcome:
    """Return what was answered about ``version`` (default: the latest).

    Raises UsageError where no sheet was made of it, or nothing was answered yet.
    """
    about = asked(store, resolve(store, version))
    kept = {
        path: rows
        for path, rows in kept_answers(store, about.version).items()
        if rows[0].manifest_sha256 == about.manifest_sha256
    }
    if not kept:
        raise UsageError(
            f"No answer about release “{about.version}” was imported into {store.uri} yet. Import "
            "what reviewers downloaded with “rs-gpt4v review import FILE”."
        )
    lines = [Line(store.url(path), row) for path, rows in kept.items() for row in rows]
    problems = [*filter(None, (misfit(line, about) for line in lines))]
    found = by_sample(lines, problems)
    stop_at(problems, "What was imported does not fit together.")
    return outcome_of(about, [found[key] for key in sorted(found)], sorted(map(name_of, kept)))


def outcome_of(
    about: Asked, answers: Sequence[ReviewAnswer], files: Iterable[str]
) -> ReviewOutcome:
    """Return what ``answers``, one for each reviewer and sample, say; ``files`` are their ids."""
    sheets = sorted({answer.sheet for answer in answers})
    strata = about.sheets[sheets[0]].strata  # those of the release are on every sheet of it
    opinions = _opinions(answers)
    drawn = Counter({sample: name for s in sheets for sample, name in about.strata[s].items()}.values())  # fmt: skip
    rows = {one: _row(one, drawn[one.name], opinions[one.name]) for one in strata}
    tasks = sorted({stratum.task for stratum in strata})
    unseen = sum(row.members for row in rows.values() if not row.tally.decided)
    whole = _together(WHOLE, rows.values())
    return ReviewOutcome(
        version=about.version,
        manifest_sha256=about.manifest_sha256,
        sheets=tuple(sheets),
        answers=tuple(files),
        reviewers=reviewers_of(answers),
        strata=tuple(rows.values()),
        tasks=tuple(
            _together(task, [row for one, row in rows.items() if one.task is task])
            for task in tasks
        ),
        release=whole,
        if_unsure_is_wrong=extrapolated([_doubted(row) for row in rows.values()]),
        unseen=unseen / whole.members,
        pairs=pairs_of(answers),
        complaints=complaints_of(answers),
    )


def judged(opinions: Iterable[Opinion]) -> Opinion:
    """Return what several reviewers say of one sample together.

    The more frequent of right and wrong counts, and a tie is wrong: what one careful person objects
    to is no good sample. It is unsure where nobody could tell.
    """
    counts = Counter(opinions)
    if counts[Opinion.RIGHT] > counts[Opinion.WRONG]:
        return Opinion.RIGHT
    return Opinion.WRONG if counts[Opinion.WRONG] else Opinion.UNSURE


def _opinions(answers: Iterable[ReviewAnswer]) -> dict[str, list[Opinion]]:
    """Return the opinion on each sample that was answered, by stratum."""
    said: dict[tuple[str, str], list[Opinion]] = defaultdict(list)
    for answer in answers:
        said[answer.stratum, answer.sample].append(answer.answer)
    found: dict[str, list[Opinion]] = defaultdict(list)
    for (stratum, _), opinions in said.items():
        found[stratum].append(judged(opinions))
    return found


def _row(stratum: Stratum, drawn: int, opinions: Iterable[Opinion]) -> StratumRate:
    tally = tally_of(opinions)
    error = stratum_rate(Sampled(stratum.members, tally.decided, tally.wrong))
    return StratumRate(
        name=stratum.name, members=stratum.members, drawn=drawn, tally=tally, error=error
    )


def _together(name: str, rows: Iterable[StratumRate]) -> StratumRate:
    """Return several strata as one row, their rate extrapolated to all their members."""
    every = list(rows)
    return StratumRate(
        name=name,
        members=sum(row.members for row in every),
        drawn=sum(row.drawn for row in every),
        tally=Tally(
            right=sum(row.tally.right for row in every),
            wrong=sum(row.tally.wrong for row in every),
            unsure=sum(row.tally.unsure for row in every),
        ),
        error=extrapolated([_sampled(row) for row in every]),
    )


def _sampled(row: StratumRate) -> Sampled:
    return Sampled(row.members, row.tally.decided, row.tally.wrong)


def _doubted(row: StratumRate) -> Sampled:
    """Return a stratum as if all that nobody could tell were wrong."""
    unsure = row.tally.unsure
    return Sampled(row.members, row.tally.decided + unsure, row.tally.wrong + unsure)
