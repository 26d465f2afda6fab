import pytest

from prompts import load_phrasings
from schemas.params import AdaptParams, DialogueParams, TeacherParams, VerifyParams
from schemas.sample import Draft, Rejection, Sample, SampleObject
from schemas.teacher import (
    ConversedTile,
    DescribedObjects,
    Dialogue,
    DialogueTurn,
    Exchange,
    LocalDescription,
    LocalFact,
    MendedAnswer,
    Spent,
    Synthesis,
    SynthesizedTile,
)
from schemas.turn import Span, Turn
from schemas.vocabulary import Origin, Reason, TaskType
from tasks._stage import Where, write_part
from tasks.adapt import adapt_shard
from tasks.grounding.drafts import dialogue_draft, local_drafts, synthesis_draft
from tasks.storage.store import Store
from tasks.verify import verify_draft, verify_shard, verify_tile
from tests.tasks._teaching import apron, mended, rejections_of, rows_of, taught, tiles_part
from tests.tasks._tiles import dense_tile, random_tile
from tests.tasks.grounding._airfield import airfield

EXCHANGE = Exchange(
    request_key="k" * 20, prompt="describe", prompt_fingerprint="f" * 20, model="some-model",
    temperature=0.2, max_tokens=400, seed=7, prompt_tokens=120, completion_tokens=30,
    cost=0.004, latency=2.5, tries=2,
)  # fmt: skip
LOCAL = load_phrasings("local_description")
WHOLE = load_phrasings("detailed_description")


def local(*facts, tile=None):
    row = DescribedObjects(
        tile_id=airfield().id, number=1, reply=LocalDescription(facts=facts), exchange=EXCHANGE
    )
    return list(local_drafts(tile or airfield(), row, LOCAL))


def described(text):
    row = SynthesizedTile(
        tile_id=airfield().id, reply=Synthesis(description=text), exchange=EXCHANGE, rests_on=("a",)
    )
    return synthesis_draft(airfield(), row, WHOLE)


def conversed(*turns):
    said = tuple(DialogueTurn(question=q, answer=a, rests_on=("o1",)) for q, a in turns)
    row = ConversedTile(
        tile_id=airfield().id, number=1, reply=Dialogue(turns=said), exchange=EXCHANGE, rests_on=()
    )
    return dialogue_draft(airfield(), row)


AS_IT_IS = VerifyParams(mend=False)
ROW = LocalFact(
    ids=("o1-o3",),
    attributes='<ref ids="o1-o3">Three white planes</ref> in a row',
    relations='They stand in the upper left of the image, far from <ref ids="o4">a plane</ref>.',
)


def test_a_local_fact_becomes_a_region_caption_with_its_box():
    (draft,) = local(ROW)
    question, answer = draft.turns
    assert draft.task is TaskType.REGION_CAPTION
    assert "[50, 88, 270, 112]" in question.content
    assert "900×600" in question.content
    assert '<ref ids="o1-o3">the group of planes</ref>' in question.content
    assert answer.content.startswith('<ref ids="o1-o3">Three white planes</ref> in a row. They')
    assert [thing.ref for thing in draft.objects] == ["o1", "o2", "o3", "o4"]


def test_one_object_is_asked_for_by_its_class():
    (draft,) = local(LocalFact(ids=("o5",), attributes="It is grey", relations=""))
    assert (
        '<ref ids="o5">the helicopter</ref> in the box <box ids="o5">[435, 295, 465, 305]</box>'
        in draft.turns[0].content
    )
    assert draft.turns[1].content == "It is grey."


def test_lineage_says_who_wrote_it_and_what_it_rests_on():
    lineage = described("It is an airfield.").lineage
    assert (lineage.origin, lineage.stage, lineage.form) == (
        Origin.GENERATED, "synthesize", "detailed_description",
    )  # fmt: skip
    assert (lineage.model, lineage.request_key, lineage.seed) == ("some-model", "k" * 20, 7)
    assert lineage.spent == Spent(
        prompt_tokens=120, completion_tokens=30, cost=0.004, latency=2.5, tries=2
    )
    assert lineage.rests_on == ("a",)
    assert lineage.licence == "CC-BY-4.0"


