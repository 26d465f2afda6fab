import pytest

from tasks.licences import allows_commercial, licence_of, licences


@pytest.mark.parametrize(
    ("said", "name", "commercial"),
    [
        ("CC-BY-4.0", "CC-BY-4.0", True),
        ("cc by-nc-sa 4.0", "CC-BY-NC-SA-4.0", False),
        ("Creative Commons Attribution 4.0 International", "CC-BY-4.0", True),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0", True),
        ("CC BY-ND 4.0", "CC-BY-ND-4.0", False),  # nothing may be made of it
        ("CC0 1.0 Universal", "CC0-1.0", True),
        ("ODbL v1.0", "ODbL-1.0", True),
        ("the MIT licence", "MIT", True),
        ("Apache License, Version 2.0", "Apache-2.0", True),
        ("BSD 3-Clause License", "BSD-3-Clause", True),
        ("Mulan PSL v1", "MulanPSL-1.0", True),
        ("MulanPSL-2.0", "MulanPSL-2.0", True),
        ("CDLA-Permissive-1.0", "CDLA-Permissive-1.0", True),
        ("public domain", "Public domain", True),
        ("academic use only", "Academic use only", False),
        ("for academic purposes only, but any commercial use is prohibited",
         "Academic use only", False),
        ("non-commercial use only", "Non-commercial use only", False),
    ],
)  # fmt: skip
def test_licences_are_known_by_the_ways_they_are_written(said, name, commercial):
    assert licence_of(said).name == name
    assert allows_commercial(said) is commercial


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://creativecommons.org/licenses/by-nc-sa/2.0/", "CC-BY-NC-SA-2.0"),
        ("http://creativecommons.org/licenses/by-nc/2.0/", "CC-BY-NC-2.0"),
        ("http://creativecommons.org/licenses/by-nc-nd/2.0/", "CC-BY-NC-ND-2.0"),
        ("http://creativecommons.org/licenses/by/2.0/", "CC-BY-2.0"),
        ("http://creativecommons.org/licenses/by-sa/2.0/", "CC-BY-SA-2.0"),
        ("http://creativecommons.org/licenses/by-nd/2.0/", "CC-BY-ND-2.0"),
        ("http://www.usa.gov/copyright.shtml", "Public domain"),
        ("https://creativecommons.org/licenses/by/4.0/deed.en", "CC-BY-4.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://opendatacommons.org/licenses/odbl/1-0/", "ODbL-1.0"),
        ("http://opendatacommons.org/licenses/odbl/1.0/", "ODbL-1.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0.txt", "Apache-2.0"),
        ("https://cdla.dev/permissive-1-0/", "CDLA-Permissive-1.0"),
    ],
)
def test_addresses_such_as_those_in_coco_files_are_understood(url, name):
    assert licence_of(url).name == name


@pytest.mark.parametrize(
    ("name", "commercial"),
    [
        ("Attribution-NonCommercial-ShareAlike License", False),
        ("Attribution-NonCommercial License", False),
        ("Attribution-NonCommercial-NoDerivs License", False),
        ("Attribution License", True),
        ("Attribution-ShareAlike License", True),
        ("Attribution-NoDerivs License", False),
        ("No known copyright restrictions", None),
        ("United States Government Work", True),
    ],
)
def test_the_names_in_coco_files_are_understood(name, commercial):
    assert allows_commercial(name) is commercial


@pytest.mark.parametrize("said", [None, "", "see the web page", "4.0", "©", "licence", "\0", "BY"])
def test_what_names_no_licence_allows_nothing_that_is_known(said):
    assert allows_commercial(said) is None


def test_one_part_that_forbids_commercial_use_is_enough():
    said = "CC-BY-4.0 (texts); images of DOTA for academic use only"
    assert allows_commercial(said) is False
    assert licence_of(said).name == "Academic use only"


def test_words_that_may_take_something_back_make_it_unknown():
    assert allows_commercial("CC-BY-4.0; ask the authors for the images") is None
    assert allows_commercial("not CC-BY-4.0") is None
    assert allows_commercial("CC-BY-4.0 for the images and MIT for the labels") is True


def test_a_licence_says_its_version_and_where_it_stands():
    assert licence_of("CC-BY 3.0").url == "https://creativecommons.org/licenses/by/3.0/"
    assert licence_of("CC-BY").name == "CC-BY"
    assert licence_of("CC-BY").attribution
    assert licence_of("ODbL").share_alike


def test_every_name_and_spelling_in_the_list_means_the_licence_that_it_stands_for():
    for name, licence in licences().items():
        for spelling in (name, *licence.spellings):
            found = licence_of(spelling)
            assert found is not None, spelling
            assert found.name.startswith(name), spelling


def test_a_text_of_any_length_is_read_quickly():
    assert allows_commercial("CC-BY-4.0 " * 100_000) is True
