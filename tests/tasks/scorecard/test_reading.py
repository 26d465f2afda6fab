"""A release is counted part by part, each folder by itself."""

import pytest

from schemas.errors import DamagedPart
from schemas.vocabulary import TaskType
from tasks.scorecard.reading import count_release
from tests.fixtures.release import make_build


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    made = make_build(str(tmp_path_factory.mktemp("counted") / "root"))
    made.release("v1")
    return made


def test_every_folder_of_samples_is_a_group(made):
    counted = count_release(made.store, "v1", made.publish("v1"))
    assert len(counted.groups) == 20  # five task types, two splits, two sources
    assert counted.whole.rows == 36
    assert counted.of(TaskType.VQA).questions == 12
    assert counted.of(TaskType.VQA).negatives == 6  # half of them: “No, no ship can be seen here.”
    assert counted.of(TaskType.DIALOGUE).pairs == 18


def test_objects_are_counted_by_class_and_by_octave_of_their_size(made):
    counted = count_release(made.store, "v1", made.publish("v1"))
    planes, cars = counted.classes["plane"], counted.classes["small vehicle"]
    assert set(counted.classes) == {"plane", "small vehicle"}
    assert counted.sizes == {6: planes, 4: cars}  # √(80 · 70) = 75 px and √(12 · 24) = 17 px


def test_the_order_of_parts_does_not_matter(made):
    parts = made.publish("v1")
    one, other = (count_release(made.store, "v1", order) for order in (parts, parts[::-1]))
    assert (one.groups, one.classes, one.sampling.rows()) == (other.groups, other.classes, other.sampling.rows())  # fmt: skip


def test_a_torn_part_is_named(made, tmp_path):
    torn = make_build(str(tmp_path / "root"), tiles=1)
    parts = torn.publish("v1")
    path = f"releases/v1/{parts[0].path}"
    torn.store.write(path, torn.store.read(path)[:-50])
    with pytest.raises(DamagedPart, match="is not a whole part"):
        count_release(torn.store, "v1", parts)
