"""Data Docs: what Great Expectations checked of a release, as pages that fetch nothing.

Its own site loads styles and scripts from elsewhere and carries ids drawn at random and the time of
the check. So its sections are taken as it renders them and put into pages of ours, with the ids
numbered in order: the same release gives the same bytes.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

from tasks.quality.bounds import Checked
from tasks.report.rendering import environment

FOLDER: Final = "data_docs"
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_BLOCK: Final = "content-block-"
_UP: Final = "../../../../"  # to the index, from where its own site would have the page


def data_docs(
    checked: Sequence[Checked], version: str, created: str
) -> Iterator[tuple[str, bytes]]:
    """Yield the pages of release ``version`` by their paths in the release: the index first.

    ``created`` is UTC in ISO 8601.
    """
    yield f"{FOLDER}/index.html", _page("docs.index.html.jinja", version, checked=checked, up="")
    for each in checked:
        each.result.meta = {
            "great_expectations_version": each.result.meta["great_expectations_version"],
            "run_id": {"run_name": version, "run_time": created},
            "batch_spec": {"data_asset_name": each.table.title},
        }
        for folder, said, renderer, what in (
            ("validations", "what was found", "ValidationResultsPageRenderer", each.result),
            ("expectations", "what is expected", "ExpectationSuitePageRenderer", each.suite),
        ):
            page = _page(
                "docs.html.jinja", version, title=f"{each.table.title}: {said}", up="../",
                sections=_sections(renderer, what),
            )  # fmt: skip
            yield f"{FOLDER}/{folder}/{each.table.name}.html", page


def _page(template: str, version: str, **said: object) -> bytes:
    return environment().get_template(template).render(version=version, **said).encode()


def _sections(renderer: str, what: Any) -> list[str]:
    """Return the sections that ``renderer`` makes of ``what``, as HTML."""
    render = importlib.import_module("great_expectations.render.renderer")
    sections = getattr(render, renderer)().render(what).sections
    ids: dict[str, int] = {}
    found = []
    for place, section in enumerate(sections, start=1):
        content = section.to_json_dict()
        html = _view().render({"section": content, "section_loop": {"index": place}})
        html = _UUID.sub(lambda uuid: str(ids.setdefault(uuid[0], len(ids))), html)
        found.append(html.replace(_BLOCK, f"section-{place}-{_BLOCK}").replace(_UP, "../"))
    return found


@cache
def _view() -> Any:
    """Return what makes HTML of a section; its templates take a while to compile."""
    return importlib.import_module("great_expectations.render.view").DefaultJinjaSectionView()
