"""The measures of variety against figures worked out by hand."""

import math
import zlib
from collections import Counter

import pytest

from tasks.scorecard.diversity import (
    SEGMENT,
    Measured,
    compression_ratio,
    distinct_n,
    effective_number,
    entropy,
)


def test_distinct_words_of_a_short_text_are_those_of_all_its_words():
    texts = ["Two planes and two ships.", "No planes!"]  # two planes and ships no: 5 of 7
    assert distinct_n(texts, 1) == Measured(5 / 7, 7)


def test_pairs_do_not_cross_texts():
    texts = ["two white planes", "two white ships", "planes"]  # of 4, “two white” twice
    assert distinct_n(texts, 2) == Measured(3 / 4, 4)


def test_numbers_are_no_words_and_apostrophes_belong_to_them():
    assert distinct_n(["The box is [74, 464, 118, 560]. It’s 3-fold."], 1).count == 5


def test_segments_of_equal_length_are_averaged_and_the_rest_is_left_out():
    same, other = "a " * SEGMENT, "a b " * (SEGMENT // 2)
    found = distinct_n([same, other, "c d e f"], 1)
    assert found == Measured((1 / SEGMENT + 2 / SEGMENT) / 2, 2 * SEGMENT)


def test_a_text_that_is_twice_as_long_is_not_less_distinct():
    text = " ".join(f"{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(SEGMENT))
    assert distinct_n([text], 1).value == distinct_n([text, text], 1).value


@pytest.mark.parametrize("n", [1, 2])
def test_without_words_there_is_nothing_to_measure(n):
    assert distinct_n(["", "12 34", "…"], n) == Measured(None, 0)


def test_the_compression_ratio_is_bytes_in_to_bytes_out():
    texts = ["ö" * 500, "yes"]
    assert compression_ratio(texts) == Measured(
        1004 / len(zlib.compress(("ö" * 500 + "\nyes").encode(), 9)), 2
    )
    assert compression_ratio([]) == compression_ratio([""]) == Measured(None, 0)


def test_what_repeats_compresses_better():
    varied = [f"{n} {n * n} {n * 7919 % 1000}" for n in range(200)]
    assert compression_ratio(["The same answer."] * 200).value > compression_ratio(varied).value


@pytest.mark.parametrize(
    ("counts", "bits"),
    [
        ({"a": 5}, 0),
        ({"a": 5, "b": 5}, 1),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 0}, 2),
        ({"a": 2, "b": 1, "c": 1}, 1.5),
    ],
)
def test_entropy_is_in_bits_and_its_power_the_number_of_equal_shares(counts, bits):
    total = sum(counts.values())
    assert entropy(counts) == Measured(bits, total)
    assert effective_number(counts) == Measured(2**bits, total)


def test_entropy_agrees_with_its_definition_on_uneven_shares():
    counts = Counter({1: 70, 2: 20, 3: 10})
    expected = -sum(p * math.log2(p) for p in (0.7, 0.2, 0.1))
    assert entropy(counts).value == pytest.approx(expected)


def test_nothing_has_no_entropy():
    assert entropy({}) == effective_number({}) == Measured(None, 0)
