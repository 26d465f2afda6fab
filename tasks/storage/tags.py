"""Tags: names that people give to releases, and that keep them from being pruned.

All stand in one file that is replaced as a whole, so none is missed by a listing that is late.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from pydantic import Field, ValidationError

from schemas.errors import DamagedPart, Overtaken, StorageError, UnknownName, UsageError
from schemas.record import Record
from tasks.storage.files import Tagged
from tasks.storage.store import Store

TAGS: Final = "releases/tags.json"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TRIES: Final = 20


class Tags(Record):
    """What ``releases/tags.json`` holds."""

    tags: dict[str, str] = Field(default_factory=dict, description="name → version")


def read_tags(store: Store) -> Mapping[str, str]:
    """Return the version of each tag."""
    return _parsed(store, store.fetch(TAGS)).tags


def tags_of(store: Store) -> Mapping[str, tuple[str, ...]]:
    """Return the tags of each version that has one, sorted."""
    found: dict[str, tuple[str, ...]] = {}
    for name, version in sorted(read_tags(store).items()):
        found[version] = (*found.get(version, ()), name)
    return found


def put_tag(store: Store, name: str, version: str) -> None:
    """Let tag ``name`` stand for ``version``, which must be there.

    Raises UsageError where the name is none, or stands for another release already.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"“{name}” is no name for a tag. Use letters, digits, “.”, “_” and “-”, beginning with "
            "a letter or a digit."
        )

    def added(tags: dict[str, str]) -> dict[str, str]:
        if tags.get(name, version) != version:
            raise UsageError(
                f"Tag “{name}” stands for release “{tags[name]}”. Choose another name, or remove "
                f"it first: “rs-gpt4v releases tag {tags[name]} {name} --remove”."
            )
        return {**tags, name: version}

    _change(store, added)


def remove_tag(store: Store, name: str, version: str) -> None:
    """Take tag ``name`` away from ``version``; raises UnknownName where it does not have it."""

    def removed(tags: dict[str, str]) -> dict[str, str]:
        if tags.get(name) != version:
            raise UnknownName(
                f"tag of release “{version}”", name, [key for key in tags if tags[key] == version]
            )
        return {key: value for key, value in tags.items() if key != name}

    _change(store, removed)


def _change(store: Store, changed: Callable[[dict[str, str]], dict[str, str]]) -> None:
    for _ in range(_TRIES):
        found = store.fetch(TAGS)
        tags = Tags(tags=changed(_parsed(store, found).tags))
        content = (tags.model_dump_json(indent=2) + "\n").encode()
        try:
            if found is None:
                store.create_new(TAGS, content)
            else:
                store.replace(TAGS, content, found.tag)
        except Overtaken:
            continue
        return
    raise StorageError(f"{store.url(TAGS)} was changed by others {_TRIES} times. Try again later.")


def _parsed(store: Store, found: Tagged | None) -> Tags:
    try:
        return Tags.model_validate_json(found.content) if found else Tags()
    except ValidationError as error:
        raise DamagedPart(
            f'{store.url(TAGS)} is not whole. Write it anew by hand, as {{"tags": {{NAME: '
            "VERSION}}, or delete it: then no release is kept for its tag."
        ) from error
