"""Counts the figures of a release from its own files, one file in memory at a time."""

from collections import Counter
from collections.abc import Iterator
from statistics import quantiles
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow import from_batch
from schemas.release import Part, ReleasePart, TaskCount
from schemas.sample import Rejection
from schemas.scene import Finding
from schemas.vocabulary import FindingKind, Reason, Severity
from tasks.report.figures import Count, FindingGroup, Lengths, RejectionGroup, Summary
from tasks.report.terms import COLUMNS, TermCounts
from tasks.report.usage import prompts_used, usage_of
from tasks.storage.accounting import UNITS
from tasks.storage.published import read_table
from tasks.storage.releases import release_path
from tasks.storage.store import Store

EXAMPLES: Final = 3
SAMPLE_COLUMNS: Final = [
    "task", "split", "source", "turns", "lineage.origin", "lineage.form", "lineage.model",
    "lineage.prompt", "lineage.prompt_fingerprint", "lineage.spans", "lineage.verdicts",
    "lineage.turned",
]  # fmt: skip
IMAGE_COLUMNS: Final = ["split", "objects", *COLUMNS]


class Tally:
    """Counters filled file by file, so that no more than one file is in memory."""

    def __init__(self) -> None:
        self.tasks: Counter[tuple[str, str, str]] = Counter()
        self.named: dict[str, Counter[str]] = {}
        self.turns: Counter[int] = Counter()
        self.words: Counter[int] = Counter()
        self.phrasings: Counter[tuple[str, str]] = Counter()
        self.terms = TermCounts()
        self.spans = self.objects = self.turned = 0

    def add(self, name: str, column: pa.ChunkedArray) -> None:
        """Count the values of ``column`` under ``name``; null counts as “not stated”."""
        counter = self.named.setdefault(name, Counter())
        for value, count in _counted(column):
            counter[str(value) if value is not None else "not stated"] += count

    def most(self, name: str) -> tuple[Count, ...]:
        """Return the counts under ``name``, most first."""
        found = self.named.get(name, Counter())
        order = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Count(name=name, count=count) for name, count in order)


def summarize(
    store: Store, version: str, tables: tuple[ReleasePart, ...], parts: tuple[Part, ...]
) -> Summary:
    """Count what is in the published ``tables``; ``parts`` give the cost of the answers."""
    tally = Tally()
    for part in tables:
        path = release_path(version, part.path)
        if part.table == "samples":
            _add_samples(tally, read_table(store, path, SAMPLE_COLUMNS))
        if part.table == "images":
            _add_images(tally, read_table(store, path, IMAGE_COLUMNS))
    return Summary(
        tasks=_task_counts(tally),
        images=sum(part.rows for part in tables if part.table == "images"),
        image_bytes=sum(part.bytes for part in tables if part.table == "images"),
        objects=tally.objects,
        categories=tally.most("category"),
        images_by_split=tally.most("split"),
        origins=tally.most("origin"),
        forms=tally.most("form"),
        models=tuple(c.name for c in tally.most("model") if c.name != "not stated"),
        turns=tuple(Count(name=str(n), count=c) for n, c in sorted(tally.turns.items())),
        lengths=lengths_of(tally.words),
        spans=tally.spans,
        turned=tally.turned,
        verdicts=tally.most("outcome"),
        licences=tally.most("licence"),
        terms=tally.terms.rows(),
        attributions=tuple(c.name for c in tally.most("attribution") if c.name != "not stated"),
        rejections=_rejection_groups(store, version, tables),
        findings=_finding_groups(store, version, tables),
        prompts=prompts_used(store, parts, tally.phrasings),
        usage=usage_of(store, parts),
    )


def lengths_of(words: Counter[int]) -> Lengths:
    """Return the distribution of response lengths, in classes that double (1, 2–3, 4–7 …)."""
    if not words:
        return Lengths(words=(), median=0, upper=0, longest=0)
    every = sorted(words.elements())
    cuts = quantiles(every, n=20, method="inclusive") if len(every) > 1 else every * 19
    longest = every[-1]
    classes, low = [], 0
    for high in (1, 3, 7, 15, 31, 63, 127, 255, 511, max(longest, 1023)):
        if low > longest:
            break
        name = str(high) if low + 1 == high else f"{low + 1}–{high}"
        classes.append(Count(name=name, count=sum(words[n] for n in range(low + 1, high + 1))))
        low = high
    return Lengths(words=tuple(classes), median=cuts[9], upper=cuts[18], longest=longest)


