"""Samples for these tests: tagged text about a tile, verified as the stage does it."""

from schemas.record import content_id
from schemas.sample import Draft, Lineage, Sample
from schemas.turn import Turn
from schemas.vocabulary import Origin, TaskType
from tasks.grounding.references import refs_of
from tasks.spatial.facts import sample_object
from tasks.verify import verify_draft

SAID = (
    'Describe <ref ids="o1-o3">the row of planes</ref> in the box '
    '<box ids="o1-o3">[50, 88, 270, 112]</box><units> of this 900×600 image</units>.',
    '<ref ids="o1-o3">A row of three planes</ref> runs from left to right in the upper left of the '
    'image, above <ref ids="o7-o8">two small vehicles</ref> and to the left of '
    '<ref ids="o6">a storage tank</ref>. <ref ids="o4">The rightmost plane</ref> lies in the lower '
    'right, aligned horizontally; <ref ids="o9">one more plane</ref> is cut off by the right edge.',
)


def sample_of(tile, *said, form="detailed_description", task=TaskType.DETAILED_DESCRIPTION):
    """Return the sample that ``said``, tagged questions and answers, become."""
    turns = tuple(
        Turn(role="assistant" if place % 2 else "user", content=text)
        for place, text in enumerate(said)
    )
    refs = {ref for text in said for ref in refs_of(text)}
    draft = Draft(
        id=content_id(tile.id, task, [turn.model_dump() for turn in turns]),
        task=task, source="dota", split=tile.split, scene_id=tile.scene.id, tile_id=tile.id,
        turns=turns,
        objects=tuple(sample_object(thing) for thing in tile.objects if thing.ref in refs),
        lineage=Lineage(
            origin=Origin.ADAPTED, stage="adapt", form=form, labels=(), prompt="phrasings/region",
            prompt_fingerprint="0", seed=0,
        ),
    )  # fmt: skip
    outcome = verify_draft(draft, tile)
    assert isinstance(outcome, Sample), outcome
    return outcome
