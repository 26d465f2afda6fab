"""Reads a small source folder for tests."""

from schemas.params import SourceSpec
from schemas.sample import Rejection
from schemas.scene import Finding
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.registry import recognise, source_named


def read(name, folder, **spec):
    """Return the scenes by name, the rejections and the loose findings of ``folder``."""
    spec = SourceSpec(name=name, path=str(folder), **spec)
    rows = list(source_named(name).read(SourceFolder(spec.path), spec))
    return (
        {row.name: row for row in rows if isinstance(row, SceneLabels)},
        [row for row in rows if isinstance(row, Rejection)],
        [row for row in rows if isinstance(row, Finding)],
    )


def kinds(scene):
    """Return the kinds of findings about a scene, sorted."""
    return sorted(finding.kind.value for finding in scene.findings)


def recognised(folder):
    """Return the formats that ``folder`` looks like."""
    return recognise(SourceFolder(str(folder)))
