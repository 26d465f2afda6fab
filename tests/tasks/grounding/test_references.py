import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.grounding.references import (
    MAX_REFS,
    BrokenReference,
    TextSpan,
    compress,
    expand,
    parse,
    refs_of,
    tag,
    tag_box,
)

numbers = st.integers(1, 999_999)
refs = st.sets(numbers, min_size=1, max_size=40).map(lambda x: {f"o{n}" for n in x})
near = st.sets(st.integers(1, 30), min_size=1).map(lambda x: {f"o{n}" for n in x})
words = st.text(st.characters(exclude_characters="<"), min_size=1).filter(str.strip)


@given(refs | near)
def test_expand_undoes_compress(given_refs):
    assert set(expand(compress(given_refs))) == given_refs


@given(near)
def test_compressing_again_changes_nothing(given_refs):
    once = compress(given_refs)
    assert compress(expand(once)) == once


@given(st.lists(st.tuples(words, near, words)))
def test_tagged_text_is_taken_apart_into_what_it_was_made_of(pieces):
    tagged = "".join(tag(inside, ids) + after for inside, ids, after in pieces)
    parsed = parse(tagged)
    assert parsed.plain == "".join(inside + after for inside, _, after in pieces)
    assert [parsed.plain[s.start : s.end] for s in parsed.spans] == [p[0] for p in pieces]
    assert [set(s.refs) for s in parsed.spans] == [p[1] for p in pieces]


@given(st.text() | st.text(alphabet='<>/ref ids="o1-23'))
def test_any_text_is_parsed_or_refused(text):
    try:
        parsed = parse(text)
    except BrokenReference:
        return
    assert "<ref" not in parsed.plain.lower() or "<" in text


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("o1", ("o1",)),
        ("o1-o3 o7", ("o1", "o2", "o3", "o7")),
        ("o7, o1", ("o7", "o1")),
        ("o2-o2", ("o2",)),
        ("o1-o3 o2 o4", ("o1", "o2", "o3", "o4")),
    ],
)
def test_ids_are_expanded_in_order_and_once(ids, expected):
    assert expand(ids) == expected


@pytest.mark.parametrize(
    ("numbered", "ids"),
    [
        (["o3", "o1", "o2"], "o1-o3"),
        (["o1", "o2"], "o1 o2"),
        (["o10", "o9", "o2", "o11"], "o2 o9-o11"),
        ([], ""),
    ],
)
def test_three_in_a_row_become_a_range(numbered, ids):
    assert compress(numbered) == ids


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ("", "ids are empty"),
        ("  , ", "ids are empty"),
        ("3", "“3” is not a number such as o3"),
        ("o0", "“o0”"),
        ("o1-3", "“o1-3”"),
        ("o5-o2", "runs backwards"),
        ("o" + "9" * 400, "…” is not a number"),
        ("o1-o999999", f"more than {MAX_REFS}"),
    ],
)
def test_broken_ids_are_refused_with_what_is_broken(ids, message):
    with pytest.raises(BrokenReference, match=re.escape(message)):
        expand(ids)


@pytest.mark.parametrize(
    ("tagged", "message"),
    [
        ('a <ref ids="o1">b', "never closed at character 3"),
        ("a b</ref> c", "without its opening tag at character 4"),
        ('<ref ids="o1">a <ref ids="o2">b</ref></ref>', "tag inside a tag at character 17"),
        ('<ref ids="o1"></ref>', "tag round no words at character 1"),
        ('<ref ids="o1">  </ref>', "tag round no words"),
        ('<ref ids="">a</ref>', "ids are empty at character 1"),
        (
            'x <ref ids="q1">a</ref>',
            "“q1” is not a number such as o3, or a range o3-o7 at character 3",
        ),
        ("<ref ids=o1>a</ref>", "malformed tag at character 1"),
        ('<ref id="o1">a</ref>', "malformed tag"),
        ('<REF ids="o1">a</REF>', "malformed tag"),
        ('<ref ids="o1">a< /ref>', "malformed tag at character 16"),
        ('<ref ids="o1', "malformed tag"),
    ],
)
def test_broken_tags_are_refused_with_their_place(tagged, message):
    with pytest.raises(BrokenReference, match=re.escape(message)):
        parse(tagged)


def test_boxes_and_units_are_told_from_phrases():
    box = tag_box("[1, 2, 30, 40]", ["o2", "o1"])
    parsed = parse(f"See {tag('it', ['o3'])} at {box}<units> in pixels</units>.")
    assert parsed.plain == "See it at [1, 2, 30, 40] in pixels."
    assert parsed.spans == (TextSpan(4, 6, ("o3",)),)
    assert parsed.boxes == (TextSpan(10, 24, ("o1", "o2")),)
    assert parsed.units == (TextSpan(24, 34, ()),)
    assert refs_of(f"{box} {tag('it', ['o3'])}") == {"o1", "o2", "o3"}


@pytest.mark.parametrize(
    ("tagged", "message"),
    [
        ('<box ids="o1">a plane</box>', "a box is written [x0, y0, x1, y1] at character 1"),
        ('<box ids="o1">[1, 2, 3, 4]</ref>', "</ref> without its opening tag"),
        ("<box>[1, 2, 3, 4]</box>", "malformed tag at character 1"),
        ('<units ids="o1">px</units>', "malformed tag at character 1"),
        ("<units> </units>", "tag round no words"),
        ('<ref ids="o1">a <units>b</units></ref>', "tag inside a tag"),
        ("px</units>", "</units> without its opening tag at character 3"),
    ],
)
def test_broken_tags_of_boxes_and_units_are_refused(tagged, message):
    with pytest.raises(BrokenReference, match=re.escape(message)):
        parse(tagged)


@pytest.mark.parametrize(("box", "ids"), [("[1,2,3,4]", ["o1"]), ("[1, 2, 3, 4]", [])])
def test_only_a_canonical_box_of_objects_can_be_tagged(box, ids):
    with pytest.raises(BrokenReference, match="is not a box"):
        tag_box(box, ids)


@pytest.mark.parametrize(
    ("text", "given_refs"), [("", ["o1"]), (" ", ["o1"]), ("a", []), (tag("a", ["o1"]), ["o2"])]
)
def test_tagging_refuses_what_could_not_be_parsed_again(text, given_refs):
    with pytest.raises(BrokenReference):
        tag(text, given_refs)


def test_other_angle_brackets_are_plain_text():
    parsed = parse('roads < 5 m, <b>bold</b>, a <reference> and <ref ids="o2">it</ref>')
    assert parsed.plain == "roads < 5 m, <b>bold</b>, a <reference> and it"
    assert parsed.spans == (TextSpan(44, 46, ("o2",)),)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<ref",
        "< ",
        '<ref ids="o1">',
        "</ref>",
        '<ref ids="',
        "o1-",
        "a ",
        '<ref ids="o1">a</ref>',
    ],
)
def test_a_megabyte_is_read_in_one_go(unit):
    assert len(outcome(unit * (1_000_000 // len(unit)))) < 1_100_000


def outcome(text):
    try:
        return parse(text).plain
    except BrokenReference as error:
        return str(error)


@pytest.mark.timeout(20)
def test_wide_ranges_in_every_tag_are_refused():
    with pytest.raises(BrokenReference, match="more than"):
        parse('<ref ids="o1-o90000">a</ref> ' * 4000)
