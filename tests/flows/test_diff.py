"""A scripted history of nights: the diff of each two names what happened between them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL

import prompts
from flows.cli import main
from flows.diff import markdown_diff, sentence
from schemas.diff import Cause
from schemas.mixture import MixtureParams
from schemas.params import BuildParams, DialogueParams, SourceSpec, TeacherParams, VerifyParams
from schemas.settings import settings
from schemas.symmetry import SymmetryParams
from tasks.diff import diff
from tasks.model.engine import close_engines
from tasks.model.offline import write_reply
from tasks.model.serve import served
from tasks.promote import roll_back
from tasks.sources.dota import V1_0
from tasks.storage.releases import latest, read_pointer
from tasks.storage.store import Store
from tests.fixtures.quick import quick_release
from tests.fixtures.scenes import quad, write_dota

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
]  # ten releases are made before the first test

LIE = " There is a soccer field in this image."
OTHER_NAMES = ("gpt-vision", "gpt-other")


def half_true(texts, image, reply, seed):
    written = write_reply(texts, image, reply, seed)
    if reply != "Synthesis":
        return written
    said = json.loads(written)
    return json.dumps(said | {"description": said["description"] + LIE})


class Nights:
    """The folder, the root and the parameters of a history."""

    def __init__(self, folder: Path) -> None:
        self.scenes, self.root = folder / "scenes", folder / "root"
        source = SourceSpec(name="dota", path=str(self.scenes), classes=V1_0)
        teacher = TeacherParams(kind="openai", model=OTHER_NAMES[0])
        self.params = BuildParams(
            sources=(source,), shards=1, teacher=teacher,
            dialogue=DialogueParams(per_tile=1, turns=2), symmetry=SymmetryParams(samples=0),
        )  # fmt: skip
        self.made = list[str]()

    def build(self) -> None:
        """Make the release of a night."""
        version = f"n{len(self.made) + 1}"
        created = f"2026-01-{len(self.made) + 1:02}T00:00:00Z"
        quick_release(str(self.root), version, created, self.params)
        self.made.append(version)

    def labels(self, name: str) -> Path:
        return self.scenes / "labelTxt" / f"{name}.txt"

    def image(self, name: str) -> Path:
        return self.scenes / "images" / f"{name}.png"

    def set(self, **groups: object) -> None:
        self.params = self.params.model_copy(update=groups)


def scene(nights: Nights, name: str, seed: int, category: str) -> None:
    """Write a scene with a row of four objects and a thing beside it."""
    row = [quad(20 + 50 * k, 30, 50 + 50 * k, 60, category) for k in range(4)]
    lines = [*row, quad(60, 120, 110, 160, "storage-tank")]
    write_dota(nights.scenes, name, (256, 192), lines, seed=seed)


def first(nights: Nights) -> None:
    scene(nights, "apron", 1, "plane")
    scene(nights, "river", 2, "ship")


def image_added(nights: Nights) -> None:
    scene(nights, "yard", 3, "large-vehicle")


def image_renamed(nights: Nights) -> None:
    image, labels = nights.image("river"), nights.labels("river")
    image.rename(image.with_stem("stream"))
    labels.rename(labels.with_stem("stream"))


def labels_mended(nights: Nights) -> None:
    file = nights.labels("apron")
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-2]))


def image_removed(nights: Nights) -> None:
    nights.image("stream").unlink()
    nights.labels("stream").unlink()


def model_changed(nights: Nights) -> None:
    nights.set(teacher=nights.params.teacher.model_copy(update={"model": OTHER_NAMES[1]}))


def verifier_changed(nights: Nights) -> None:
    nights.set(verify=VerifyParams(mend=False))


def mixture_changed(nights: Nights) -> None:
    nights.set(mixture=MixtureParams(per_image=5))


def nothing(nights: Nights) -> None:
    pass


SCRIPT = (
    first, image_added, image_renamed, labels_mended, image_removed, model_changed,
    verifier_changed, mixture_changed, nothing,
)  # fmt: skip


@pytest.fixture(scope="module")
def nights(prefect_server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    history = Nights(tmp_path_factory.mktemp("nights"))
    close_engines()
    with served(write=half_true) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RS_GPT4V_OPENAI_BASE_URL", endpoint.url)
        patch.setenv("RS_GPT4V_OPENAI_API_KEY", "none")
        settings.cache_clear()
        for night in SCRIPT:
            night(history)
            history.build()
        with_another_prompt(history)
        yield history
        close_engines()
    settings.cache_clear()


def with_another_prompt(history: Nights) -> None:
    """Make the last release in a process that has another prompt."""
    home, file = history.root.parent / "home", history.root.parent / "params.json"
    shutil.copytree(Path(prompts.__file__).parent, home / "prompts")
    prompt = home / "prompts" / "converse.jinja"
    prompt.write_text(prompt.read_text() + "\nKeep it calm.\n")
    file.write_text(history.params.model_dump_json())
    words = ["-m", "tests.fixtures.quick", str(history.root), "n10", str(file)]
    path = os.pathsep.join([str(home), str(Path(__file__).parents[2])])
    url = str(PREFECT_API_URL.value())
    subprocess.run(
        [sys.executable, *words], check=True, cwd=home,
        env=os.environ | {"PYTHONPATH": path, "PREFECT_API_URL": url},
    )  # fmt: skip
    history.made.append("n10")


def between(nights: Nights, night: int):
    return diff(Store(str(nights.root)), f"n{night - 1}", f"n{night}")


EXPECTED = {
    2: {Cause.IMAGE}, 3: {Cause.RENAMED}, 4: {Cause.LABEL}, 5: {Cause.IMAGE}, 6: {Cause.MODEL},
    7: {Cause.VERIFIER}, 8: {Cause.MIXTURE}, 9: set(), 10: {Cause.PROMPT},
}  # fmt: skip


@pytest.mark.parametrize("night", sorted(EXPECTED))
def test_the_cause_of_each_night_is_named(nights: Nights, night: int) -> None:
    found = between(nights, night)
    assert set(found.causes) == EXPECTED[night], markdown_diff(found)
    assert found.samples_after - found.samples_before == found.added - found.removed
    assert all(cause in sentence(found) for cause in found.causes)


def test_scenes_that_came_went_or_changed_are_counted(nights: Nights) -> None:
    scenes = [between(nights, night).scenes for night in (2, 3, 4, 5, 6)]
    counted = [(one.added, one.removed, one.renamed, one.relabelled) for one in scenes]
    assert counted == [(1, 0, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1), (0, 1, 0, 0), (0, 0, 0, 0)]


def test_sides_and_examples_are_told(nights: Nights) -> None:
    added, gone = between(nights, 2), between(nights, 5)
    assert (added.removed, added.changed) == (0, 0)
    assert (gone.added, gone.changed) == (0, 0)
    verified = between(nights, 7)
    assert {row.task for row in verified.rows} == {"detailed_description"}
    assert all(LIE.strip() not in one.said_before for one in verified.examples)
    model = between(nights, 6)
    assert (model.added, model.removed) == (0, 0)
    assert model.examples[0].said_before == model.examples[0].said_after != ""
    assert between(nights, 8).parameters == ("mixture.per_image: none → 5",)


def test_the_other_way_round_what_was_added_is_removed(nights: Nights) -> None:
    there, back = between(nights, 4), diff(Store(str(nights.root)), "n4", "n3")
    assert (there.added, there.removed, there.changed) == (back.removed, back.added, back.changed)
    assert back.causes == there.causes


def test_a_whole_history_is_told_in_one_diff(nights: Nights) -> None:
    found = diff(Store(str(nights.root)), "n1", "n10")
    assert {Cause.IMAGE, Cause.LABEL, Cause.MIXTURE} <= set(found.causes)
    assert found.samples_after - found.samples_before == found.added - found.removed


def test_after_a_rollback_the_diff_is_that_of_the_night_taken_back(nights: Nights, capsys) -> None:
    store = Store(str(nights.root))
    roll_back(store)
    pointer = read_pointer(store)
    assert latest(store) == "n9"
    assert pointer is not None
    code = main(["releases", "diff", "n10", "--root", store.uri, "--json"])
    said = json.loads(capsys.readouterr().out)
    assert code == 0
    assert (said["before"], said["after"]) == ("n10", "n9")
    assert {row["cause"] for row in said["rows"]} == {Cause.PROMPT}
