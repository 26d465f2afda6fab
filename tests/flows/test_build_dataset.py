"""The whole chain on two painted scenes: what is remade, what is found, what is the same."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import prompts
from flows.build_dataset import build_dataset
from schemas.errors import IncompleteError, UsageError
from schemas.params import TeacherParams
from schemas.release import Manifest
from schemas.sample import Draft, Rejection, Sample
from schemas.settings import settings
from schemas.symmetry import AugmentParams
from schemas.vocabulary import Reason
from tasks.audit import audit
from tasks.model.serve import serving
from tasks.storage.accounting import REPORTS, SAMPLE_STAGES
from tasks.storage.parts import read_rows
from tasks.storage.store import Store

STAGES = [
    "scan", "look", "ingest", "identify", "links", "agree", "tile", "adapt", "describe",
    "synthesize", "converse", "mend", "verify", "coverage", "augment", "turned", "symmetry", "validate", "mix", "mixture",
    "blind",
]  # fmt: skip
PREMISES = ("wrong_attribute", "false_premise", "unanswerable", "true_premise")


def manifest_of(root, version) -> Manifest:
    path = Path(root) / "releases" / version / "manifest.json"
    return Manifest.model_validate_json(path.read_text())


def made(manifest):
    return {stage.stage: stage.parts_made for stage in manifest.stages if stage.parts_made}


def files(release, *tables):
    return {
        str(path.relative_to(release)): path.read_bytes()
        for table in tables
        for path in sorted((release / table).rglob("*.parquet"))
    }


def samples(root, version):
    store = Store(str(root))
    parts = [part for part in manifest_of(root, version).parts if part.table == "samples"]
    return sorted(
        (row for part in parts for row in read_rows(store, f"releases/{version}/{part.path}", Sample)),
        key=lambda row: row.id,
    )  # fmt: skip


def one_part(root, stage):
    """Return the largest rows file of ``stage``."""
    parts = (
        path for path in (root / "stages" / stage).glob("*.parquet") if path.stem.count(".") == 0
    )
    return max(parts, key=lambda path: path.stat().st_size)


def test_the_first_build_goes_through_every_stage_and_balances(build):
    manifest = manifest_of(build.root, build.version)
    assert [stage.stage for stage in manifest.stages] == STAGES
    for stage in manifest.stages:
        assert stage.kept + stage.rejected == stage.candidates, stage
        assert stage.parts_made > 0
        assert stage.parts_found == 0
    assert manifest.samples + sum(
        stage.rejected for stage in manifest.stages if stage.stage in SAMPLE_STAGES
    ) == manifest.candidates  # fmt: skip
    assert manifest.samples > 50
    assert manifest.usage.calls == sum(stage.calls for stage in manifest.stages) > 0
    assert {"vqa", "visual_grounding", "detailed_description", "dialogue"} <= {
        count.task for count in manifest.tasks
    }
    assert not audit(Store(str(build.root)))


def test_no_question_that_labels_answer_is_found_false(build):
    rows = [
        row
        for part in manifest_of(build.root, build.version).parts
        if part.path.startswith("rejections/stage=verify")
        for row in read_rows(
            Store(str(build.root)), f"releases/{build.version}/{part.path}", Rejection
        )
    ]
    drafts = [(row.reason, Draft.model_validate_json(row.payload)) for row in rows]
    lost = {reason for reason, draft in drafts if draft.lineage.origin == "adapted"}
    assert lost <= {Reason.DUPLICATE_SAMPLE}
    forms = Counter(row.lineage.form for row in samples(build.root, build.version))
    assert min(forms[form] for form in PREMISES) > 0


def test_a_second_build_asks_nothing_writes_no_part_and_publishes_the_same_bytes(
    build, params, tmp_path
):
    copy = build.copied(tmp_path)
    before = files(copy.root, "stages", "answers")
    second = build_dataset(str(copy.root), "second", params)
    assert (made(second), second.usage.calls) == ({}, 0)
    assert files(copy.root, "stages", "answers") == before
    tables = ("samples", "images", "rejections", "findings")
    assert files(copy.root / "releases/second", *tables) == files(copy.release, *tables)


def test_a_changed_parameter_redoes_its_stage_and_what_follows(build, params, tmp_path):
    copy = build.copied(tmp_path)
    dialogue = params.dialogue.model_copy(update={"turns": 3})
    changed = params.model_copy(update={"dialogue": dialogue})
    assert list(made(build_dataset(str(copy.root), "second", changed))) == [
        "converse", "mend", "verify", "coverage", "augment", "turned", "symmetry", "validate", "mix",
    ]  # fmt: skip


def test_a_changed_prompt_redoes_its_stage_and_what_follows(build, params, tmp_path):
    copy = build.copied(tmp_path)
    home = tmp_path / "elsewhere"
    shutil.copytree(Path(prompts.__file__).parent, home / "prompts")
    prompt = home / "prompts" / "synthesize.jinja"
    prompt.write_text(prompt.read_text() + "\nKeep it calm.\n")
    file = tmp_path / "params.json"
    file.write_text(params.model_dump_json())
    done = in_another_process(
        home, "build", "--root", copy.root, "--params", file, "--version", "b"
    )
    assert done.returncode == 0, done.stderr
    assert list(made(manifest_of(copy.root, "b"))) == [
        "synthesize",
        "converse",
        "mend",
        "verify",
        "coverage",
        "augment",
        "turned",
        "symmetry",
        "validate",
        "mix",
    ]
    assert json.loads(done.stdout)["version"] == "b"


def test_turned_copies_of_training_samples_are_added_on_demand_and_ask_nobody(
    build, params, tmp_path
):
    copy = build.copied(tmp_path)
    augmented = params.model_copy(update={"augment": AugmentParams(share=0.5)})
    manifest = build_dataset(str(copy.root), "second", augmented)
    assert list(made(manifest)) == ["augment", "turned", "validate", "mix", "mixture", "blind"]
    assert manifest.usage.calls == 0
    before = {sample.id: sample for sample in samples(copy.root, "first")}
    after = {sample.id: sample for sample in samples(copy.root, "second")}
    added = [after[key] for key in after.keys() - before.keys()]
    train = [sample for sample in before.values() if sample.split == "train"]
    assert before.items() <= after.items()
    assert 0.3 < len(added) / len(train) < 0.7
    for sample in added:
        source = before[sample.lineage.turned.sample]
        assert (sample.split, sample.scene_id) == ("train", source.scene_id)
        assert [v.outcome for v in sample.lineage.verdicts] == [
            v.outcome for v in source.lineage.verdicts
        ]
    assert not audit(Store(str(copy.root)))


def test_a_deleted_part_is_remade_alone_and_its_answers_are_not_asked_again(
    build, params, tmp_path
):
    copy = build.copied(tmp_path)
    lost = one_part(copy.root, "describe")
    content = lost.read_bytes()
    lost.unlink()
    second = build_dataset(str(copy.root), "second", params)
    assert (made(second), second.usage.calls) == ({"describe": 1}, 0)
    assert lost.read_bytes() == content


@pytest.fixture
def new_image(scenes, tmp_path):
    """One more scene, of classes that are there already, for the length of a test."""
    from tasks.demo.paint import paint_scenes

    paint_scenes(tmp_path / "new", ["river"], seed=8)
    places = [scenes / "images" / "stream.png", scenes / "labelTxt" / "stream.txt"]
    shutil.copy(tmp_path / "new" / "images" / "river.png", places[0])
    shutil.copy(tmp_path / "new" / "labelTxt" / "river.txt", places[1])
    yield places[0]
    for place in places:
        place.unlink()


def test_a_new_image_changes_its_shard_and_no_other(build, params, tmp_path, new_image):
    copy = build.copied(tmp_path)
    before = manifest_of(copy.root, "first")
    after = build_dataset(str(copy.root), "after", params)
    new = {
        path
        for path in set(after.inputs) - set(before.inputs)
        if Path(path).parent.name not in REPORTS
    }
    assert len({Path(path).name.split("-")[0] for path in new}) == 1
    assert made(after) == dict.fromkeys(STAGES, 1)
    assert after.samples > before.samples


def test_a_failed_shard_does_not_lose_the_others(build, params, tmp_path):
    copy = build.copied(tmp_path)
    tile = one_part(copy.root, "tile")
    torn = bytearray(tile.read_bytes())
    torn[4 : len(torn) // 2] = bytes(len(torn) // 2 - 4)  # the footer stays, the rows are gone
    tile.write_bytes(bytes(torn))
    shard = int(tile.name.split("-")[0])
    for part in (copy.root / "stages" / "adapt").glob(f"{shard:05d}-*"):
        part.unlink()
    with pytest.raises(IncompleteError, match=f"Shard {shard} failed in adapt"):
        build_dataset(str(copy.root), "second", params)
    manifest = manifest_of(copy.root, "second")
    assert [(failed.shard, failed.stage, failed.error) for failed in manifest.failed] == [
        (shard, "adapt", "DamagedPart")
    ]
    left = {sample.id for sample in samples(copy.root, "second")}
    assert left < {sample.id for sample in samples(copy.root, "first")}
    assert left
    assert not audit(Store(str(copy.root)), "second")


def test_over_http_the_samples_are_the_same_but_for_their_lineage(
    build, params, tmp_path, monkeypatch
):
    with serving() as url:
        monkeypatch.setenv("RS_GPT4V_OPENAI_BASE_URL", url)
        monkeypatch.setenv("RS_GPT4V_OPENAI_API_KEY", "none")
        settings.cache_clear()
        remote = params.model_copy(update={"teacher": TeacherParams(kind="openai")})
        manifest = build_dataset(str(tmp_path / "root"), "http", remote)
    settings.cache_clear()
    assert manifest.usage.calls > 0
    plain = [row.model_dump(exclude={"lineage"}) for row in samples(build.root, "first")]
    assert [
        row.model_dump(exclude={"lineage"}) for row in samples(tmp_path / "root", "http")
    ] == plain


def test_a_version_is_made_once(build, params):
    with pytest.raises(UsageError, match="Release “first” exists already"):
        build_dataset(str(build.root), "first", params)


def in_another_process(path, *words):
    """Run the command line with ``path`` before everything else, on the server of these tests."""
    import os

    from prefect.settings import PREFECT_API_URL

    environment = os.environ | {"PYTHONPATH": str(path), "PREFECT_API_URL": PREFECT_API_URL.value()}
    program = "import sys; from flows.cli import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, words), "--json"],
        env=environment, capture_output=True, text=True, check=False, cwd=path,
    )  # fmt: skip
