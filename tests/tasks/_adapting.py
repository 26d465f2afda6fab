"""Adapts tiles as the stage does, generously, and collects the drafts."""

from prompts import load_phrasings
from schemas.params import AdaptParams
from schemas.sample import Draft
from tasks.adapt import FORMS, adapt

PHRASINGS = {form: load_phrasings(form) for form in FORMS}
ALL = AdaptParams(
    presence=20, counting=20, comparison=30, position=10, grounding=10, referring=10, region=10,
    absent_class=6, wrong_attribute=8, false_premise=10, unanswerable=4,
)  # fmt: skip


def drafts(tile, params=ALL, form=None):
    """Return the drafts of ``tile``, of one form or of all."""
    rows = [row for row in adapt(tile, params, PHRASINGS) if isinstance(row, Draft)]
    return [row for row in rows if form in (None, row.lineage.form)]
