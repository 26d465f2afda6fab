"""The README.md beside an export: what it is, in which dialect its boxes are, whose images it holds."""

from collections.abc import Iterator, Sequence

from schemas.release import LicenceCount
from tasks.exporters.protocol import Exporter
from tasks.spatial.dialects import Dialect


def readme(
    version: str,
    exporter: Exporter,
    dialect: Dialect,
    files: Sequence[str],
    licences: Sequence[LicenceCount],
) -> str:
    """Return the text of README.md."""
    listed = "\n".join(f"- `{file}`" for file in files)
    terms = "\n".join(_terms(licences))
    return f"""# Samples of release {version}

Format: {exporter.title}.

Boxes are written in the dialect `{dialect.name}`: {dialect.title}. They refer to the pictures in
`images/` as they are. Samples with a box that this dialect cannot write are not here; they are in
`rejections.jsonl`, each with the reason.

{listed}

`lineage` of a row is `<release>/<sample id>`; `rs-gpt4v explain <sample id> --version <release>`
shows the labels, the prompt and the answer behind it.

## Licences of the sources

{terms}
"""


def _terms(licences: Sequence[LicenceCount]) -> Iterator[str]:
    for one in licences:
        credit = f"; {one.attribution}" if one.attribution else ""
        yield f"- {one.source}: {one.licence or 'not known'}{credit}"
    if not licences:
        yield "None is stated."