def test_published_text_has_no_tags_and_the_spans_point_at_the_same_words():
    sample = verify_draft(local(ROW)[0], airfield())
    assert isinstance(sample, Sample)
    assert not any("<ref" in turn.content for turn in sample.turns)
    phrases = [
        (span.turn, sample.turns[span.turn].content[span.start : span.end], span.refs)
        for span in sample.lineage.spans
        if span.kind == "phrase"
    ]
    assert phrases == [
        (0, "the group of planes", ("o1", "o2", "o3")),
        (1, "Three white planes", ("o1", "o2", "o3")),
        (1, "a plane", ("o4",)),
    ]
    assert sample.window == airfield().window
    assert {v.outcome for v in sample.lineage.verdicts if v.kind != "colour"} == {"supported"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('<ref ids="o1-o3">Four planes</ref> stand here.', Reason.WRONG_COUNT),
        ("There are six planes in the image.", Reason.WRONG_COUNT),
        ("There are two ships in the image.", Reason.WRONG_CLASS),
        ('<ref ids="o1">A helicopter</ref> stands here.', Reason.WRONG_CLASS),
        ('<ref ids="o4">A plane</ref> stands in the upper left of the image.', Reason.WRONG_POSITION),
        (
            '<ref ids="o5">A helicopter</ref> is to the right of <ref ids="o6">a tank</ref>.',
            Reason.WRONG_RELATION,
        ),
        ('<ref ids="o5">A helicopter</ref> is larger than <ref ids="o4">a plane</ref>.', Reason.WRONG_SIZE),
        ('<ref ids="o17">A plane</ref> stands here.', Reason.UNKNOWN_OBJECT),
        ('<ref ids="o1">A plane stands here.', Reason.BROKEN_REFERENCE),
        ("  ", Reason.EMPTY_TEXT),
    ],
)  # fmt: skip
def test_a_false_statement_rejects_the_draft_with_its_reason(text, reason):
    draft = described(text)
    rejected = verify_draft(draft, airfield(), params=AS_IT_IS)
    assert isinstance(rejected, Rejection)
    assert (rejected.reason, rejected.stage, rejected.subject) == (reason, "verify", "sample")
    assert rejected.subject_id == draft.id
    assert Draft.model_validate_json(rejected.payload) == draft


def test_the_detail_names_the_claim_and_the_evidence():
    draft = described('<ref ids="o1-o3">Four planes</ref>.')
    rejected = verify_draft(draft, airfield(), params=AS_IT_IS)
    assert "“Four planes” (count) is false: 3 objects: o1 o2 o3" in rejected.detail
    assert "P0001.png" in rejected.detail


def test_one_false_statement_rejects_a_whole_dialogue():
    good = ("How many planes are there?", "There are four planes.")
    assert isinstance(verify_draft(conversed(good), airfield()), Sample)
    bad = ("And how many helicopters?", "There are two helicopters.")
    rejected = verify_draft(conversed(good, bad), airfield(), params=AS_IT_IS)
    assert rejected.reason is Reason.WRONG_COUNT


def test_turns_of_a_dialogue_alternate():
    sample = verify_draft(conversed(("One?", "Two."), ("Three?", "Four.")), airfield())
    assert [turn.role for turn in sample.turns] == ["user", "assistant"] * 2


def test_a_dialogue_without_turns_is_rejected():
    assert conversed().reason is Reason.EMPTY_TEXT


@pytest.mark.parametrize(
    ("ids", "reason"),
    [(("o1-",), Reason.BROKEN_REFERENCE), ((), Reason.BROKEN_REFERENCE), (("o40",), Reason.UNKNOWN_OBJECT)],
)  # fmt: skip
def test_a_local_fact_whose_ids_mean_nothing_is_rejected(ids, reason):
    (rejected,) = local(LocalFact(ids=ids, attributes="It is white.", relations=""))
    assert isinstance(rejected, Rejection)
    assert rejected.reason is reason
    assert "It is white." in rejected.payload


