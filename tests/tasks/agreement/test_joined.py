"""Which images of several sources are the same."""

from schemas.identity import Link
from tasks.agreement.joined import ImageName, joined


def image(source, name, *aliases, present=True):
    return ImageName(
        id=f"{source}:{name}", source=source, sha256="0" * 64 if present else None,
        aliases=(f"{source}/{name}", *aliases),
    )  # fmt: skip


def link(first, second, evidence="pixels"):
    return Link(
        first_id=f"{first}:1", first_source=first, first_name="1", second_id=f"{second}:1",
        second_source=second, second_name="1", evidence=evidence, detail="", leak=False,
    )  # fmt: skip


def test_images_that_are_there_are_the_same_by_links_not_by_names():
    images = [image("a", "1"), image("b", "1", "a/1"), image("c", "1", "a/1")]
    assert joined(images, [link("a", "b")]) == {"a:1": "a:1", "b:1": "a:1"}


def test_a_crop_is_not_the_same_image():
    assert joined([image("a", "1"), image("b", "1")], [link("a", "b", "crop")]) == {}


def test_an_absent_image_is_the_same_as_any_of_the_same_alias():
    images = [image("a", "1"), image("b", "1", "a/1", present=False), image("c", "2")]
    assert joined(images, []) == {"a:1": "a:1", "b:1": "a:1"}


def test_two_absent_images_of_one_alias_are_the_same():
    images = [image("b", "9", "a/1", present=False), image("c", "7", "a/1", present=False)]
    assert joined(images, []) == {"b:9": "b:9", "c:7": "b:9"}


def test_images_of_one_source_alone_are_left_out():
    images = [image("a", "1"), image("a", "2", "a/1", present=False)]
    assert joined(images, []) == {}


def test_links_to_images_that_were_not_scanned_are_ignored():
    assert joined([image("a", "1")], [link("a", "b")]) == {}
