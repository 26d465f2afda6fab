"""Tags: names that stand for releases, all in one file."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import DamagedPart, UnknownName, UsageError
from tasks.storage.store import Store
from tasks.storage.tags import TAGS, put_tag, read_tags, remove_tag, tags_of


def test_of_many_that_tag_at_once_none_is_lost(place: Store):
    names = [f"t{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda name: put_tag(place, name, "v1"), names))
    assert read_tags(place) == dict.fromkeys(names, "v1")
    assert tags_of(place) == {"v1": tuple(names)}


def test_a_tag_stands_for_one_release_until_it_is_removed(place: Store):
    put_tag(place, "paper", "v1")
    put_tag(place, "paper", "v1")
    with pytest.raises(UsageError, match="stands for release “v1”"):
        put_tag(place, "paper", "v2")
    with pytest.raises(UnknownName, match="tag of release “v2”"):
        remove_tag(place, "paper", "v2")
    remove_tag(place, "paper", "v1")
    put_tag(place, "paper", "v2")
    assert read_tags(place) == {"paper": "v2"}


def test_what_is_no_name_or_no_file_of_tags_is_said(place: Store):
    with pytest.raises(UsageError, match="is no name for a tag"):
        put_tag(place, "-x", "v1")
    place.write(TAGS, b"[]")
    with pytest.raises(DamagedPart, match="is not whole"):
        read_tags(place)
