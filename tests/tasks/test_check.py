"""What is found wrong before any work: see also the tests of the command line."""

import pytest

from schemas.errors import UnknownName, UsageError
from schemas.params import BuildParams, SourceSpec
from tasks.check import check_build, check_target


def test_a_build_that_can_begin_leaves_no_file_in_the_root(scenes, tmp_path):
    params = BuildParams(sources=(SourceSpec(name="dota", path=str(scenes)),))
    check_build(str(tmp_path / "root"), "v1", params)
    assert not [path for path in (tmp_path / "root").rglob("*") if path.is_file()]


@pytest.mark.parametrize("version", ["", "a/b", "..", "latest", "-x"])
def test_a_version_that_is_no_plain_name_is_refused(tmp_path, version):
    with pytest.raises(UsageError, match="is not a version name"):
        check_target(str(tmp_path), version)


def test_an_unknown_format_is_named_with_the_nearest_one(tmp_path):
    params = BuildParams(sources=(SourceSpec(name="dotta", path="/x"),))
    with pytest.raises(UnknownName, match="Did you mean “dota”"):
        check_build(str(tmp_path), "v1", params)
