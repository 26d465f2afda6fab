"""RSIVQA: its lines, and every trap of them."""

import pytest

from schemas.errors import SourceError
from schemas.params import SourceSpec
from schemas.scene import Finding, QuestionAnswerAnnotation, SceneClassAnnotation
from schemas.vocabulary import FindingKind, Severity
from tasks.sources.folder import SourceFolder
from tasks.sources.protocol import SceneLabels
from tasks.sources.rsivqa import SOURCE
from tasks.sources.rsivqa_lines import group_of, triplet_of
from tests.fixtures.formats import rsivqa
from tests.fixtures.formats.rsivqa import write_lines
from tests.fixtures.scenes import quad, write_dota, write_image


@pytest.fixture
def folder(tmp_path):
    """Return a small RSIVQA."""
    rsivqa.make(tmp_path)
    return tmp_path


def read(folder, **more):
    spec = SourceSpec(name="rsivqa", path=str(folder), **more)
    rows = list(SOURCE.read(SourceFolder(spec.path, spec.images), spec))
    return (
        {row.name: row for row in rows if isinstance(row, SceneLabels)},
        [row for row in rows if isinstance(row, Finding)],
    )


def said(scene):
    questions = (row for row in scene.annotations if isinstance(row, QuestionAnswerAnnotation))
    return [(row.question, row.answer) for row in questions]


def themes(scene):
    classes = (row for row in scene.annotations if isinstance(row, SceneClassAnnotation))
    return [(row.category, row.origin.file, row.origin.line) for row in classes]


def test_every_image_has_its_lines_and_its_name_in_its_own_dataset(folder):
    scenes, loose = read(folder)
    assert loose == []
    assert list(scenes) == sorted(rsivqa.IMAGES)
    assert [scene.aliases for scene in scenes.values()] == [
        ("rsicd/church_56",), ("dota/P1888",), ("ucm_captions/1",),
    ]  # fmt: skip
    assert {scene.split for scene in scenes.values()} == {None}
    scene = scenes["DOTA/images/P1888.png"]
    assert said(scene) == [
        ("how many small vehicles are there in this picture?", "17"),
        ("does this picture contain plane?", "no"),
    ]
    assert (scene.annotations[1].origin.file, scene.annotations[1].origin.line) == (
        "DOTA/dota_val_vqa2.txt",
        2,
    )


def test_a_theme_is_a_scene_class_and_stays_a_question(folder):
    scenes, _ = read(folder)
    scene = scenes["AID/images/church_56.jpg"]
    assert themes(scene) == [("church", "AID/rsicd_vqa.txt", 1)]
    assert said(scene) == [("what is the theme of this picture?", "church")]


def test_the_same_theme_in_two_files_is_one_scene_class(folder):
    scenes, _ = read(folder)
    assert [file for _, file, _ in themes(scenes["UCM/images/1.tif"])] == ["UCM/ucm_res.txt"]
    assert not scenes["UCM/images/1.tif"].findings


def test_two_themes_of_one_image_contradict_each_other(folder):
    write_lines(folder / "UCM" / "ucm_vqa.txt", "1.tif:what is the theme of this picture?harbor")
    scenes, _ = read(folder)
    (finding,) = scenes["UCM/images/1.tif"].findings
    assert (finding.kind, finding.file, finding.line) == (
        FindingKind.CONTRADICTORY_ANSWERS,
        "UCM/ucm_vqa.txt",
        1,
    )
    assert "“farmland” in UCM/ucm_res.txt, line 1" in finding.detail


def test_empty_objects_odd_numbers_and_capitals_are_kept_as_given(folder):
    scenes, _ = read(folder)
    assert said(scenes["UCM/images/1.tif"])[1:3] == [
        ("How many trees in the picture?", "about fifty"),
        ("How many  in the picture?", "zero"),
    ]


def test_an_exact_duplicate_is_told_with_both_lines(folder):
    write_lines(folder / "DOTA" / "more.txt", "P1888: does this picture contain plane?no")
    scenes, _ = read(folder)
    (finding,) = scenes["DOTA/images/P1888.png"].findings
    assert (finding.kind, finding.file, finding.line) == (
        FindingKind.REPEATED_TEXT,
        "DOTA/more.txt",
        1,
    )
    assert "DOTA/dota_val_vqa2.txt, line 2" in finding.detail


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("space", ["", " "])
@pytest.mark.parametrize("end", ["", ".png"])
def test_line_ends_spaces_and_suffixes_do_not_matter(tmp_path, newline, space, end):
    write_image(tmp_path / "DOTA" / "P1.png", (32, 32))
    line = f"P1{end}:{space}how many planes are there?2"
    write_lines(tmp_path / "DOTA" / "a.txt", line, "", line, newline=newline)
    scenes, loose = read(tmp_path)
    assert (list(scenes), loose) == (["DOTA/P1.png"], [])
    scene = scenes["DOTA/P1.png"]
    assert said(scene) == [("how many planes are there?", "2")] * 2
    assert [row.origin.line for row in scene.annotations] == [1, 3]


def test_images_of_one_name_in_two_datasets_are_two_images(tmp_path):
    for group in ("Sydney", "UCM"):
        write_lines(tmp_path / group / "a.txt", f"1.tif:what is the theme of this picture?{group}")
    write_image(tmp_path / "UCM" / "images" / "1.tif", (32, 32))
    scenes, _ = read(tmp_path)
    assert list(scenes) == ["UCM/images/1.tif", "Sydney/1.tif"]
    assert [scene.present for scene in scenes.values()] == [True, False]
    assert [scene.aliases for scene in scenes.values()] == [
        ("ucm_captions/1",), ("sydney_captions/1",),
    ]  # fmt: skip