def _add_samples(tally: Tally, rows: pa.Table) -> None:
    keys = rows.select(["task", "split", "source"]).group_by(["task", "split", "source"])
    for row in keys.aggregate([([], "count_all")]).to_pylist():
        tally.tasks[row["task"], row["split"], row["source"]] += row["count_all"]
    lineage = rows["lineage"]
    for name in ("origin", "form", "model"):
        tally.add(name, pc.struct_field(lineage, name))
    turns = pc.list_flatten(rows["turns"])
    answers = turns.filter(pc.equal(pc.struct_field(turns, "role"), "assistant"))
    words = pc.count_substring_regex(pc.struct_field(answers, "content"), r"\S+")
    tally.words.update(Counter(words.to_pylist()))
    pairs = pc.divide(pc.list_value_length(rows["turns"]), 2)
    tally.turns.update(Counter(pairs.to_pylist()))
    spans = pc.list_flatten(pc.struct_field(lineage, "spans"))
    tally.spans += pc.sum(pc.equal(pc.struct_field(spans, "kind"), "phrase")).as_py() or 0
    tally.turned += pc.sum(pc.is_valid(pc.struct_field(lineage, "turned"))).as_py() or 0
    verdicts = pc.list_flatten(pc.struct_field(lineage, "verdicts"))
    tally.add("outcome", pc.struct_field(verdicts, "outcome"))
    adapted = lineage.filter(pc.is_null(pc.struct_field(lineage, "model")))
    names = pc.struct_field(adapted, "prompt").to_pylist()
    prints = pc.struct_field(adapted, "prompt_fingerprint").to_pylist()
    tally.phrasings.update(zip(names, prints, strict=True))


def _add_images(tally: Tally, rows: pa.Table) -> None:
    for name in ("split", "licence", "attribution"):
        tally.add(name, rows[name])
    tally.terms.add(rows)
    objects = pc.list_flatten(rows["objects"])
    tally.objects += len(objects)
    tally.add("category", pc.struct_field(objects, "category"))


def _counted(column: pa.ChunkedArray) -> Iterator[tuple[object, int]]:
    for pair in pc.value_counts(column).to_pylist():
        yield pair["values"], pair["counts"]


def _task_counts(tally: Tally) -> tuple[TaskCount, ...]:
    return tuple(
        TaskCount(task=task, split=split, source=source, samples=count)
        for (task, split, source), count in sorted(tally.tasks.items())
    )


def _rejection_groups(
    store: Store, version: str, tables: tuple[ReleasePart, ...]
) -> tuple[RejectionGroup, ...]:
    counts: Counter[tuple[str, Reason]] = Counter()
    examples: dict[tuple[str, Reason], list[Rejection]] = {}
    for batch in _batches(store, version, tables, "rejections"):
        for row in from_batch(batch, Rejection):
            counts[row.stage, row.reason] += 1
            few = examples.setdefault((row.stage, row.reason), [])
            few += [row] if len(few) < EXAMPLES else []
    return tuple(
        RejectionGroup(stage=stage, reason=reason, count=count, examples=tuple(few))
        for (stage, reason), few in sorted(examples.items(), key=lambda item: _place(*item[0]))
        for count in [counts[stage, reason]]
    )


def _finding_groups(
    store: Store, version: str, tables: tuple[ReleasePart, ...]
) -> tuple[FindingGroup, ...]:
    counts: Counter[tuple[Severity, FindingKind]] = Counter()
    examples: dict[tuple[Severity, FindingKind], list[Finding]] = {}
    for batch in _batches(store, version, tables, "findings"):
        for row in from_batch(batch, Finding):
            counts[row.severity, row.kind] += 1
            few = examples.setdefault((row.severity, row.kind), [])
            few += [row] if len(few) < EXAMPLES else []
    order = sorted(counts, key=lambda key: (-list(Severity).index(key[0]), -counts[key], key[1]))
    return tuple(
        FindingGroup(
            kind=kind, severity=severity, count=counts[severity, kind],
            examples=tuple(examples[severity, kind]),
        )
        for severity, kind in order
    )  # fmt: skip


def _batches(
    store: Store, version: str, tables: tuple[ReleasePart, ...], table: str
) -> Iterator[pa.RecordBatch]:
    for part in tables:
        if part.table == table:
            path = release_path(version, part.path)
            yield from read_table(store, path).to_batches(max_chunksize=256)


def _place(stage: str, reason: str) -> tuple[int, str, str]:
    """Order stages as in the chain."""
    order = list(UNITS)
    return (order.index(stage) if stage in UNITS else len(order), stage, reason)
