"""The sheet: one file that fetches nothing, escapes everything and betrays no verdict."""

import base64
import io
import json
import re

import pytest
from PIL import Image

from schemas.errors import DamagedPart, UsageError
from schemas.sample import Sample
from schemas.turn import Span, Turn
from tasks.review.rows import sheet_samples, sheet_tiles
from tasks.review.sheet import sheet_page, shown_sample
from tests.fixtures.release import make_build
from tests.tasks.report.test_report import HOSTILE, Balanced
from tests.tasks.review._answering import with_sheet


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made = make_build(str(tmp_path_factory.mktemp("sheet") / "root"), row_group=1, hostile=HOSTILE)
    made.release("v1")
    return made.store


@pytest.fixture(scope="module")
def sheet(store):
    return with_sheet(store, samples=36)


@pytest.fixture(scope="module")
def page(store, sheet):
    return sheet_page(store, sheet)


@pytest.fixture(scope="module")
def parsed(page):
    parser = Balanced()
    parser.feed(page)
    return parser


def template(page, sample_id):
    return page.split(f'<template id="sample-{sample_id}">')[1].split("</template>")[0]


def test_the_page_is_well_formed(parsed):
    assert parsed.wrong == []
    assert parsed.open == []


def test_the_page_fetches_nothing(page, parsed):
    asked = {"src", "href", "srcset", "action", "poster", "data", "xlink:href"}
    assert [value for _, name, value in parsed.attributes if name in asked] == []
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_text_is_escaped_wherever_it_stands(page):
    assert "<script>alert" not in page
    assert page.count("</style>") == 1
    assert "&lt;script&gt;alert" in page
    assert "{{ 7 * 7 }}" in page


def test_every_sample_is_there_once_in_the_order_of_the_sheet(page, sheet):
    assert re.findall(r'<template id="sample-(\w+)">', page) == [one.id for one in sheet.samples]
    asked = json.loads(
        page.split('<script type="application/json" id="sheet">')[1].split("</script>")[0]
    )
    assert asked["samples"] == [one.model_dump() for one in sheet.samples]
    assert (asked["id"], asked["version"]) == (sheet.id, "v1")
    assert asked["manifest_sha256"] == sheet.manifest_sha256


def test_a_picture_stands_once_however_many_samples_show_it(page, store, sheet):
    tiles = {sample.tile_id for sample in sheet_samples(store, sheet).values()}
    found = re.findall(r'data-picture="(\w+)">data:image/jpeg;base64,', page)
    assert sorted(found) == sorted(tiles)
    assert len(found) == 6


def test_pictures_are_scaled_to_the_side_that_is_asked(store, sheet):
    small = sheet_page(store, sheet, 120)
    content = re.search(r">data:image/jpeg;base64,([^<]+)<", small)[1]
    with Image.open(io.BytesIO(base64.b64decode(content))) as image:
        assert image.size == (120, 90)


def test_what_verification_thought_is_not_shown(page, sheet):
    for one in sheet.samples:
        assert "supported" not in template(page, one.id)
        assert "the labels hold" not in template(page, one.id)


def test_every_phrase_means_objects_that_are_drawn(page, sheet):
    for one in sheet.samples:
        shown = template(page, one.id)
        drawn = set(re.findall(r'data-ref="(\w+)"', shown))
        meant = {ref for refs in re.findall(r'data-refs="([^"]*)"', shown) for ref in refs.split()}
        assert meant <= drawn


def shown(store, sheet, change=lambda sample: sample, form="grounding"):
    samples = sheet_samples(store, sheet)
    sample = next(one for one in samples.values() if one.lineage.form == form)
    tile = next(t for t in sheet_tiles(store, sheet, samples) if t.tile_id == sample.tile_id)
    return shown_sample(change(sample), tile)


def test_objects_that_the_sample_speaks_of_are_marked_and_lie_on_top(store, sheet):
    found = shown(store, sheet, form="counting")
    marks = [outline.mark for outline in found.outlines]
    assert set(marks) == {"", "meant"}
    assert marks == sorted(marks)
    assert {o.category for o in found.outlines if o.mark} == {"plane"}
    assert found.refs == tuple(o.ref for o in found.outlines if o.mark)


def test_a_box_is_drawn_where_the_text_says_and_not_where_its_object_is(store, sheet):
    def moved(sample):
        text = sample.turns[1].content.replace("[30, 85, 110, 155]", "[40, 95, 120, 165]")
        turns = (sample.turns[0], Turn(role="assistant", content=text))
        return sample.model_copy(update={"turns": turns})

    found = shown(store, sheet, moved)
    (box,) = (outline for outline in found.outlines if outline.mark == "written")
    assert box.points == "40,95 120,95 120,165 40,165"
    (phrase,) = (p for turn in found.turns for p in turn.pieces if box.ref in p.refs)
    assert phrase.text == "[40, 95, 120, 165]"
    assert set(phrase.refs) - {box.ref} == set(found.refs)


def test_an_object_that_only_the_sample_has_is_drawn_too(store, sheet):
    def with_region(sample: Sample):
        region = sample.objects[0].model_copy(update={"ref": "r1", "category": "region"})
        span = Span(turn=1, start=0, end=4, refs=("r1",))
        lineage = sample.lineage.model_copy(update={"spans": (span,)})
        return sample.model_copy(update={"objects": (region,), "lineage": lineage})

    found = shown(store, sheet, with_region, form="counting")
    assert [o.ref for o in found.outlines if o.mark == "meant"] == ["r1"]


def test_a_row_that_is_gone_is_said(store, sheet):
    lost = sheet.samples[0].model_copy(update={"id": "0" * 20})
    broken = sheet.model_copy(update={"samples": (lost, *sheet.samples[1:])})
    with pytest.raises(DamagedPart, match="lacks 00000000000000000000"):
        sheet_page(store, broken)


def test_a_release_without_samples_has_no_sheet(store, sheet):
    with pytest.raises(UsageError, match="Release “v1” has no sample"):
        sheet_page(store, sheet.model_copy(update={"samples": ()}))