def test_an_image_of_no_known_dataset_is_taken_once(tmp_path):
    for group in ("Sydney", "UCM"):
        write_lines(tmp_path / group / "a.txt", "1.tif:is it green?no")
    write_image(tmp_path / "pictures" / "1.tif", (32, 32))
    scenes, _ = read(tmp_path)
    assert list(scenes) == ["pictures/1.tif", "UCM/1.tif"]


def test_images_may_lie_in_the_folders_of_their_datasets(tmp_path):
    for group, image in (("UCM", "1.tif"), ("Sydney", "1.tif"), ("HRRSD", "00001")):
        write_lines(tmp_path / "rsivqa" / group / "a.txt", f"{image}:is it green?no")
    for name in ("sydney/imgs/1.tif", "UCM_captions/imgs/1.tif", "other/00001.jpg"):
        write_image(tmp_path / name, (32, 32))
    folders = [str(tmp_path / name) for name in ("sydney", "UCM_captions", "other")]
    scenes, _ = read(tmp_path / "rsivqa", images=folders)
    assert {scene.aliases[0]: name for name, scene in scenes.items()} == {
        "sydney_captions/1": "@0/imgs/1.tif",
        "ucm_captions/1": "@1/imgs/1.tif",
        "hrrsd/00001": "@2/00001.jpg",
    }


def test_an_absent_image_is_one_finding_and_keeps_its_lines(folder):
    (folder / "DOTA" / "images" / "P1888.png").unlink()
    scenes, _ = read(folder)
    scene = scenes["DOTA/P1888"]
    assert list(scenes)[-1] == scene.name
    assert (scene.present, len(said(scene))) == (False, 2)
    assert [finding.kind for finding in scene.findings] == [FindingKind.LABEL_WITHOUT_IMAGE]


def test_an_image_without_lines_is_a_finding(folder):
    write_image(folder / "UCM" / "2.tif", (32, 32))
    scenes, _ = read(folder)
    assert [f.kind for f in scenes["UCM/2.tif"].findings] == [FindingKind.IMAGE_WITHOUT_LABEL]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("1.tif", FindingKind.MALFORMED_LINE),
        ("1.tif:no question", FindingKind.MALFORMED_LINE),
        ("is there an image?no", FindingKind.MALFORMED_LINE),
        (":is there an image?no", FindingKind.MALFORMED_LINE),
        ("1.tif:is it green?", FindingKind.MISSING_PAIR),
        ("../1.tif:is it green?no", FindingKind.UNSAFE_NAME),
        ("/etc/1.tif:is it green?no", FindingKind.UNSAFE_NAME),
    ],
)
def test_an_odd_line_costs_only_itself(folder, line, kind):
    name = "UCM/ucm_vqa.txt"
    write_lines(
        folder / name, *rsivqa.LINES[name], "1.tif:is it red?no", "1.tif:is it blue?no", line
    )
    scenes, loose = read(folder)
    assert [(f.kind, f.file, f.line) for f in loose] == [(kind, name, 4)]
    assert len(said(scenes["UCM/images/1.tif"])) == 6


def test_a_file_that_is_no_utf8_costs_only_itself(folder):
    path = folder / "UCM" / "ucm_vqa.txt"
    path.write_bytes(path.read_bytes() + b"1.tif:is it \xff?no\n")
    scenes, loose = read(folder)
    assert [(f.kind, f.severity, f.line) for f in loose] == [
        (FindingKind.MALFORMED_LINE, Severity.ERROR, 2)
    ]
    assert len(said(scenes["UCM/images/1.tif"])) == 3


def test_a_folder_with_only_broken_files_cannot_be_read(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"1.tif:is it \xff?no\n")
    with pytest.raises(SourceError, match=r"a\.txt, line 1 is not UTF-8"):
        read(tmp_path)


def test_long_lines_and_many_lines_take_no_time(tmp_path):
    lines = [f"{number}.tif:is it green?no" for number in range(5_000)]
    write_lines(
        tmp_path / "UCM" / "a.txt", *lines, "a" * 1_000_000, "a?" * 500_000, " " * 500_000 + "a"
    )
    scenes, loose = read(tmp_path)
    assert (len(scenes), len(loose)) == (5_000, 3)


def test_the_group_is_the_innermost_folder_that_tells_or_the_file():
    groups = {name: group_of(name) for name in ("data/UCM/x.txt", "ucm_res.txt", "a/b.txt")}
    assert [group.source if group else None for group in groups.values()] == [
        "ucm_captions", "ucm_captions", None,
    ]  # fmt: skip


def test_the_first_question_mark_ends_the_question():
    said = triplet_of("1.tif: how many?I don't know?")
    assert (said.image, said.question, said.answer) == ("1.tif", "how many?", "I don't know?")


def test_it_is_recognised_by_its_lines_and_nothing_else_is(folder, tmp_path_factory):
    assert SOURCE.recognises(SourceFolder(str(folder)))
    other = tmp_path_factory.mktemp("other")
    write_dota(other, "P0001", lines=[quad(1, 2, 9, 8)], header=("imagesource:GF?", "gsd:?"))
    (other / "train.txt").write_text("0\n1\n2\n")
    (other / "rows.txt").write_text("1.jpg,1,2,3,4,is this: a box?\n" * 3)
    (other / "j.txt").write_text('{"image": "what is it?"}\n')
    (other / "README.txt").write_text("Terms of use: see the paper. Questions?\nAsk us.\nThanks.\n")
    assert not SOURCE.recognises(SourceFolder(str(other)))
