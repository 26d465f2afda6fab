"""What answers say: rates by stratum, task type and release; reviewers and how far they agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.review import Opinion
from tasks.review.bounds import Sampled, extrapolated
from tasks.review.importing import import_answers
from tasks.review.kept import keep_answers, keep_outcome, keep_sheet
from tasks.review.outcome import judged, review_outcome
from tasks.review.reviewers import cohens_kappa
from tests.tasks.review._answering import VERSION, answer, answers, released, with_sheet, written

WHOLE = 36  # samples


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return released(str(tmp_path_factory.mktemp("outcome") / "root"))


@pytest.fixture
def outcome_of(store, tmp_path):
    def outcome(*files):
        for number, rows in enumerate(files):
            written(tmp_path / f"{number}.jsonl", rows)
        import_answers(store, None, sorted(tmp_path.glob("*.jsonl")))
        return review_outcome(store, None)

    yield outcome
    for path in store.list("reviews"):
        store.delete(path)


def test_a_release_that_was_seen_whole_has_no_error(store, outcome_of):
    sheet = with_sheet(store, samples=WHOLE)
    found = outcome_of(answers(sheet, "w" * 9 + "r" * 27))
    assert (found.release.error.low, found.release.error.rate, found.release.error.high) == (
        pytest.approx((0.25, 0.25, 0.25))
    )
    assert found.release.tally.decided == found.release.members == found.release.drawn == WHOLE
    assert found.unseen == 0
    for row in found.strata:
        assert row.error.low == row.error.high == row.tally.wrong / row.members


def test_a_part_is_extrapolated_by_the_sizes_of_the_strata(store, outcome_of):
    sheet = with_sheet(store, samples=20, floor=1)
    found = outcome_of(answers(sheet, "rrwrruwrrr"))
    strata = [
        Sampled(row.members, row.tally.decided, row.tally.wrong)
        for row in found.strata
    ]  # fmt: skip
    assert found.release.error == extrapolated(strata)
    assert found.release.tally.model_dump() == {"right": 7, "wrong": 2, "unsure": 1}
    assert found.release.drawn == 20
    unseen = sum(row.members for row in found.strata if not row.tally.decided)
    assert found.unseen == pytest.approx(unseen / WHOLE)
    assert found.if_unsure_is_wrong.high >= found.release.error.high


def test_task_types_gather_the_strata_of_all_sources(store, outcome_of):
    sheet = with_sheet(store, samples=WHOLE)
    found = outcome_of(answers(sheet, "r" * 36))
    assert sum(row.members for row in found.tasks) == WHOLE
    for row in found.tasks:
        same = [one for one in found.strata if one.name.startswith(f"{row.name}/")]
        assert row.members == sum(one.members for one in same)


def test_sheets_of_one_release_count_together(store, outcome_of):
    one, other = with_sheet(store, each=1), with_sheet(store, each=2, seed=9)
    found = outcome_of(
        answers(one, "r" * len(one.samples)), answers(other, "w" * len(other.samples), "Ben")
    )
    assert set(found.sheets) == {one.id, other.id}
    both = {drawn.id for sheet in (one, other) for drawn in sheet.samples}
    assert found.release.drawn == len(both) == found.release.tally.decided


def test_where_reviewers_differ_a_tie_is_wrong(store, outcome_of):
    sheet = with_sheet(store, samples=12)
    found = outcome_of(
        answers(sheet, "rrwwu"), answers(sheet, "rwwru", "Ben"), answers(sheet, "r--rr", "Cleo")
    )
    assert found.release.tally.model_dump() == {"right": 3, "wrong": 2, "unsure": 0}


@pytest.mark.parametrize(
    ("said", "expected"),
    [("r", "right"), ("w", "wrong"), ("u", "unsure"), ("rw", "wrong"), ("rrw", "right"),
     ("ru", "right"), ("wu", "wrong"), ("uu", "unsure")],
)  # fmt: skip
def test_several_opinions_become_one(said, expected):
    words = {"r": Opinion.RIGHT, "w": Opinion.WRONG, "u": Opinion.UNSURE}
    assert judged(words[letter] for letter in said) == expected


def test_reviewers_are_counted_and_compared_where_they_overlap(store, outcome_of):
    sheet = with_sheet(store, samples=12)
    ana = [answer(sheet, n, "right", seconds=n) for n in range(4)]
    found = outcome_of(ana, answers(sheet, "rrww--", "Ben"), answers(sheet, "------r", "Cleo"))
    assert [(one.name, one.tally.right, one.tally.wrong) for one in found.reviewers] == [
        ("Ana", 4, 0), ("Ben", 2, 2), ("Cleo", 1, 0),
    ]  # fmt: skip
    assert found.reviewers[0].seconds == 1.5
    assert [(p.first, p.second, p.samples, p.same, p.kappa) for p in found.pairs] == [
        ("Ana", "Ben", 4, 0.5, 0.0)
    ]


def test_complaints_carry_their_kind_and_comment(store, outcome_of):
    sheet = with_sheet(store, samples=12)
    rows = [
        answer(sheet, 3, "wrong", kind="count", comment="four, not three"),
        answer(sheet, 1, "right"),
    ]
    (complaint,) = outcome_of(rows).complaints
    assert (complaint.sample, complaint.stratum) == (sheet.samples[3].id, sheet.samples[3].stratum)
    assert (complaint.kind, complaint.comment, complaint.reviewer) == (
        "count",
        "four, not three",
        "Ana",
    )


def test_the_textbook_example_of_kappa():
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: 0.7 agree, 0.5 by chance
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert cohens_kappa(pairs) == pytest.approx(0.4)
    assert cohens_kappa([("y", "y")] * 9) is None
    assert cohens_kappa([("y", "n"), ("n", "y")]) == -1


@given(st.lists(st.tuples(st.sampled_from("rwu"), st.sampled_from("rwu")), min_size=1))
def test_kappa_is_symmetric_and_at_most_1(pairs):
    found = cohens_kappa(pairs)
    assert cohens_kappa([(two, one) for one, two in pairs]) == found
    if found is not None:
        assert -1 <= found <= 1
        assert (found == 1) == all(one == two for one, two in pairs)


def test_an_outcome_is_kept_once_under_its_answers(store, outcome_of):
    sheet = with_sheet(store, samples=12)
    found = outcome_of(answers(sheet, "rrw"))
    place = keep_outcome(store, found)
    assert keep_outcome(store, review_outcome(store, VERSION)) == place
    assert store.read(place).decode() == found.model_dump_json() + "\n"


def test_without_sheets_or_answers_there_is_nothing_to_say(store, outcome_of):
    with pytest.raises(UsageError, match="No sheet was made of release “v1”"):
        review_outcome(store, None)
    with_sheet(store, samples=12)
    with pytest.raises(UsageError, match="No answer about release “v1” was imported"):
        review_outcome(store, None)


def test_what_was_said_of_an_earlier_release_of_the_name_does_not_count(store, outcome_of):
    sheet = with_sheet(store, samples=12)
    outcome_of(answers(sheet, "ww"))
    other = {"manifest_sha256": "0" * 64}
    earlier = [row.model_copy(update=other) for row in answers(sheet, "rrr", "Ben")]
    keep_sheet(store, sheet.model_copy(update=other | {"id": "e" * 20}))
    keep_answers(store, VERSION, earlier)
    assert review_outcome(store, VERSION).release.tally.decided == 2


def test_answers_whose_sheet_is_gone_are_named(store, outcome_of):
    one, other = with_sheet(store, samples=12), with_sheet(store, samples=12, seed=3)
    outcome_of(answers(one, "r"))
    store.delete(f"reviews/{VERSION}/sheets/{one.id}.json")
    assert other.id != one.id
    with pytest.raises(UsageError, match=f"sheet {one.id} was not made of") as error:
        review_outcome(store, VERSION)
    assert str(error.value).startswith("What was imported does not fit together.")
