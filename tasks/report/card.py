"""The dataset card: README.md of a release, with the front matter that Hugging Face reads."""

from typing import Final

import yaml
from pydantic import JsonValue

from schemas.release import Manifest
from tasks.report.figures import Summary
from tasks.report.rendering import environment
from tasks.report.scores import markdown_scores

SPLITS: Final = {"train": "train", "val": "validation", "test": "test"}
TASK_CATEGORIES: Final = ["image-text-to-text", "visual-question-answering", "image-to-text"]
KNOWN_LICENCES: Final = frozenset(
    {
        "apache-2.0", "mit", "cc0-1.0", "cc-by-3.0", "cc-by-4.0", "cc-by-sa-3.0", "cc-by-sa-4.0",
        "cc-by-nc-3.0", "cc-by-nc-4.0", "cc-by-nc-sa-3.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0",
        "cc-by-nc-nd-4.0", "odbl", "odc-by", "pddl", "cdla-permissive-2.0",
    }
)  # fmt: skip
SIZES: Final = (
    (10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
)  # fmt: skip


def dataset_card(manifest: Manifest, summary: Summary) -> str:
    """Return the card of the release that ``manifest`` tells of, as Markdown."""
    header = yaml.safe_dump(front_matter(manifest, summary), sort_keys=False, allow_unicode=True)
    body = environment().get_template("card.md.jinja")
    splits = sorted({count.split for count in manifest.tasks}, key=list(SPLITS).index)
    text = body.render(
        manifest=manifest,
        summary=summary,
        splits=[SPLITS[split] for split in splits],
        limits=limits(manifest, summary),
        scores=markdown_scores(manifest),
    )
    return f"---\n{header}---\n\n{text}"


def front_matter(manifest: Manifest, summary: Summary) -> dict[str, JsonValue]:
    """Return what Hugging Face reads: licence, size and which files are which split."""
    return {
        "pretty_name": f"RS-GPT4V release {manifest.version}",
        "language": ["en"],
        **_licence(summary),
        "task_categories": list[JsonValue](TASK_CATEGORIES),
        "tags": ["remote-sensing", "instruction-tuning", "vision-language"],
        "size_categories": [_size(manifest.samples)],
        "configs": [
            {"config_name": "images", "default": True, "data_files": _files(manifest, "images")},
            {"config_name": "samples", "data_files": _files(manifest, "samples")},
        ],
    }


def limits(manifest: Manifest, summary: Summary) -> tuple[str, ...]:
    """Return what a user of this very release must know, in sentences."""
    found = [
        "Statements are checked against the annotations; where these are wrong, so is the text."
    ]
    if summary.models == ("offline-teacher",):
        found.append(
            "All generated text was written by the offline teacher: rules that read the labels and "
            "the pixels. No vision-language model looked at the pictures."
        )
    elif summary.models:
        found.append(
            f"Generated text was written by {', '.join(summary.models)}. What it says beyond "
            "classes, counts, positions and relations could not be checked against labels."
        )
    if manifest.gate and not manifest.gate.passed:
        found.insert(0, "This release is held back: its gate failed, see the scorecard.")
    if manifest.failed:
        shards = ", ".join(str(failed.shard) for failed in manifest.failed)
        found.insert(0, f"This release is incomplete. Failed and not in it: shard {shards}.")
    partial = [x.name or x.path for x in manifest.parameters.sources if not x.exhaustive]
    if partial:
        found.append(
            f"The labels of {', '.join(partial)} are partial: counts are written as “at least”, "
            "and absence is never claimed."
        )
    if any(licence.name == "not stated" for licence in summary.licences):
        found.append("Some images state no licence. Clear it with their source before you share.")
    if summary.turned:
        found.append(
            f"{summary.turned:,} samples are others of this release, turned with their pictures: "
            "`lineage.turned` says how and names them. Their coordinates are pixels of the turned "
            "picture."
        )
    overlap = manifest.parameters.tile.overlap
    found.append(
        f"Neighbouring tiles of one scene overlap by up to {overlap} px, so an object can appear in "
        "several tiles; all tiles of a scene are in the same split."
    )
    return tuple(found)


def _licence(summary: Summary) -> dict[str, JsonValue]:
    names = sorted(licence.name for licence in summary.licences)
    if len(names) == 1 and names[0].lower().replace(" ", "-") in KNOWN_LICENCES:
        return {"license": names[0].lower().replace(" ", "-")}
    return {"license": "other", "license_name": ", ".join(names) or "not stated"}


def _size(samples: int) -> str:
    return next((name for most, name in SIZES if samples < most), "n>10M")


def _files(manifest: Manifest, table: str) -> list[JsonValue]:
    paths = [part.path for part in manifest.parts if part.table == table]
    found: list[JsonValue] = []
    for split, name in SPLITS.items():
        if any(f"/split={split}/" in path for path in paths):
            folder = "images" if table == "images" else "samples/*"
            pattern = f"{folder}/split={split}/*/*.parquet"
            found.append({"split": name, "path": pattern})
    return found
