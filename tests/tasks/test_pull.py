"""A release or a slice of it comes into a folder: whole, verified, and on from where it stopped."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import DamagedPart, UnknownName, UsageError
from tasks.pull import LOG, SLICE, Pulled, Selection, pull
from tasks.storage.releases import MANIFEST, read_manifest
from tasks.storage.store import Store
from tests.fixtures.buckets import connect
from tests.fixtures.proxy import Faults, Proxy
from tests.fixtures.release import Made, make_build
from tests.fixtures.s3 import Server


@pytest.fixture(scope="module")
def _made(s3_server: Server) -> Iterator[Made]:
    with pytest.MonkeyPatch.context() as patch:
        s3_server.call("create_bucket", Bucket="to-be-pulled")
        connect(patch, s3_server.url)
        made = make_build("s3://to-be-pulled/root", tiles=2)
        made.release("v1")
        yield made


@pytest.fixture
def made(bucket, _made: Made) -> Made:
    """A release in a bucket; who changes it changes it back."""
    return _made


def loaded(folder: Path, config: str, monkeypatch, tmp_path):
    """Load a folder with nothing of ours."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    return datasets.load_dataset(str(folder), config, cache_dir=str(tmp_path / "cache"))


def test_a_whole_release_is_copied_as_it_is(made: Made, tmp_path, monkeypatch):
    done = pull(made.store, None, Selection(), tmp_path / "here")
    manifest = read_manifest(made.store, "v1")
    for part in manifest.parts:
        whole = made.store.read(f"releases/v1/{part.path}")
        assert (tmp_path / "here" / part.path).read_bytes() == whole
    assert (tmp_path / "here" / MANIFEST).read_bytes() == made.store.read(
        "releases/v1/manifest.json"
    )
    assert done.samples == manifest.samples
    rows = loaded(tmp_path / "here", "images", monkeypatch, tmp_path)
    assert sum(len(split) for split in rows.values()) == done.images == 6
    assert rows["train"][0]["image"].size == (480, 360)


def test_a_slice_has_the_rows_that_were_asked_for_and_their_pictures(made, tmp_path, monkeypatch):
    selection = Selection(splits=("train",), tasks=("vqa",), sources=("dota",))
    done = pull(made.store, "v1", selection, tmp_path / "here")
    stored = Pulled.model_validate_json((tmp_path / "here" / SLICE).read_text())
    assert stored == done
    manifest = read_manifest(made.store, "v1")
    expected = sum(
        count.samples for count in manifest.tasks
        if (count.task, count.split, count.source) == ("vqa", "train", "dota")
    )  # fmt: skip
    samples = loaded(tmp_path / "here", "samples", monkeypatch, tmp_path)
    assert list(samples) == ["train"]
    assert len(samples["train"]) == expected == done.samples > 0
    images = loaded(tmp_path / "here", "images", monkeypatch, tmp_path)["train"]
    shown = {sample["id"]: sample for row in images for sample in row["samples"]}
    assert set(shown) == set(samples["train"]["id"])
    assert {sample["task"] for sample in shown.values()} == {"vqa"}
    assert images[0]["image"].size == (480, 360)


def test_of_n_rows_the_same_come_every_time(made: Made, tmp_path):
    one = pull(made.store, "v1", Selection(rows=7), tmp_path / "one")
    two = pull(made.store, "v1", Selection(rows=7), tmp_path / "two")
    assert one.samples == 7
    assert one.files == two.files


def test_a_pull_that_was_stopped_goes_on_in_the_middle_of_a_file(
    made: Made, tmp_path, proxy: Proxy
):
    here = tmp_path / "here"
    pull(made.store, "v1", Selection(), here)
    picture = next(here.glob("images/**/*.parquet"))
    content = picture.read_bytes()
    picture.with_name(f".{picture.name}.half").write_bytes(content[: len(content) // 2])
    picture.unlink()
    lines = (here / LOG).read_text().splitlines()
    (here / LOG).write_text("\n".join([*lines[:-1], lines[-1][:20]]))
    proxy.set(Faults())
    pull(Store(made.store.uri), "v1", Selection(), here)
    assert picture.read_bytes() == content
    fetched = [
        path for path in proxy.paths if ".parquet" in path or ".html" in path or ".md" in path
    ]
    assert len(fetched) == 2  # the half one and the one whose line was torn
    torn = json.loads(lines[-1])["bytes"]
    manifests = 2 * len(made.store.read("releases/v1/manifest.json")) + 1000
    assert proxy.down <= len(content) // 2 + 1 + torn + manifests


def test_what_is_half_here_and_torn_is_fetched_anew(made: Made, tmp_path):
    here = tmp_path / "here"
    here.mkdir()
    done = pull(made.store, "v1", Selection(), tmp_path / "other")
    (here / LOG).write_text((tmp_path / "other" / LOG).read_text().splitlines()[0] + "\n")
    part = next(file for file in done.files if file.path.startswith("images/"))
    half = here / part.path
    half.parent.mkdir(parents=True)
    half.with_name(f".{half.name}.half").write_bytes(b"torn")
    pull(made.store, "v1", Selection(), here)
    assert (here / part.path).read_bytes() == (tmp_path / "other" / part.path).read_bytes()


def test_a_damaged_file_is_named_and_the_folder_is_not_whole(made: Made, tmp_path):
    part = next(p for p in read_manifest(made.store, "v1").parts if p.table == "images")
    whole = made.store.read(f"releases/v1/{part.path}")
    made.store.write(f"releases/v1/{part.path}", whole[:99] + b"?" + whole[100:])
    with pytest.raises(DamagedPart, match=rf"{part.path} is not what its manifest says"):
        pull(made.store, "v1", Selection(), tmp_path / "here")
    assert not (tmp_path / "here" / MANIFEST).exists()
    made.store.write(f"releases/v1/{part.path}", whole)


def test_a_folder_with_something_else_is_not_touched(made: Made, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="holds something else"):
        pull(made.store, "v1", Selection(), tmp_path)
    pull(made.store, "v1", Selection(rows=3), tmp_path / "here")
    with pytest.raises(UsageError, match="holds something else"):
        pull(made.store, "v1", Selection(rows=4), tmp_path / "here")
    assert json.loads((tmp_path / "here" / SLICE).read_text())["selection"]["rows"] == 3


def test_a_name_that_the_release_does_not_have_is_wrong_use(made: Made, tmp_path):
    with pytest.raises(UnknownName, match="Did you mean “vqa”"):
        pull(made.store, "v1", Selection(tasks=("vqaa",)), tmp_path / "here")
