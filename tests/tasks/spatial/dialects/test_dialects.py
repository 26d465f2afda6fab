"""Every dialect: what is written is found again, and what would vanish is refused."""

import math
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.errors import UnknownName
from schemas.geometry import Polygon
from tasks.spatial.dialects import (
    CollapsedBox,
    Frame,
    UnwritableBox,
    dialect_named,
    dialects,
    recognise_dialect,
)
from tasks.spatial.dialects.upright import resized
from tasks.spatial.polygons import area, box_of

UPRIGHT = ["coco_xywh", "internvl", "llava", "pixels", "qwen25", "qwen3", "vrsbench"]
ORIENTED = ["falcon", "geochat", "skysensegpt", "yolo_obb"]
frames = st.builds(Frame, width=st.integers(64, 2048), height=st.integers(64, 2048))


def upright(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


@st.composite
def boxes(draw) -> tuple[Frame, Polygon]:
    frame = draw(frames)
    a, c = sorted(draw(st.floats(0, frame.width)) for _ in range(2))
    b, d = sorted(draw(st.floats(0, frame.height)) for _ in range(2))
    return frame, upright(a, b, c, d)


@st.composite
def turned(draw) -> tuple[Frame, Polygon]:
    frame = draw(frames)
    short = min(frame.width, frame.height)
    w, h = draw(st.floats(short / 16, short / 2)), draw(st.floats(short / 16, short / 2))
    angle = draw(st.floats(0, 2 * math.pi))
    cx = draw(st.floats(short / 2.8, frame.width - short / 2.8))
    cy = draw(st.floats(short / 2.8, frame.height - short / 2.8))
    c, s = math.cos(angle), math.sin(angle)
    around = ((-w, -h), (w, -h), (w, h), (-w, h))
    corners = tuple((cx + (x * c - y * s) / 2, cy + (x * s + y * c) / 2) for x, y in around)
    x0, y0, x1, y1 = box_of(corners)
    assume(x0 >= 0 and y0 >= 0 and x1 <= frame.width and y1 <= frame.height)
    return frame, corners


def found_again(name: str, frame: Frame, polygon: Polygon) -> Polygon:
    dialect = dialect_named(name)
    try:
        text = dialect.write(polygon, frame)
    except UnwritableBox:
        assume(False)
    padded = f"The ship (2 of 3) is at {text}, it seems."
    (found,) = dialect.find(padded, frame)
    assert padded[found.start : found.end] == text
    return found.polygon


@pytest.mark.parametrize("name", sorted(UPRIGHT + ORIENTED))
@given(case=boxes())
def test_an_upright_box_is_found_again_within_half_a_quantum(name, case) -> None:
    frame, polygon = case
    found = found_again(name, frame, polygon)
    most = dialect_named(name).quantum(frame) * (1 if name == "skysensegpt" else 0.5)
    for one, other in zip(box_of(found), box_of(polygon), strict=True):
        assert abs(one - other) <= most + 1e-6


@pytest.mark.parametrize("name", ORIENTED)
@given(case=turned())
def test_a_turned_box_is_found_again_within_quantum_and_half_a_degree(name, case) -> None:
    frame, polygon = case
    found = found_again(name, frame, polygon)
    angle = math.radians(0.5) * math.dist(polygon[0], polygon[2]) / 2
    most = dialect_named(name).quantum(frame) * math.sqrt(2) + angle + 1e-6
    assert area(found) > 0
    for corner in polygon:
        assert min(math.dist(corner, other) for other in found) <= most


@pytest.mark.parametrize("name", ORIENTED)
@given(case=turned())
def test_a_turned_box_keeps_its_sense_of_rotation(name, case) -> None:
    frame, polygon = case
    found = found_again(name, frame, polygon)
    for one, other in zip(box_of(found), box_of(polygon), strict=True):
        slack = math.radians(0.5) * math.dist(polygon[0], polygon[2]) / 2
        assert abs(one - other) <= 1.5 * dialect_named(name).quantum(frame) + slack


@pytest.mark.parametrize("name", sorted(UPRIGHT + ORIENTED))
def test_a_box_that_vanishes_is_refused(name) -> None:
    thin = upright(100.001, 100.0, 100.0012, 160.0)
    if name == "yolo_obb":
        thin = upright(100.0, 100.0, 100.0 + 1e-9, 160.0)
    with pytest.raises(CollapsedBox, match=re.escape("no area in the numbers of")):
        dialect_named(name).write(thin, Frame(width=1024, height=1024))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pixels", "[100, 50, 200, 150]"),
        ("llava", "[0.125, 0.188, 0.250, 0.312]"),
        ("geochat", "{<12><8><25><25>|<0>}"),
        ("skysensegpt", "<rbox>({<18.75><16.67><12.50><16.67>|<0>})</rbox>"),
        ("vrsbench", "{<12><8><25><25>}"),
        ("falcon", "<box><125><83><250><250></box>"),
        ("qwen25", '{"bbox_2d": [101, 49, 203, 147]}'),
        ("qwen3", '{"bbox_2d": [125, 83, 250, 250]}'),
        ("internvl", "<box>[[125, 83, 250, 250]]</box>"),
        ("coco_xywh", "[100.00, 50.00, 100.00, 100.00]"),
        ("yolo_obb", "0.125000 0.083333 0.250000 0.083333 0.250000 0.250000 0.125000 0.250000"),
    ],
)
def test_every_dialect_has_its_published_form(name, text) -> None:
    frame = Frame(width=800, height=600)
    assert dialect_named(name).write(upright(100, 50, 200, 150), frame) == text


