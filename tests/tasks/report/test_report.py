"""The report: one file that fetches nothing, escapes everything and shows what the release holds."""

import base64
import io
import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from schemas.gate import GateParams
from schemas.release import FailedShard
from schemas.turn import Span
from tasks.publish import commit
from tasks.report.figures import Count
from tasks.report.gallery import Candidate, spread
from tasks.report.page import with_rest
from tasks.report.plates import pieces, thumbnail
from tasks.report.rendering import short_number, size_in_words
from tasks.report.summary import lengths_of
from tests.fixtures.release import CREATED, SOFTWARE, make_build

HOSTILE = '<script>alert("x")</script> & "quotes" \' </style> {{ 7 * 7 }}'
STRICT = GateParams(fewest=0, kinds=None, words=40)
VOID = {"meta", "link", "img", "br", "hr", "input", "polygon"}


class Balanced(HTMLParser):
    """Notes tags that are closed in the wrong order, and ids."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID or tag == "polygon":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    made = make_build(str(tmp_path_factory.mktemp("report") / "root"), hostile=HOSTILE)
    made.scored("v0")
    made.scored("v1", STRICT)
    return made.store.read("releases/v1/report.html").decode()


@pytest.fixture(scope="module")
def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    return parser


def test_the_page_is_well_formed(parsed: Balanced) -> None:
    assert parsed.wrong == []
    assert parsed.open == []


def test_the_page_fetches_nothing(page: str, parsed: Balanced) -> None:
    asked = {"src", "href", "srcset", "action", "poster", "data", "xlink:href"}
    links = [value for _, name, value in parsed.attributes if name in asked]
    assert links
    beside = {"data_docs/index.html"}  # a page of the release, fetched only when it is followed
    assert beside < set(links)
    kept = ("data:image/jpeg;base64,", "#")
    assert all(value.startswith(kept) for value in set(links) - beside)
    assert "@import" not in page
    assert "url(" not in page


def test_text_is_escaped_wherever_it_stands(page: str) -> None:
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    assert page.count("</style>") == 1
    assert "&lt;script&gt;alert" in page
    assert "{{ 7 * 7 }}" in page


def test_every_phrase_means_objects_that_are_drawn(page: str) -> None:
    plates = page.split('<article class="plate"')[1:]
    assert len(plates) == 6
    for plate in [text.split("</article>")[0] for text in plates]:
        drawn = set(re.findall(r'data-ref="(o\d+)"', plate))
        meant = {ref for refs in re.findall(r'data-refs="([^"]*)"', plate) for ref in refs.split()}
        assert meant
        assert meant <= drawn


def test_objects_are_drawn_in_pixels_of_the_tile(page: str) -> None:
    assert 'viewBox="0 0 480 360"' in page
    points = re.findall(r'points="([^"]*)"', page)
    for pair in " ".join(points).split():
        x, y = map(float, pair.split(","))
        assert -50 <= x <= 530
        assert -50 <= y <= 410


def test_the_page_states_the_totals_and_the_balance(page: str) -> None:
    assert "36 published + 6 rejected = 42 candidates" in page
    assert "wrong count" in page
    assert "self crossing" in page
    assert "phrasings/counting" in page


def test_the_page_says_what_the_answers_of_each_stage_took(page: str) -> None:
    cost = page[page.index('<section id="cost"') : page.index('<section id="prompts"')]
    assert "<b>$0.013</b>" in cost
    assert "tokens asked, about 21 % for pictures" in cost
    row = cost[cost.index('<th scope="row">synthesize</th>') :]
    figures = re.findall(r'<td class="n">([^<]*)</td>', row[: row.index("</tr>")])
    assert figures == ["$0.013", "6", "6", "2,400", "510", "720", "1.5 s", "1.5 s"]
    assert "reasoning" not in cost


def test_the_page_shows_every_number_beside_the_one_before_and_why_it_is_held_back(
    page: str,
) -> None:
    assert "This release is held back." in page
    section = page[page.index('<section id="scorecard"') : page.index('<section id="figures"')]
    assert "The gate failed: 1 of " in section
    assert "scorecard: words ≥ 40 is expected," in section
    assert len(re.findall(r'<th scope="row">', section)) == 23
    assert section.count("<figcaption>") == 6
    assert '<small class="failed">≥ 40 not met</small>' in section
    assert "beside those of release v0" in section


def test_a_release_without_scorecard_has_no_such_section(tmp_path: Path) -> None:
    made = make_build(str(tmp_path / "root"), tiles=1)
    made.release("v1")
    page = made.store.read("releases/v1/report.html").decode()
    assert "scorecard" not in page.partition("</style>")[2]


def test_the_gallery_shows_as_many_tiles_as_asked(tmp_path: Path) -> None:
    made = make_build(str(tmp_path / "root"))
    few = made.params.publish.model_copy(update={"gallery": 2})
    made = replace(made, params=made.params.model_copy(update={"publish": few}))
    made.release("v1")
    page = made.store.read("releases/v1/report.html").decode()
    assert page.count('<article class="plate"') == 2


def test_the_gallery_is_spread_over_what_is_rare() -> None:
    def one(name: str, source: str, *tasks: str) -> Candidate:
        return Candidate(
            part="p", tile_id=name, scene_id=name, source=source, tasks=frozenset(tasks),
            categories=frozenset(),
        )  # fmt: skip

    many = [one(f"a{n}", "dota", "vqa", "dialogue") for n in range(9)]
    chosen = spread([*many, one("z", "coco", "caption")], 2)
    assert {each.source for each in chosen} == {"dota", "coco"}


def test_text_is_cut_at_its_spans_and_nothing_is_lost() -> None:
    text = "Two planes and a car."
    spans = [
        Span(turn=0, start=15, end=20, refs=("o3",)),
        Span(turn=0, start=0, end=10, refs=("o1",)),
    ]
    found = pieces(text, spans)
    assert "".join(piece.text for piece in found) == text
    assert [piece.text for piece in found if piece.refs] == ["Two planes", "a car"]


def test_a_thumbnail_is_at_most_768_px_wide() -> None:
    file = io.BytesIO()
    Image.new("RGB", (2000, 1000), "green").save(file, "JPEG")
    url = thumbnail(file.getvalue())
    kind, content = url.split(",", 1)
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.size == (768, 384)


def test_lengths_fall_into_classes_that_double() -> None:
    found = lengths_of(Counter({1: 4, 2: 3, 3: 1, 9: 2}))
    assert [(c.name, c.count) for c in found.words] == [
        ("1", 4),
        ("2–3", 4),
        ("4–7", 0),
        ("8–15", 2),
    ]
    assert (found.median, found.longest) == (2, 9)


def test_no_responses_have_no_lengths() -> None:
    assert lengths_of(Counter()).words == ()


def test_many_classes_are_summed_up_in_the_last_line() -> None:
    counts = tuple(Count(name=str(n), count=10 - n) for n in range(10))
    found = with_rest(counts, 4)
    assert [(c.name, c.count) for c in found] == [
        ("0", 10),
        ("1", 9),
        ("2", 8),
        ("7 other classes", 28),
    ]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (470_123, "470 kB"), (2 * 10**9, "2 GB")],
)
def test_sizes_are_said_in_words(size: int, text: str) -> None:
    assert size_in_words(size) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [(999_999, "999,999"), (1_234_567, "1.23 M"), (54_703_701, "54.7 M"), (2 * 10**9, "2.00 G")],
)
def test_large_counts_are_short_where_there_is_little_room(count: int, text: str) -> None:
    assert short_number(count) == text


def test_failed_shards_are_named_in_page_card_and_manifest(tmp_path: Path) -> None:
    made = make_build(str(tmp_path / "root"), tiles=1)
    failed = (FailedShard(shard=7, stage="tile", error="ImageError", message="P9.png is torn."),)
    manifest = commit(
        made.store, "v1", CREATED, made.params, made.parts, made.publish("v1"), SOFTWARE, failed
    )
    assert manifest.failed == failed
    assert (
        "shard 7, stage tile: P9.png is torn."
        in made.store.read("releases/v1/report.html").decode()
    )
    assert "Failed and not in it: shard 7." in made.store.read("releases/v1/README.md").decode()
