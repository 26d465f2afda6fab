"""JSON lists and lines read element by element."""

import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.examining import elements
from tasks.examining.elements import json_elements, json_lines


def read(text):
    return list(json_elements(io.BytesIO(text.encode())))


def test_each_element_comes_with_its_number_and_line():
    found = read('[\n {"id": "a"},\n {"id": "b",\n  "n": [1, {}]}\n]\n')
    assert [(one.number, one.line) for one in found] == [(0, 2), (1, 3)]
    assert [one.content for one in found] == [{"id": "a"}, {"id": "b", "n": [1, {}]}]


def test_one_object_is_one_element():
    assert [one.content for one in read('\ufeff {"id": "a"}')] == [{"id": "a"}]


def test_a_broken_element_costs_only_itself():
    found = read('[{"id": 1}, {"id" 2}, {"id": 3}, "words", 4]')
    assert [one.content for one in found] == [{"id": 1}, None, {"id": 3}, None]
    assert "is no JSON" in found[1].why
    assert "is no JSON object" in found[3].why


def test_after_an_element_without_end_reading_goes_on_with_the_next():
    broken = '{"id": 2, "turns": [{"from": "human", "value": "cut}]}'
    found = read(f'[{{"id": 1}},\n{broken},\n{{"id": 3}},\n{{"id": 4}}]')
    assert [one.content for one in found] == [{"id": 1}, None, {"id": 3}, {"id": 4}]
    assert "has no end" in found[1].why
    assert [one.line for one in found] == [1, 2, 3, 4]


def test_brackets_and_quotation_marks_in_texts_end_nothing():
    said = [{"id": "]}", "value": 'a "quoted" {brace] \\'}, {"id": "x"}]
    assert [one.content for one in read(json.dumps(said))] == said


def test_elements_that_are_cut_by_blocks_are_whole(monkeypatch):
    monkeypatch.setattr(elements, "_BLOCK", 7)
    said = [{"id": n, "value": "Straße, “ships” and " * n} for n in range(6)]
    text = json.dumps(said, ensure_ascii=False, indent=1)
    found = read(text)
    assert [one.content for one in found] == said
    lines = [n for n, line in enumerate(text.splitlines(), 1) if line.startswith(" {")]
    assert [one.line for one in found] == lines


WORDS = st.text(alphabet='[]{}",:\\ aé\n', max_size=8)


@settings(deadline=None)
@given(
    st.lists(st.dictionaries(WORDS, WORDS | st.lists(WORDS, max_size=3), max_size=3), max_size=4)
)
def test_any_list_of_objects_reads_as_json_does(said):
    assert [one.content for one in read(json.dumps(said))] == said


@settings(deadline=None)
@given(st.text(alphabet='[]{}",:\\ a1\n'))
def test_what_is_no_json_is_named_or_read(text):
    for one in read(f"[{text}"):
        assert (one.content is None) == (one.why is not None)


def test_lines_that_are_blank_are_passed_over_and_broken_ones_named():
    found = list(json_lines(io.BytesIO(b'\xef\xbb\xbf{"a": 1}\n\n{"a"\n{"a": 2}')))
    assert [(one.line, one.content) for one in found] == [(1, {"a": 1}), (3, None), (4, {"a": 2})]
