"""One small airfield, on which statements are true or false, and the checks on a text about it."""

from tasks.grounding.checks import Said, check_turns
from tasks.grounding.references import parse
from tasks.grounding.truth import Truth
from tests.tasks._tiles import rectangle, thing, tile_of

LABELLED = (
    "plane",
    "helicopter",
    "ship",
    "small vehicle",
    "large vehicle",
    "storage tank",
    "bridge",
)

# 900 × 600 px: three planes in a row upper left, one lower right, a helicopter in the centre,
# a storage tank far right, two cars by the lower edge, one plane hardly visible at the right edge.
OBJECTS = (
    thing(1, "plane", rectangle(80, 100, 60, 24)),
    thing(2, "plane", rectangle(160, 100, 60, 24)),
    thing(3, "plane", rectangle(240, 100, 60, 24)),
    thing(4, "plane", rectangle(760, 500, 120, 48)),
    thing(5, "helicopter", rectangle(450, 300, 30, 10)),
    thing(6, "storage tank", rectangle(840, 300, 50, 50)),
    thing(7, "small vehicle", rectangle(430, 580, 20, 10)),
    thing(8, "small vehicle", rectangle(470, 580, 20, 10)),
    thing(9, "plane", rectangle(896, 60, 8, 24), visible=0.1, described=False),
)


def airfield(**options):
    """Return the tile."""
    return tile_of(OBJECTS, exhaustive=options.pop("exhaustive", LABELLED), **options)


def verdicts(text, question="Describe this image.", form="", tile=None, own=()):
    """Return the verdicts on ``text`` as an answer."""
    said = (Said("user", parse(question)), Said("assistant", parse(text)))
    return check_turns(said, Truth(tile or airfield()), form, own)


def false_kinds(text, **options):
    """Return the kinds of the statements in ``text`` that are false."""
    return {v.kind for v in verdicts(text, **options) if v.outcome == "contradicted"}


def outcomes(text, kind, **options):
    """Return the outcomes of the statements of ``kind``, in order."""
    return [v.outcome for v in verdicts(text, **options) if v.kind == kind]
