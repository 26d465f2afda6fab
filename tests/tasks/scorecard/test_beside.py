"""Tables that are there count, and those that are not leave their number open."""

from schemas.mixture import BlindRow
from schemas.record import Record
from schemas.symmetry import SymmetryRow
from tasks._stage import write_part
from tasks.scorecard.beside import Beside, read_beside
from tasks.storage.store import Store


class Covered(Record):
    """One row per tile."""

    facts: int
    covered: int


def blind(test, after):
    return BlindRow(
        source="s", kind="count", train=9, test=test, templates=1, before=after, after=after,
        verdict="passed",
    )  # fmt: skip


def turned(outcome):
    return SymmetryRow(
        sample="a", source="s", task="vqa", split="train", form="count", symmetry="mirror",
        outcome=outcome, claims=1,
    )  # fmt: skip


def test_sums_run_over_rows_and_parts(tmp_path):
    store = Store(str(tmp_path))
    parts = [
        write_part("blind", 0, "a", BlindRow, store, [blind(10, 0.5), blind(30, 0.9), blind(0, None)]),
        write_part("symmetry", 0, "b", SymmetryRow, store, [
            *[turned("agree")] * 3, turned("differ"), *[turned("unturned")] * 2,
        ]),
        write_part("coverage", 0, "c", Covered, store, [Covered(facts=8, covered=6)]),
        write_part("coverage", 1, "d", Covered, store, [Covered(facts=2, covered=1)]),
        write_part("mixture", 0, "e", BlindRow, store, [blind(99, 1)]),
    ]  # fmt: skip
    found = read_beside(store, parts)
    assert found == Beside(tested=40, right=32, agree=3, differ=1, facts=10, covered=7)


def test_without_tables_nothing_is_known(tmp_path):
    assert read_beside(Store(str(tmp_path)), []) == Beside()
