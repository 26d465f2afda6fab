"""Objects that were labelled twice are found, however many there are."""

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.scene import LabelOrigin, ObjectAnnotation
from schemas.vocabulary import Shape
from tasks.sources.judge_pairs import SAME, near_duplicates, overlap


def thing(polygon, category="plane", line=1, **more):
    return ObjectAnnotation(
        id="x", shape=more.pop("shape", Shape.OBB), polygon=polygon, category_as_given=category,
        category=category, origin=LabelOrigin(file="a.txt", line=line), **more,
    )  # fmt: skip


def box(x0, y0, x1, y1):
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def turned(angle, length=40, width=10):
    cos, sin = math.cos(angle), math.sin(angle)
    corners = ((1, 1), (1, -1), (-1, -1), (-1, 1))
    return tuple(
        (100 + (a * length * cos - b * width * sin) / 2, 100 + (a * length * sin + b * width * cos) / 2)
        for a, b in corners
    )  # fmt: skip


def lines(*objects):
    return [(one.origin.line, other.origin.line) for one, other in near_duplicates(objects)]


def test_an_object_that_covers_an_earlier_one_of_its_class_repeats_it():
    first = thing(box(10, 10, 50, 50), line=1)
    assert lines(first, thing(box(10, 10, 50, 51), line=2)) == [(1, 2)]
    assert lines(first, thing(box(10, 10, 50, 53), line=2)) == []
    assert lines(first, thing(box(10, 10, 50, 51), "ship", line=2)) == []


def test_a_crowd_repeats_nothing():
    whole = box(10, 10, 50, 50)
    assert lines(thing(whole, line=1), thing(whole, line=2, crowd=True)) == []


def test_outlines_are_compared_and_not_only_their_boxes():
    diamond = ((30, 10), (50, 30), (30, 50), (10, 30))
    assert lines(thing(box(10, 10, 50, 50), line=1), thing(diamond, line=2)) == []
    assert lines(thing(turned(0.5), line=1), thing(turned(0.505), line=2)) == [(1, 2)]
    assert lines(thing(turned(0.5), line=1), thing(turned(-0.5), line=2)) == []


def test_each_of_many_copies_is_told_once():
    copies = [thing(box(10, 10, 50 + n / 10, 50), line=n + 1) for n in range(5)]
    assert lines(*copies) == [(1, 2), (1, 3), (1, 4), (1, 5)]


side = st.floats(1, 500)
place = st.floats(-1000, 1000)
nudge = st.floats(-0.05, 0.05)


@given(st.tuples(place, place, side, side), st.tuples(nudge, nudge, nudge, nudge))
def test_two_boxes_are_a_pair_exactly_if_they_overlap_that_much(given_box, moved):
    x, y, width, height = given_box
    a, b, c, d = moved
    first = thing(box(x, y, x + width, y + height), line=1, shape=Shape.HBB)
    x0, y0, x1, y1 = x + a * width, y + b * height, x + (1 + c) * width, y + (1 + d) * height
    second = thing(box(x0, y0, x1, y1), line=2, shape=Shape.HBB)
    assert lines(first, second) == ([(1, 2)] if overlap(first, second) > SAME else [])


@pytest.mark.parametrize("spread", [20_000, 100])
def test_twenty_thousand_objects_of_one_scene_take_no_time_to_speak_of(spread):
    random = np.random.default_rng(3)
    corners, sides = random.uniform(0, spread, (20_000, 2)), random.uniform(10, 40, (20_000, 2))
    model = thing(box(0, 0, 1, 1), shape=Shape.HBB)
    objects = [
        model.model_copy(update={"polygon": box(*map(float, row))})
        for row in np.hstack([corners, corners + sides])
    ]
    started = time.process_time()
    assert sum(1 for _ in near_duplicates(objects)) < 5000
    assert time.process_time() - started < 4
