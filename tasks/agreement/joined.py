"""Which images of several sources are the same image."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import Field

from schemas.identity import Link
from schemas.record import Record


class ImageName(Record):
    """The columns of a candidate that say which image it is."""

    id: str
    source: str
    sha256: str | None
    aliases: tuple[str, ...] = Field(())


@dataclass
class _Groups:
    """Disjoint sets of ids."""

    parents: dict[str, str] = field(default_factory=dict)

    def root(self, name: str) -> str:
        """Return the id that stands for the set of ``name``."""
        root = name
        while (above := self.parents.get(root, root)) != root:
            root = above
        while (above := self.parents.get(name, name)) != root:
            self.parents[name], name = root, above
        return root

    def join(self, first: str, second: str) -> None:
        """Make one set of two; the smaller id stands for it."""
        low, high = sorted((self.root(first), self.root(second)))
        self.parents[high] = low


def joined(images: Iterable[ImageName], links: Iterable[Link]) -> dict[str, str]:
    """Return the group of every image that another source labels too.

    Images that are there are the same by ``links``, other than crops; one that is absent is the
    same as any of the same alias.
    """
    sources: dict[str, str] = {}
    absent: dict[str, list[str]] = {}
    present: dict[str, list[str]] = {}
    for image in images:
        sources[image.id] = image.source
        for alias in image.aliases:
            (absent if image.sha256 is None else present).setdefault(alias, []).append(image.id)
    groups = _Groups()
    for alias, (first, *others) in absent.items():
        for other in (*others, *present.get(alias, ())):
            groups.join(first, other)
    for link in links:
        if link.evidence != "crop" and link.first_id in sources and link.second_id in sources:
            groups.join(link.first_id, link.second_id)
    return _of_several_sources(groups, sources)


def _of_several_sources(groups: _Groups, sources: dict[str, str]) -> dict[str, str]:
    members: dict[str, set[str]] = {}
    for name in groups.parents:
        members.setdefault(groups.root(name), set()).add(sources[name])
    for root in [*members]:
        members[root].add(sources[root])
    several = {root for root, names in members.items() if len(names) > 1}
    ids = {*groups.parents, *several}
    return {name: root for name in sorted(ids) if (root := groups.root(name)) in several}