def test_the_same_text_about_a_tile_is_kept_once():
    drafts = [described("It is an airfield."), described("It is an airfield.")]
    kept, rejected = verify_tile(airfield(), drafts)
    assert isinstance(kept, Sample)
    assert rejected.reason is Reason.DUPLICATE_SAMPLE
    assert kept.id in rejected.detail


def test_tags_alone_make_no_other_text():
    one = described('<ref ids="o1">A plane</ref> stands here.')
    other = described('<ref ids="o2">A plane</ref> stands here.')
    assert [type(each) for each in verify_tile(airfield(), [one, other])] == [Sample, Rejection]


def test_a_draft_about_objects_of_another_tile_is_rejected():
    (draft,) = local(ROW)
    assert verify_draft(draft, random_tile(1, 2)).reason is Reason.UNKNOWN_OBJECT


def test_a_changed_answer_of_an_adapted_draft_is_noticed():
    (draft,) = local(ROW)
    lineage = draft.lineage.model_copy(update={"form": "counting"})
    turns = (
        Turn(role="user", content="How many planes are there?"),
        Turn(role="assistant", content="7"),
    )
    changed = draft.model_copy(update={"turns": turns, "lineage": lineage})
    assert verify_draft(changed, airfield(), params=AS_IT_IS).reason is Reason.WRONG_COUNT


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """What the labels and the offline teacher say of some tiles, verified."""
    root = str(tmp_path_factory.mktemp("verify"))
    labelled = ("plane", "ship", "small vehicle", "bridge")
    tiles = [
        apron(),
        dense_tile(60),
        *(random_tile(n, 3 * n, exhaustive=labelled) for n in (1, 2, 3)),
    ]
    part = tiles_part(root, tiles)
    where = Where(root=root, shard=0)
    adapted = adapt_shard.fn(where, part, AdaptParams())
    written = taught(root, part, TeacherParams(), DialogueParams())
    again = mended(root, part, written, TeacherParams())
    assert (again.candidates, again.calls) == (0, 0)
    return root, adapted, written, verify_shard.fn(where, part, adapted, *written, again)


def test_true_texts_of_labels_and_offline_teacher_all_pass(verified):
    root, _, _, part = verified
    reasons = {r.reason: r.detail for r in rejections_of(root, part)}
    assert set(reasons) <= {Reason.DUPLICATE_SAMPLE}, reasons
    assert {s.task for s in rows_of(root, part, Sample)} >= {
        TaskType.REGION_CAPTION, TaskType.DETAILED_DESCRIPTION, TaskType.DIALOGUE, TaskType.VQA,
    }  # fmt: skip


def test_every_draft_is_a_candidate_and_is_kept_or_rejected(verified):
    root, adapted, (described_, synthesized, conversed_), part = verified
    facts = sum(len(row.reply.facts) for row in rows_of(root, described_, DescribedObjects))
    assert part.candidates == adapted.rows + facts + synthesized.rows + conversed_.rows
    assert part.rows + part.rejections == part.candidates


def test_boxes_and_units_are_spans_that_can_be_replaced_and_left_out():
    sample = verify_draft(local(ROW)[0], airfield())
    question = sample.turns[0].content
    spans = {span.kind: span for span in sample.lineage.spans if span.turn == 0}
    assert list(spans) == ["phrase", "box", "units"]
    box, units = spans["box"], spans["units"]
    assert question[box.start : box.end] == "[50, 88, 270, 112]"
    assert box.refs == ("o1", "o2", "o3")
    assert question[units.start : units.end] == " of this 900×600 image"
    assert units.refs == ()


def label_draft(number, tile, words="A plane stands by a <ref ids=”x”> sign."):
    (draft,) = local(ROW)
    thing = SampleObject(
        ref="e1", annotation_id="a" * 20, category="plane",
        polygon=((1, 1), (9, 1), (9, 9), (1, 9)), box=(1, 1, 9, 9),
    )  # fmt: skip
    span = Span(turn=1, start=2, end=7, refs=("e1",))
    lineage = draft.lineage.model_copy(
        update={"form": "caption", "spans": (span,), "origin": Origin.ADAPTED, "model": None}
    )
    turns = (
        Turn(role="user", content="Describe it."),
        Turn(role="assistant", content=f"{words} {number}"),
    )
    update = {
        "id": f"label{number}", "lineage": lineage, "turns": turns, "tile_id": tile.id,
        "objects": (thing,), "task": TaskType.CAPTION,
    }  # fmt: skip
    return draft.model_copy(update=update)


