"""Captions are mended, kept once an image, and their originals stay."""

import pytest

from schemas.vocabulary import Reason, TaskType
from tests.tasks.labels._labelled import asked, caption, drafts_of, labelled, outcomes, said


@pytest.mark.parametrize(
    ("given", "mended"),
    [
        ("many  planes are parked in an airport .", "Many planes are parked in an airport."),
        ("there is a lake , and trees", "There is a lake, and trees."),
        ("  A road.\r\n", "A road."),
        ("two ships ..", "Two ships."),
        ("is this a port ?", "Is this a port?"),
        ("it covers 0.5 ha .", "It covers 0.5 ha."),
        ("a BOEING 737,", "A BOEING 737."),
        ("été à la mer …", "Été à la mer …"),
    ],
)
def test_spacing_capital_and_last_stop_are_mended(given, mended):
    (draft,) = drafts_of(caption(given))
    assert said(draft) == mended
    assert draft.lineage.original == given
    assert (draft.task, draft.lineage.form) == (TaskType.CAPTION, "caption")


def test_what_needed_no_mending_has_no_original():
    (draft,) = drafts_of(caption("A road."))
    assert draft.lineage.original is None


def test_a_sentence_that_is_repeated_five_times_is_kept_once():
    texts = ["a road .", "A road.", "a  road", "a road.", "a road ."]
    drafts, rejections = outcomes(
        labelled(*(caption(text, number) for number, text in enumerate(texts)))
    )
    assert [said(draft) for draft in drafts] == ["A road."]
    assert [row.reason for row in rejections] == [Reason.REPEATED_LABEL] * 4
    assert [row.line for row in rejections] == [2, 3, 4, 5]
    assert [row.payload for row in rejections] == texts[1:]


def test_equal_captions_of_two_images_are_both_kept():
    images = [labelled(caption("a road"), name=name) for name in ("a", "b")]
    assert len(outcomes(*images)[0]) == 2


@pytest.mark.parametrize("blank", ["", "  ", " . ", "…"])
def test_a_blank_caption_is_rejected(blank):
    drafts, (row,) = outcomes(labelled(caption(blank)))
    assert drafts == []
    assert (row.reason, row.payload, row.file) == (Reason.EMPTY_LABEL, blank, "labels.json")


def test_captions_over_the_quota_are_rejected_by_seed():
    captions = [caption(f"road number {n}", n) for n in range(9)]
    kept = [{said(d) for d in drafts_of(*captions, seed=s, captions=3)} for s in (1, 1, 2)]
    assert len(kept[0]) == 3
    assert kept[0] == kept[1] != kept[2]
    rejections = outcomes(labelled(*captions), captions=3)[1]
    assert [row.reason for row in rejections] == [Reason.OVER_QUOTA] * 6


def test_instructions_vary_and_do_not_depend_on_other_labels():
    captions = [caption(f"road number {n}", n) for n in range(60)]
    together = {said(d): asked(d) for d in drafts_of(*captions, captions=100)}
    assert len(set(together.values())) >= 10
    (alone,) = drafts_of(captions[17])
    assert together[said(alone)] == asked(alone)
