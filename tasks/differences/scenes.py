"""What changed of the scenes of two releases: images, their names, their labels, what sources say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from schemas.diff import SceneChanges
from schemas.record import content_id
from schemas.release import Manifest
from tasks.storage.published import read_table
from tasks.storage.store import Store

SCANNED: Final = "stages/scan/"
NAMED: Final = ("id", "source", "name", "sha256", "size", "uri", "aliases", "finding_kinds")
LABELS: Final = ("annotations", "exhaustive")
EXAMPLES: Final = 20
ANYTHING: Final = ("id", "origin")  # of an annotation: where it stands, not what it says


class Listed(NamedTuple):
    """What a source listed of one scene; labels and terms as ids of their content."""

    names: frozenset[str]
    labels: str
    terms: str


@dataclass(frozen=True)
class Scenes:
    """The scenes of those scanned parts that only one of two releases rests on.

    Of all other scenes both releases know the same.
    """

    before: Mapping[str, Listed]
    after: Mapping[str, Listed]

    def only_in_one(self, scene_id: str) -> bool:
        """Say whether only one of the releases has the image."""
        return (scene_id in self.before) != (scene_id in self.after)

    def renamed(self, scene_id: str) -> bool:
        """Say whether the image has another name."""
        first, second = self.before.get(scene_id), self.after.get(scene_id)
        return first is not None and second is not None and first.names != second.names

    def relabelled(self, scene_id: str) -> bool:
        """Say whether its labels say something else."""
        first, second = self.before.get(scene_id), self.after.get(scene_id)
        return first is not None and second is not None and first.labels != second.labels

    def in_other_terms(self, scene_id: str) -> bool:
        """Say whether the source says something else of it: licence, split, resolution."""
        first, second = self.before.get(scene_id), self.after.get(scene_id)
        return first is not None and second is not None and first.terms != second.terms

    def changes(self) -> SceneChanges:
        """Return how many changed, and how."""
        both = sorted(set(self.before) & set(self.after))
        new = sorted(set(self.after) - set(self.before))
        gone = sorted(set(self.before) - set(self.after))
        old_names = {name for scene in gone for name in self.before[scene].names}
        renamed = [scene for scene in both if self.renamed(scene)]
        relabelled = [scene for scene in both if self.relabelled(scene)]
        said = (
            *_said("added", self.after, new), *_said("removed", self.before, gone),
            *_said("renamed", self.after, renamed), *_said("relabelled", self.after, relabelled),
        )  # fmt: skip
        return SceneChanges(
            added=len(new),
            removed=len(gone),
            replaced=sum(not old_names.isdisjoint(self.after[scene].names) for scene in new),
            renamed=len(renamed),
            relabelled=len(relabelled),
            examples=said,
        )


def scenes_of(store: Store, before: Manifest, after: Manifest) -> Scenes:
    """Return the scenes of the parts that only one of two releases rests on.

    Raises MissingFile where such a part is gone.
    """
    first, second = (
        {path for path in manifest.inputs if path.startswith(SCANNED)}
        for manifest in (before, after)
    )
    return Scenes(_listed(store, first - second), _listed(store, second - first))


def _listed(store: Store, paths: set[str]) -> Mapping[str, Listed]:
    found: dict[str, Listed] = {}
    for path in sorted(paths):
        for batch in read_table(store, path).to_batches(max_chunksize=256):
            for row in batch.to_pylist():
                listed, seen = _of(row), found.get(row["id"])
                names = listed.names | (seen.names if seen else frozenset())
                found[row["id"]] = (seen or listed)._replace(names=names)
    return found


def _of(row: dict[str, Any]) -> Listed:
    said = [
        {name: value for name, value in one.items() if name not in ANYTHING}
        for one in row["annotations"]
    ]
    labels = sorted(content_id(one) for one in said)
    terms = {name: row[name] for name in row if name not in (*NAMED, *LABELS)}
    return Listed(
        names=frozenset([f"{row['source']}/{row['name']}"]),
        labels=content_id(*labels, row["exhaustive"]),
        terms=content_id(terms),
    )


def _said(what: str, listed: Mapping[str, Listed], scenes: list[str]) -> Iterator[str]:
    for scene in scenes[:EXAMPLES]:
        yield f"{what} {', '.join(sorted(listed[scene].names))}"