def test_labels_in_words_pass_as_they_are_beside_drafts_that_are_checked(tmp_path):
    root = str(tmp_path)
    tiles = [apron(), random_tile(1, 3)]
    part = tiles_part(root, tiles)
    where = Where(root=root, shard=0)
    forms = rows_of(root, adapt_shard.fn(where, part, AdaptParams()), Draft)
    first = [row for row in forms if row.tile_id == tiles[0].id]
    others = [row for row in forms if row.tile_id != tiles[0].id]
    labels = [label_draft(n, tile) for n, tile in enumerate(tiles)]
    rows = [*first, labels[0], *others, labels[1]]
    adapted = write_part("adapt", 0, "1" * 20, Draft, Store(root), rows)
    none = [
        write_part(stage, 0, "2" * 20, model, Store(root), [])
        for stage, model in (
            ("describe", DescribedObjects),
            ("synthesize", SynthesizedTile),
            ("converse", ConversedTile),
            ("mend", MendedAnswer),
        )
    ]
    verified_part = verify_shard.fn(where, part, adapted, *none)
    assert verified_part.candidates == len(rows) == verified_part.rows + verified_part.rejections
    kept = {sample.id: sample for sample in rows_of(root, verified_part, Sample)}
    for draft, tile in zip(labels, tiles, strict=True):
        found = kept[draft.id]
        assert found.lineage.verdicts  # their tiles have objects
        lineage = found.lineage.model_copy(update={"verdicts": ()})
        expected = {**dict(draft), "window": tile.window}
        assert found.model_copy(update={"lineage": lineage}) == Sample(**expected)


def test_labels_are_not_held_against_objects_where_that_is_not_wanted(tmp_path):
    root = str(tmp_path)
    part = tiles_part(root, [apron()])
    rows = [label_draft(0, apron(), "Three ships stand by a sign.")]
    adapted = write_part("adapt", 0, "1" * 20, Draft, Store(root), rows)
    none = [
        write_part(stage, 0, "2" * 20, model, Store(root), [])
        for stage, model in (
            ("describe", DescribedObjects),
            ("synthesize", SynthesizedTile),
            ("converse", ConversedTile),
            ("mend", MendedAnswer),
        )
    ]
    where = Where(root=root, shard=0)
    unchecked = verify_shard.fn(where, part, adapted, *none, VerifyParams(labels=False))
    assert (unchecked.rows, unchecked.rejections) == (1, 0)
    checked = verify_shard.fn(where, part, adapted, *none)
    assert (checked.rows, checked.rejections) == (0, 1)


def test_a_false_text_of_a_teacher_is_mended_and_says_how():
    text = '<ref ids="o1-o3">Four planes</ref> stand here. <ref ids="o5">A plane</ref> is white.'
    sample = verify_draft(described(text), airfield())
    assert sample.turns[1].content == "Three planes stand here. A helicopter is white."
    assert [(r.how, r.before, r.after) for r in sample.lineage.repairs] == [
        ("edited", "Four", "Three"), ("edited", "plane", "helicopter"),
    ]  # fmt: skip
    assert sample.id != described(text).id
    phrases = [sample.turns[1].content[s.start : s.end] for s in sample.lineage.spans]
    assert phrases == ["Three planes", "A helicopter"]


def test_what_labels_say_is_never_mended():
    (draft,) = local(LocalFact(ids=("o1",), attributes="There are six planes.", relations=""))
    adapted = draft.model_copy(
        update={"lineage": draft.lineage.model_copy(update={"origin": Origin.ADAPTED})}
    )
    assert isinstance(verify_draft(adapted, airfield()), Rejection)
