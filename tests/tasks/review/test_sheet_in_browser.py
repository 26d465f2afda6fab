"""The sheet in a real browser: keys, what is kept, the file that comes out, and its way back in."""

import json
import time

import pytest

from tasks.review.importing import import_answers
from tasks.review.outcome import review_outcome
from tasks.review.sheet import sheet_page
from tests.fixtures.browser import browser, chromium
from tests.tasks.review._answering import released, with_sheet

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium on the path")

SAMPLES = 8


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A root, its sheet, and the file of the sheet."""
    folder = tmp_path_factory.mktemp("browser")
    store = released(str(folder / "root"))
    sheet = with_sheet(store, samples=SAMPLES)
    file = folder / "sheet.html"
    file.write_text(sheet_page(store, sheet), encoding="utf-8")
    return store, sheet, file


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    downloads = tmp_path_factory.mktemp("downloads")
    with browser(downloads) as page:
        page.downloads = downloads
        yield page


@pytest.fixture
def page(tab, made):
    """The sheet as Ana finds it, with no answer yet."""
    tab.look(1280, 900)
    tab.open(made[2].as_uri())
    tab.run("answers.clear(); answers.save()")
    tab.open(made[2].as_uri())
    tab.type("Ana")
    tab.press("Enter")
    tab.wait("!document.querySelector('dialog[open]')")
    return tab


def shown(page):
    return page.run("document.querySelector('.plate code').textContent")


def said(page):
    return page.run("ids.map((id) => answers.entries[id]?.answer ?? null)")


def downloaded(page, before):
    """Return the lines of the file that came after ``before`` were there."""
    deadline = time.monotonic() + 20
    while True:
        new = [file for file in page.downloads.glob("*.jsonl") if file not in before]
        if new and new[0].stat().st_size:
            return new[0]
        assert time.monotonic() < deadline, "no file came out"
        time.sleep(0.05)


def test_without_a_name_nothing_begins(tab, made):
    tab.open(made[2].as_uri())
    tab.run("answers.clear(); answers.save()")
    tab.open(made[2].as_uri())
    tab.press("Enter", "1", "Escape", "Escape", "1")
    tab.wait("document.querySelector('#about').open")
    assert said(tab) == [None] * SAMPLES


def test_keys_answer_move_and_undo(page, made):
    ids = [one.id for one in made[1].samples]
    page.press("1", "3")
    assert said(page)[:3] == ["right", "unsure", None]
    assert shown(page) == ids[2]
    page.press("2")
    assert shown(page) == ids[2]
    page.press("j", "ArrowRight", "k", "ArrowLeft", "ArrowLeft")
    assert shown(page) == ids[1]
    page.press("u")
    assert said(page)[:3] == ["right", "unsure", None]
    assert shown(page) == ids[2]
    page.press("u", "u", "u")
    assert said(page) == [None] * SAMPLES
    assert shown(page) == ids[0]
    page.press("End", "Home", "3", "Home", "n")
    assert shown(page) == ids[1]


def test_what_is_wrong_is_said_by_keys(page):
    page.press("2", "w", "c")
    assert page.run("answers.of(current()).kind") == "class"
    page.press("c")
    assert page.run("answers.of(current()).kind") == "count"
    page.press("Escape", "c")
    page.type("four, not 3")
    page.press("Enter")
    assert page.run("answers.at") == 1
    assert said(page)[:2] == ["wrong", None]
    page.press("k")
    assert page.run("document.querySelector('#comment').value") == "four, not 3"
    assert page.run("document.querySelector('[name=kind]:checked').value") == "count"
    page.press("1")
    assert page.run("answers.entries[ids[0]].kind") is None


def test_a_closed_tab_loses_nothing(page, made):
    page.press("1", "2", "c")
    page.type("no ship")
    page.open(made[2].as_uri())
    assert said(page)[:3] == ["right", "wrong", None]
    page.press("Enter")
    page.wait("!document.querySelector('dialog[open]')")
    assert page.run("[answers.at, document.querySelector('#comment').value]") == [1, "no ship"]
    assert page.run("answers.reviewer") == "Ana"


def test_phrases_light_up_their_objects_and_the_picture_grows(page):
    page.run("show(ids.findIndex((id) => byId(`sample-${id}`).content.querySelector('.ref')))")
    page.run("document.querySelector('.ref').focus()")
    lit = "document.querySelectorAll('polygon.lit').length"
    assert page.run(lit) == page.run(
        "document.querySelector('.ref').dataset.refs.split(' ').length"
    )
    assert page.run("document.querySelector('.lit-label').textContent")
    width = page.run("document.querySelector('.frame img').offsetWidth")
    page.press("z")
    assert page.run("document.querySelector('.frame img').offsetWidth") == pytest.approx(
        3 * width, abs=2
    )
    page.press("z", "b")
    page.wait("getComputedStyle(document.querySelector('polygon:not(.lit)')).opacity === '0'")
    page.press("b")


def test_the_file_comes_out_and_gives_bounds(page, made):
    store, sheet, _ = made
    before = set(page.downloads.iterdir())
    page.press("1", "1", "2", "w", "p", "Enter", "3", *"1" * (SAMPLES - 4))
    page.wait("document.querySelector('#done').open")
    page.press("Enter")
    file = downloaded(page, before)
    assert file.name == "review-v1-ana.jsonl"
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["sample"] for row in rows] == [one.id for one in sheet.samples]
    assert [row["answer"] for row in rows] == [
        "right",
        "right",
        "wrong",
        "unsure",
        *["right"] * (SAMPLES - 4),
    ]
    assert rows[2]["kind"] == "position"
    assert all(0 <= row["seconds"] < 60 for row in rows)
    assert import_answers(store, None, [file]).taken == SAMPLES
    found = review_outcome(store, None)
    assert found.release.tally.model_dump() == {"right": SAMPLES - 2, "wrong": 1, "unsure": 1}
    assert 0 < found.release.error.low < found.release.error.rate < found.release.error.high < 1


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_cut_off_at_either_width(page, width, dark):
    page.look(width, 850, dark=dark)
    page.press("2")
    assert page.run("document.documentElement.scrollWidth") <= width
    for name in ("right", "wrong", "unsure"):
        box = page.run(
            f"document.querySelector('[data-answer={name}]').getBoundingClientRect().toJSON()"
        )
        assert 0 <= box["left"] < box["right"] <= width
        assert 0 <= box["top"] < box["bottom"] <= 850
    picture = page.run("document.querySelector('.frame').getBoundingClientRect().toJSON()")
    assert picture["width"] > 0.4 * width
    assert page.run("document.querySelector('.frame img').naturalWidth") == 480
