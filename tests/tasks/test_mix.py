"""Mix: the valid samples of all shards are chosen among, and the rest is rejected."""

import pytest

from schemas.geometry import Window
from schemas.mixture import BlindRow, Chosen, MixtureParams, MixtureRow, MixtureRule
from schemas.record import content_id
from schemas.sample import Lineage, Rejection, Sample
from schemas.scene import LabelOrigin
from schemas.turn import Turn
from schemas.vocabulary import Origin, Reason
from tasks._stage import write_part
from tasks.mix import mix_samples
from tasks.storage.parts import read_rows
from tasks.storage.store import Store
from tests.tasks.mixture._rows import Row, hrrsd


def sample(row):
    """Return ``row`` as it is validated."""
    origin = LabelOrigin(file=row.file, line=3) if row.file else None
    return Sample(
        id=row.id, task=row.task, source=row.source, split=row.split, scene_id=row.tile,
        tile_id=row.tile, window=Window(x0=0, y0=0, x1=8, y1=8), objects=(),
        turns=(
            Turn(role="user", content=row.question), Turn(role="assistant", content=row.answer)
        ),
        lineage=Lineage(
            origin=Origin.ADAPTED, stage="adapt", form=row.form, prompt="phrasings/question",
            labels=(origin,) if origin else (), prompt_fingerprint="0", seed=0,
            licence=row.licence,
        ),
    )  # fmt: skip


@pytest.fixture
def mix(tmp_path):
    """Return what is made of shards, each a list of rows."""

    def run(*shards, params=MixtureParams()):  # noqa: B008
        store, parts = Store(str(tmp_path)), []
        for shard, rows in enumerate(shards):
            key = content_id("validated", [row.id for row in rows])
            made = [sample(row) for row in rows]
            parts.append(write_part("validate", shard, key, Sample, store, made))
        return mix_samples.fn(str(tmp_path), tuple(parts), params)

    return run


@pytest.fixture
def rows_of(tmp_path):
    """Return the rows of a part, and its rejections."""

    def read(part, model):
        store = Store(str(tmp_path))
        aside = read_rows(store, part.beside("rejections"), Rejection) if part.rejections else ()
        return list(read_rows(store, part.path, model)), list(aside)

    return read


def test_without_parameters_all_valid_samples_are_published(mix, rows_of):
    shards = [[Row("a"), Row("b")], [Row("c", file=None)], []]
    mixed = mix(*shards)
    for part, rows in zip(mixed.chosen, shards, strict=True):
        assert part.stage == "mix"
        assert part.candidates == part.rows == len(rows)
        assert rows_of(part, Chosen)[0] == [Chosen(id=row.id) for row in rows]


def test_samples_and_rejections_are_the_candidates_of_every_shard(mix, rows_of):
    shards = [hrrsd(30), hrrsd(20, seed=1), hrrsd(10, seed=2)]
    params = MixtureParams(per_image=5, rules=(MixtureRule(cap=100),))
    for part, rows in zip(mix(*shards, params=params).chosen, shards, strict=True):
        kept, lost = rows_of(part, Chosen)
        ids = [row.id for row in kept] + [row.subject_id for row in lost]
        assert sorted(ids) == sorted(row.id for row in rows)
        assert part.candidates == part.rows + part.rejections == len(rows)


def test_a_rejection_says_what_why_and_what_to_do(mix, rows_of):
    rows = [
        *(Row(f"n{n}", answer="No", licence="MIT", tile=f"n{n}") for n in range(150)),
        *(Row(f"y{n}", answer="Yes", licence="MIT", tile="y", file=None) for n in range(50)),
        Row("free", source="dota", licence=None),
    ]
    params = MixtureParams(commercial=True, per_image=40, rules=(MixtureRule(cap=60),))
    mixed = mix(rows, params=params)
    lost = {row.reason: row for row in rows_of(mixed.chosen[0], Chosen)[1]}
    assert lost[Reason.LICENCE].detail == (
        "The licence of dota is not known to allow commercial use. Leave out mixture.commercial, "
        "or state the source's “licence” where it allows it."
    )
    unbalanced = lost[Reason.UNBALANCED]
    assert unbalanced.detail == (
        "Of the questions “is there a ship” of rsivqa in train, 75 % have this answer, so that a "
        "model that sees no picture would be right; 55 % of the presence questions of a source "
        "may be. Add images with the other answer, or raise mixture.balance."
    )
    assert (unbalanced.file, unbalanced.line) == ("a.txt", 3)
    assert (unbalanced.stage, unbalanced.subject, unbalanced.source) == ("mix", "sample", "rsivqa")
    details = {row.detail for row in rows_of(mixed.chosen[0], Chosen)[1]}
    assert (
        "Its image, of rsivqa, has more samples than the 40 that mixture.per_image allows. Raise "
        "it to publish more."
    ) in details
    assert any(
        text.startswith("The mixture takes 59 % of the vqa samples of rsivqa (weight 1, cap 60).")
        for text in details
    )


def test_labels_without_a_file_are_rejected_without_one(mix, rows_of):
    rows = [Row("a", file=None), Row("b", file="b.txt")]
    _, lost = rows_of(mix(rows, params=MixtureParams(total=0)).chosen[0], Chosen)
    assert [(row.file, row.line) for row in lost] == [(None, None), ("b.txt", 3)]


def test_the_same_choice_is_found_and_not_written_again(mix):
    shards = [hrrsd(30), hrrsd(20, seed=1)]
    first, second = mix(*shards), mix(*shards)
    assert all(part.made for part in (*first.chosen, first.mixture, first.blind))
    assert not any(part.made for part in (*second.chosen, second.mixture, second.blind))


def test_a_shard_of_which_the_same_samples_are_chosen_is_found_when_another_changes(mix):
    same, other = [Row(f"a{n}") for n in range(5)], [Row(f"b{n}") for n in range(5)]
    mix(same, other)
    changed = mix(same, other[:-1])
    assert [part.made for part in changed.chosen] == [False, True]


def test_the_order_of_the_parts_does_not_matter(mix, tmp_path):
    shards = [hrrsd(30), hrrsd(20, seed=1)]
    mixed = mix(*shards)
    parts = tuple(
        write_part(
            "validate", n, content_id("validated", [r.id for r in rows]), Sample,
            Store(str(tmp_path)), [sample(r) for r in rows],
        )
        for n, rows in reversed(list(enumerate(shards)))
    )  # fmt: skip
    again = mix_samples.fn(str(tmp_path), parts, MixtureParams())
    assert [part.key for part in again.chosen] == [part.key for part in mixed.chosen]


def test_the_tables_count_what_is_published_and_what_a_blind_model_gets_right(mix, rows_of):
    mixed = mix(hrrsd(100), hrrsd(100, seed=1))
    table, _ = rows_of(mixed.mixture, MixtureRow)
    assert sum(row.candidates for row in table) == 2600
    assert sum(row.published for row in table) == sum(part.rows for part in mixed.chosen)
    (blind,), _ = rows_of(mixed.blind, BlindRow)
    assert (blind.source, blind.kind, blind.verdict) == ("rsivqa", "presence", "passed")
    assert blind.before > 0.8
    assert blind.after <= 0.55
    assert (mixed.mixture.stage, mixed.blind.stage) == ("mixture", "blind")
    assert mixed.blind.candidates == mixed.blind.rows == 1


def test_no_shard_at_all_gives_empty_tables(mix):
    mixed = mix()
    assert mixed.chosen == ()
    assert mixed.mixture.rows == mixed.blind.rows == 0
