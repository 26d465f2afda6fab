"""What is counted of samples, batch by batch in Arrow: sums, so that groups add up to a release."""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from schemas.verdict import ClaimKind
from schemas.vocabulary import TaskType
from tasks.scorecard.depth import depths
from tasks.scorecard.nested import Nested, alike, codes, nested

NAMES: Final = (
    "id", "task", "split", "source", "turns", "objects.list.element.ref", "lineage.form",
    "lineage.spans.list.element.turn", "lineage.spans.list.element.refs",
    "lineage.spans.list.element.kind", "lineage.verdicts.list.element.kind",
    "lineage.verdicts.list.element.outcome", "lineage.verdicts.list.element.turn",
    "lineage.verdicts.list.element.refs", "lineage.verdicts.list.element.borderline",
)  # fmt: skip
"""The columns of the samples that are read."""

DESCRIBING: Final = (
    TaskType.CAPTION, TaskType.DETAILED_DESCRIPTION, TaskType.REGION_CAPTION,
)  # fmt: skip
COMBINING: Final = (
    TaskType.DETAILED_DESCRIPTION, TaskType.REGION_CAPTION, TaskType.DIALOGUE,
)  # fmt: skip
ATTRIBUTES: Final = (
    ClaimKind.COLOUR, ClaimKind.SIZE, ClaimKind.POSITION, ClaimKind.ORIENTATION,
)  # fmt: skip
NEGATIVE_FORMS: Final = ("absent_class", "wrong_attribute", "false_premise", "unanswerable")
"""Forms that take something for granted, or ask what no picture tells."""

_TAG: Final = r"</?(?:ref|box|units)\b"
_NO: Final = r"^\W*[Nn][Oo]\b"
_WORD: Final = r"\S+"

Mask = NDArray[np.bool_]


@dataclass
class Counts:
    """Sums over some samples of one task type."""

    rows: int = 0
    in_form: int = 0
    pairs: int = 0
    answers: int = 0
    words: int = 0
    objects: int = 0
    claims: int = 0
    supported: int = 0
    contradicted: int = 0
    borderline: int = 0
    grounded: int = 0  # rows
    claiming: int = 0  # answers of descriptions and dialogues that make a claim
    kinds: int = 0  # of claims, in each of these
    attributes: int = 0  # claims
    things: int = 0  # objects or groups spoken of in descriptions
    questions: int = 0
    negatives: int = 0
    dialogues: int = 0
    depth: int = 0

    @property
    def decidable(self) -> int:
        """Number of claims that labels or pixels can decide, borderline ones included."""
        return self.supported + self.contradicted + self.borderline

    def __add__(self, other: "Counts") -> "Counts":
        """Return the sums over both."""
        names = (field.name for field in fields(self))
        return Counts(**{name: getattr(self, name) + getattr(other, name) for name in names})


def count_batch(batch: pa.RecordBatch, task: TaskType) -> Counts:
    """Return the sums over the rows of ``batch``, which has the columns NAMES and one task type."""
    lineage = batch.column("lineage")
    turns = nested(batch.column("turns"))
    found = _of_turns(turns, batch.num_rows)
    found.objects = len(nested(batch.column("objects")).row)
    verdicts, spans = nested(lineage.field("verdicts")), nested(lineage.field("spans"))
    _add_claims(found, verdicts, task)
    if task in DESCRIBING:
        found.things = _things(spans)
    if task is TaskType.VQA:
        found.questions = batch.num_rows
        found.negatives = int(_negative(turns, lineage.field("form")).sum())
    if task is TaskType.DIALOGUE:
        found.dialogues = batch.num_rows
        found.depth = int(depths(batch.num_rows, spans, verdicts).sum())
    return found


def _of_turns(turns: Nested, rows: int) -> Counts:
    content, role = turns.field("content"), turns.field("role")
    user = _mask(pc.equal(role, "user"))
    blank = _mask(pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(content)), 0))
    wrong = (
        (user != (turns.place % 2 == 0)) | blank | _mask(pc.match_substring_regex(content, _TAG))
    )
    broken = np.bincount(turns.row[wrong], minlength=rows) > 0
    length = np.bincount(turns.row, minlength=rows)
    words = pc.count_substring_regex(content.filter(pa.array(~user)), _WORD)
    return Counts(
        rows=rows,
        in_form=int((~broken & (length > 0) & (length % 2 == 0)).sum()),
        pairs=int((length // 2).sum()),
        answers=int((~user).sum()),
        words=pc.sum(words).as_py() or 0,
    )


def _add_claims(found: Counts, verdicts: Nested, task: TaskType) -> None:
    """Count claims; a verdict on tags is none, for the published text has no tags."""
    claim = _mask(pc.not_equal(verdicts.field("kind"), ClaimKind.REFERENCE))
    claims = verdicts.where(claim)
    kind, outcome = claims.field("kind"), claims.field("outcome")
    supported = _mask(pc.equal(outcome, "supported"))
    contradicted = _mask(pc.equal(outcome, "contradicted"))
    found.claims = len(claims.row)
    found.supported, found.contradicted = int(supported.sum()), int(contradicted.sum())
    open_ = _mask(claims.field("borderline")) & ~supported & ~contradicted
    found.borderline = int(open_.sum())
    found.grounded = len(np.unique(claims.row[supported]))
    if task in COMBINING:
        answer = alike(claims.row, claims.field("turn").to_numpy(zero_copy_only=False))
        found.claiming = len(np.unique(answer))
        found.kinds = len(np.unique(alike(answer, codes(kind))))
    if task in DESCRIBING:
        found.attributes = int(_mask(pc.is_in(kind, pa.array(ATTRIBUTES, pa.string()))).sum())


def _things(spans: Nested) -> int:
    """Return how many different objects or groups the phrases of all rows stand for."""
    phrases = spans.where(_mask(pc.equal(spans.field("kind"), "phrase")))
    meant = pc.binary_join(phrases.field("refs").cast(pa.list_(pa.string())), " ")
    return len(np.unique(alike(phrases.row, codes(meant))))


def _negative(turns: Nested, form: pa.Array) -> Mask:
    """Say of each row whether its question is negative."""
    first = turns.where(turns.place == 1)
    says_no = np.zeros(len(form), bool)
    says_no[first.row] = _mask(pc.match_substring_regex(first.field("content"), _NO))
    return says_no | _mask(pc.is_in(form, pa.array(NEGATIVE_FORMS)))


def _mask(column: pa.Array) -> Mask:
    mask: Mask = column.to_numpy(zero_copy_only=False)
    return mask
