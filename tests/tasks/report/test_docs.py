"""Data Docs: pages that fetch nothing, with the same bytes whenever they are made."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from tasks.quality.bounds import Bound, Table, check_tables
from tasks.report.docs import data_docs

CREATED = "2026-01-02T03:04:05Z"
SCORES = Table(
    "scorecard", "Scorecard", pd.DataFrame([{"contradicted": 12.5, "supported": 0.97}]),
    (
        Bound("contradicted", 10, "Of 1,000 <script>alert(1)</script> claims.", at_most=True),
        Bound("supported", 0.9, "Of all."),
    ),
)  # fmt: skip
FOLDERS = Table("samples", "Folders", pd.DataFrame([{"in_form": 1.0}]), (Bound("in_form", 1, ""),))


class Links(HTMLParser):
    """Notes what a page links to or would fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        asked = {"src", "href", "srcset", "action", "poster", "data"}
        self.found += [value for name, value in attrs if name in asked]


def pages():
    return dict(data_docs(check_tables([SCORES, FOLDERS]), "v1", CREATED))


@pytest.fixture(scope="module")
def docs():
    return pages()


def test_there_is_an_index_and_two_pages_for_each_table(docs):
    assert list(docs) == [
        "data_docs/index.html",
        "data_docs/validations/scorecard.html",
        "data_docs/expectations/scorecard.html",
        "data_docs/validations/samples.html",
        "data_docs/expectations/samples.html",
    ]


def test_the_same_release_gives_the_same_bytes(docs):
    assert pages() == docs


def test_every_link_leads_to_a_page_of_the_release(docs):
    from posixpath import dirname, join, normpath

    known = {*docs, "report.html"}
    for path, content in docs.items():
        parser = Links()
        parser.feed(content.decode())
        inside = [link for link in parser.found if link and not link.startswith("#")]
        assert inside
        for link in inside:
            assert normpath(join(dirname(path), link.partition("#")[0])) in known


def test_nothing_is_fetched_and_no_script_runs(docs):
    for content in docs.values():
        text = content.decode()
        assert "http-equiv" in text
        assert not re.search(r"https?://|<script|@import|url\(", text)


def test_what_was_found_stands_beside_what_is_expected(docs):
    page = re.sub(r"<[^>]+>|\s+", " ", docs["data_docs/validations/scorecard.html"].decode())
    page = re.sub(r"\s+", " ", page)
    assert "maximum value must be less than or equal to 10.0 . 12.5" in page
    assert "minimum value must be greater than or equal to 0.9 . 0.97" in page
    assert "Run Name v1 Run Time 2026-01-02T03:04:05Z" in page


def test_notes_say_what_a_number_is_and_are_escaped(docs):
    page = docs["data_docs/expectations/scorecard.html"].decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; claims." in page


def test_the_index_names_what_is_not_met(docs):
    page = docs["data_docs/index.html"].decode()
    assert "contradicted ≤ 10" in page
    assert "supported ≥ 0.9" not in page
