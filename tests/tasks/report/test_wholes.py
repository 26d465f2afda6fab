"""What is said of a release as a whole: read back from its reports, and shown on the page."""

from dataclasses import replace

import pytest

from flows.cli.outcome import Outcome, _blind, _turned
from flows.summary import markdown_summary
from schemas.agreement import Agreement
from schemas.identity import Link
from schemas.judgement import JudgedTask
from schemas.mixture import BlindRow, MixtureRow
from schemas.scene import Finding
from schemas.symmetry import TURNS, Symmetry, SymmetryRow, SymmetryTally
from schemas.vocabulary import FindingKind, Severity, Split, TaskType
from tasks._stage import write_part
from tasks.report.wholes import MOST_SHOWN, wholes
from tests.fixtures.release import make_build

ROWS = {
    "agree": Agreement(
        first_source="dota", second_source="rsivqa", kind="count", images=7, agree=20, disagree=2,
        unsure=1,
    ),
    "mixture": MixtureRow(
        source="dota", task=TaskType.VQA, split=Split.TRAIN, candidates=90, licensed=80,
        balanced=70, published=60, weight=1,
    ),
    "blind": BlindRow(
        source="rsivqa", kind="presence", train=900, test=100, templates=12, before=0.891,
        after=0.5432, top_answer="no", top_share=0.51, limit=0.55, verdict="passed",
    ),
    "judged": JudgedTask(
        task="all", judged=120, groundedness=4.625, completeness=4, fluency=4.9, usefulness=3.5,
        blamed=6, own=2, twins=30, noticed=27, both_false=27, rules_only=3, judge_only=6,
        neither=114, kappa=0.8125, precision=0.8182, recall=0.9, failed=1,
    ),
}  # fmt: skip
CONTRADICTION = Finding(
    source="rsivqa", kind=FindingKind.CONTRADICTS_OTHER_SOURCE, severity=Severity.WARNING,
    file="a.txt", line=3, detail="rsivqa says 17 ships, dota labels 14.", remedy="Look.",
)  # fmt: skip


def turned(*outcomes):
    return [
        SymmetryRow(
            sample=outcome, source="dota", task=TaskType.VQA, split=Split.TRAIN, form="position",
            symmetry=symmetry, outcome=outcome, claims=3,
        )
        for outcome in outcomes
        for symmetry in TURNS
    ]  # fmt: skip


def link(number, leak):
    return Link(
        first_id=f"{number:020x}", first_source="rsicd", first_name=f"{number}.jpg",
        first_split=Split.TEST, second_id="2" * 20, second_source="rsivqa", second_name="x.jpg",
        second_split=Split.TRAIN if leak else None, evidence="pixels", detail="the same pixels",
        leak=leak,
    )  # fmt: skip


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    made = make_build(str(tmp_path_factory.mktemp("wholes") / "root"))
    links = [link(number, leak=number % 10 == 9) for number in range(MOST_SHOWN + 10)]
    parts = [
        write_part("links", 0, "k", Link, made.store, links),
        write_part("agree", 0, "k", Agreement, made.store, [ROWS["agree"], CONTRADICTION]),
        write_part("symmetry", 0, "k", SymmetryRow, made.store, turned("agree", "unturned")),
        write_part("symmetry", 1, "k", SymmetryRow, made.store, turned("agree", "differ")),
        write_part("mixture", 0, "k", MixtureRow, made.store, [ROWS["mixture"]]),
        write_part("blind", 0, "k", BlindRow, made.store, [ROWS["blind"]]),
        write_part("judged", 0, "k", JudgedTask, made.store, [ROWS["judged"]]),
    ]
    made = replace(made, parts=(*made.parts, *parts))
    return made.store, made.release("v1")


def test_the_reports_come_back_leaks_first_and_the_longest_is_cut_short(release):
    store, manifest = release
    found = wholes(store, "v1", manifest.parts)
    assert (found.pairs, found.leaks, len(found.links)) == (50, 5, MOST_SHOWN)
    assert [one.leak for one in found.links[:6]] == [True] * 5 + [False]
    rows = (found.agreements, found.mixture, found.blind, found.contradictions)
    assert found.judged == (ROWS["judged"],)
    assert rows == ((ROWS["agree"],), (ROWS["mixture"],), (ROWS["blind"],), (CONTRADICTION,))
    assert [row.symmetry for row in found.symmetry] == list(TURNS)
    tally = SymmetryTally(symmetry=Symmetry.TURN_90, agree=2, differ=1, unturned=1)
    assert found.symmetry[0] == tally
    assert tally.agreement == 2 / 3
    assert SymmetryTally(symmetry=Symmetry.FLIP, agree=0, differ=0, unturned=9).agreement is None


def test_the_page_and_the_summary_show_them(release):
    store, manifest = release
    page = store.read("releases/v1/report.html").decode()
    assert "50 pairs of scenes show the same ground; the official splits of 5 disagree" in page
    assert all(text in page for text in ("dota – rsivqa", "54.3 %", "89.1 %"))
    text = markdown_summary("root", manifest, wholes(store, "v1", manifest.parts))
    assert "| dota – rsivqa | count | 7 | 20 | 2 | 1 |" in text
    assert f"- {CONTRADICTION.detail}" in text
    assert "| rsivqa | presence | 100 | 89.1 % | 54.3 % | passed |" in text
    assert "| turn_90 | 4 | 2 | 1 | 1 | 66.7 % |" in text
    assert '<th scope="row">turn 90</th>' in page
    assert text.count("(test) – rsivqa x.jpg (train): the same pixels") == 5


def test_the_command_line_says_how_many_turned_samples_agree(release):
    store, manifest = release
    assert _turned(Outcome(store, manifest, 1.0, None)) == [
        "Of 21 samples turned with their pictures, 66.7 % are verified as they were."
    ]


def test_the_grades_of_the_judge_are_shown(release):
    store, manifest = release
    page = store.read("releases/v1/report.html").decode()
    assert "graded 120 samples" in page
    assert "27 of 30" in page
    assert "2 of the samples were written by the judge's own model" in page
    assert all(
        f'<td class="n">{cell}</td>' in page for cell in ("4.62", "0.81", "81.8 %", "90.0 %")
    )
    text = markdown_summary("root", manifest, wholes(store, "v1", manifest.parts))
    assert "| all | 120 | 4.62 | 4.00 | 4.90 | 3.50 | 6 | 27 of 30 | 0.81 | 81.8 % | 90.0 % |" in text  # fmt: skip
    assert "About one shard the judge could not be asked: see the log." in text


def test_without_a_judge_nothing_is_said_of_one(tmp_path):
    made = make_build(str(tmp_path / "root"))
    manifest = made.release("v1")
    page = made.store.read("releases/v1/report.html").decode()
    assert 'id="judge"' not in page
    found = wholes(made.store, "v1", manifest.parts)
    assert "| judged |" not in markdown_summary("root", manifest, found)


def test_the_command_line_says_what_can_be_guessed(release):
    store, manifest = release
    assert _blind(Outcome(store, manifest, 1.0, None)) == [
        "Without the picture 54.3 % of the presence questions of rsivqa are guessed right "
        "(89.1 % before balancing, limit 55.0 %): passed."
    ]