def test_geochat_turns_anticlockwise_and_skysensegpt_clockwise() -> None:
    frame = Frame(width=100, height=100)
    rises = ((30.0, 60.0), (60.0, 30.0), (67.0, 37.0), (37.0, 67.0))  # to the upper right: /
    assert dialect_named("geochat").write(rises, frame).endswith("|<45>}")
    assert dialect_named("skysensegpt").write(rises, frame).endswith("<9.90><42.43>|<45>})</rbox>")


def test_llava_measures_on_the_picture_in_the_middle_of_a_square() -> None:
    wide = Frame(width=200, height=100)
    assert dialect_named("llava").write(upright(0, 0, 200, 100), wide) == (
        "[0.000, 0.250, 1.000, 0.750]"
    )


def test_qwen25_sees_multiples_of_28_within_its_limits() -> None:
    assert resized(Frame(width=712, height=557)) == Frame(width=700, height=560)
    assert resized(Frame(width=30, height=20)) == Frame(width=84, height=56)
    large = resized(Frame(width=8000, height=6000))
    assert large.width * large.height <= 16384 * 28 * 28
    assert large.width % 28 == large.height % 28 == 0


def test_a_turned_box_that_leaves_the_picture_before_it_is_turned_is_refused_in_geochat() -> None:
    frame = Frame(width=100, height=100)
    diagonal = ((2.0, 0.0), (80.0, 78.0), (78.0, 80.0), (0.0, 2.0))
    with pytest.raises(UnwritableBox, match="leaves the picture"):
        dialect_named("geochat").write(diagonal, frame)


@pytest.mark.parametrize(
    ("name", "text", "count"),
    [
        ("pixels", "see [ 1,2 , 30,40 ] and [5, 6, 7, 8]", 2),
        ("geochat", "<p>ships</p> {<1><2><30><40>|<45>}<delim>{ <5> <6><7><8> | <-10> }", 2),
        ("vrsbench", "{<1><2><30><40>} {<1><2><3><4>}", 2),
        ("skysensegpt", "<rbox>({<1.5><2><3><4>|<5>}{<6><7><8><9>|<-90>})</rbox>", 2),
        ("internvl", "<ref>a ship</ref><box>[[1,2,3,4], [5,6,7,8]]</box>", 2),
        (
            "qwen3",
            '[{"bbox_2d":[1,2,3,4],"label":"ship 3"},{"label": "x", "bbox_2d": [5,6,7,8]}]',
            2,
        ),
        ("falcon", "<quad><1><2><3><4><5><6><7><8></quad><box> <1><2><3><4> </box>", 2),
        ("pixels", "no box: [1, 2, 3], [a, b, c, d], [1, 2, 3, 4, 5]", 0),
        ("yolo_obb", "numbers 1 2 3 4 5 6 7 8", 0),
    ],
)
def test_boxes_are_found_whatever_the_spacing(name, text, count) -> None:
    assert len(dialect_named(name).find(text, Frame(width=100, height=100))) == count


@pytest.mark.parametrize("name", sorted(UPRIGHT + ORIENTED))
def test_finding_is_fast_in_hostile_text(name) -> None:
    for seed in (
        "[1, ",
        "<rbox>({",
        '{"bbox_2d": [',
        "<box>[[1,",
        "{<1>",
        "0.1 ",
        "<quad><1>",
        "1",
    ):
        dialect_named(name).find(seed * 20_000, Frame(width=9, height=9))


@pytest.mark.parametrize("name", sorted(set(UPRIGHT + ORIENTED)))
def test_a_dialect_is_recognised_from_what_it_wrote(name) -> None:
    frame = Frame(width=800, height=600)
    polygons = [upright(x, y, x + 60, y + 40) for x in (0, 310, 740) for y in (20, 290, 560)]
    texts = [f"It is at {dialect_named(name).write(one, frame)}." for one in polygons]
    assert recognise_dialect(texts, [frame] * len(texts)) == name
    assert recognise_dialect(["nothing here"]) is None


@pytest.mark.parametrize(
    ("texts", "frames", "name"),
    [
        (
            ["<box>[[1, 2, 3, 4]]</box>", "a list [1, 2, 3, 4]", "<box>[[1,2,3,4]]</box>"],
            None,
            "internvl",
        ),
        (["{<1><2><3><4>|<9>}", "{<1><2><3><4>}", "{<1><2><3><4>|<8>}"], None, "geochat"),
        (["[0.1, 0.2, 0.5, 0.5]", "[0, 0, 1, 1]"], None, "llava"),
        (["[10, 20, 30, 40]", "[300, 200, 60, 50]", "[200, 10, 40, 90]"], None, "coco_xywh"),
        (['{"bbox_2d": [10, 20, 1200, 40]}'], None, "qwen25"),
        (['{"bbox_2d": [10, 20, 900, 40]}'], [Frame(width=500, height=500)], "qwen3"),
        (['{"bbox_2d": [10, 20, 400, 40]}'], [Frame(width=500, height=500)], "qwen25"),
    ],
)
def test_forms_and_ranges_tell_dialects_apart(texts, frames, name) -> None:
    assert recognise_dialect(texts, frames) == name


@pytest.mark.timeout(10)
def test_a_text_of_many_boxes_is_recognised_in_one_go() -> None:
    assert recognise_dialect(["[1, 2, 3, 4] {<1><2><3><4>} [5, 6, 7, 8] " * 20_000]) == "pixels"


def test_an_unknown_dialect_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="geochat"):
        dialect_named("geochatt")
    assert list(dialects()) == sorted(UPRIGHT + ORIENTED)
