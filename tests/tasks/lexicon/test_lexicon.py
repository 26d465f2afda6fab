"""Names of classes, their plurals, and which class includes which."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.lexicon import (
    broader,
    canonical,
    counted,
    find_categories,
    is_known,
    noun,
    number_word,
    parse_number,
    plural,
    related,
    with_article,
)
from tasks.lexicon.lexicon import categories

DATASETS = {
    "dota": "plane ship storage-tank baseball-diamond tennis-court basketball-court "
    "ground-track-field harbor bridge large-vehicle small-vehicle helicopter roundabout "
    "soccer-ball-field swimming-pool container-crane airport helipad",
    "isaid": "Large_Vehicle Small_Vehicle storage_tank Soccer_ball_field Swimming_pool Harbor",
    "dior": "airplane airport baseballfield basketballcourt bridge chimney dam "
    "Expressway-Service-area Expressway-toll-station golffield groundtrackfield harbor overpass "
    "ship stadium storagetank tenniscourt trainstation vehicle windmill",
    "vhr10": "airplane ship storage_tank baseball_diamond tennis_court basketball_court "
    "ground_track_field harbor bridge vehicle",
    "hrrsd": "airplane baseball_diamond basketball_court bridge crossroad ground_track_field "
    "harbor parking_lot ship storage_tank T_junction tennis_court vehicle",
    "fair1m": "Boeing737 Boeing747 Boeing777 Boeing787 C919 A220 A321 A330 A350 ARJ21 "
    "other-airplane Passenger_Ship Motorboat Fishing_Boat Tugboat Engineering_Ship "
    "Liquid_Cargo_Ship Dry_Cargo_Ship Warship other-ship Small_Car Bus Cargo_Truck Dump_Truck Van "
    "Trailer Tractor Excavator Truck_Tractor other-vehicle Basketball_Court Tennis_Court "
    "Football_Field Baseball_Field Intersection Roundabout Bridge",
    "xview": "Fixed-wing_Aircraft Small_Aircraft Cargo_Plane Helicopter Passenger_Vehicle "
    "Small_Car Pickup_Truck Utility_Truck Truck_w/Box Truck_w/Flatbed Truck_w/Liquid Crane_Truck "
    "Railway_Vehicle Passenger_Car Cargo_Car Flat_Car Tank_car Locomotive Maritime_Vessel "
    "Sailboat Barge Fishing_Vessel Ferry Yacht Container_Ship Oil_Tanker Engineering_Vehicle "
    "Tower_crane Reach_Stacker Straddle_Carrier Mobile_Crane Haul_Truck Scraper/Tractor "
    "Front_loader/Bulldozer Cement_Mixer Ground_Grader Hut/Tent Shed Building Aircraft_Hangar "
    "Damaged_Building Facility Construction_Site Vehicle_Lot Shipping_container_lot "
    "Shipping_Container Pylon Tower",
    "coco": "person bicycle car motorcycle airplane bus train truck boat human building",
}


@pytest.mark.parametrize(
    ("dataset", "spelled"),
    [(name, word) for name, words in DATASETS.items() for word in words.split()],
)
def test_every_class_of_the_datasets_is_known(dataset, spelled):
    assert is_known(spelled), f"{dataset}: {spelled} → {canonical(spelled)}"
    assert "_" not in canonical(spelled)


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("Large_Vehicle", "large vehicle"),
        ("airplane", "plane"),
        ("Boeing737", "Boeing 737"),
        ("other-airplane", "plane"),
        ("golffield", "golf course"),
        ("Expressway-Service-area", "expressway service area"),
        ("soccer-ball-field", "soccer field"),
        ("human", "person"),
        ("people", "person"),
        ("STORAGE__TANKS", "storage tank"),
        ("harbor", "harbour"),
    ],
)
def test_spellings_of_one_class_fold_into_its_name(spelled, expected):
    assert canonical(spelled) == expected


def test_an_unknown_class_is_tidied_and_kept():
    assert canonical("Fancy_New-Thing") == "fancy new thing"
    assert not is_known("Fancy_New-Thing")


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("person", "people"),
        ("aircraft", "aircraft"),
        ("hovercraft", "hovercraft"),
        ("golf course", "golf courses"),
        ("container crane", "container cranes"),
        ("bus", "buses"),
        ("overpass", "overpasses"),
        ("ferry", "ferries"),
        ("crossroads", "crossroads"),
        ("Boeing 737", "Boeing 737s"),
        ("wharf", "wharves"),
        ("roads", "roads"),
    ],
)
def test_plurals_are_real_english(category, expected):
    assert plural(category) == expected


def test_a_class_that_a_source_names_in_the_plural_has_a_singular():
    assert noun("solar farms", 1) == "solar farm"
    assert with_article("olive trees") == "an olive tree"


@pytest.mark.parametrize(
    ("count", "category", "expected"),
    [
        (0, "plane", "no planes"),
        (1, "large vehicle", "one large vehicle"),
        (2, "person", "two people"),
        (12, "ship", "twelve ships"),
        (14, "small vehicle", "14 small vehicles"),
    ],
)
def test_counts_are_words_up_to_twelve(count, category, expected):
    assert counted(count, category) == expected


def test_articles_follow_the_sound():
    assert with_article("airport") == "an airport"
    assert with_article("plane") == "a plane"
    assert with_article("Airbus A220") == "an Airbus A220"


def test_no_spelling_belongs_to_two_classes_and_every_name_used_is_an_entry():
    for name, entry in categories().items():
        for other in (*entry.broader, *entry.overlaps):
            assert other in categories(), f"{name}: {other}"
        for spelled in (name, *entry.synonyms, *entry.spelled):
            assert canonical(spelled) == name


def test_no_class_is_above_itself():
    for name in categories():
        assert name not in broader(name)


def test_the_hierarchy_holds_what_is_certain():
    assert {"plane", "aircraft"} <= broader("Boeing 737")
    assert "vehicle" in broader("dump truck")
    assert "vehicle" in broader("car")
    assert broader("vehicle") == frozenset()
    assert "large vehicle" not in broader("truck")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("plane", "Boeing 737"),
        ("aircraft", "Boeing 747"),
        ("vehicle", "small vehicle"),
        ("bus", "large vehicle"),
        ("truck", "large vehicle"),
        ("van", "small vehicle"),
        ("ship", "ship"),
    ],
)
def test_classes_that_one_thing_can_both_be_are_related(a, b):
    assert related(a, b)
    assert related(b, a)


@pytest.mark.parametrize(
    ("a", "b"), [("large vehicle", "small vehicle"), ("plane", "helicopter"), ("ship", "harbour")]
)
def test_classes_that_exclude_each_other_are_not_related(a, b):
    assert not related(a, b)


def test_categories_are_found_longest_first_with_their_number():
    text = "Two aircraft carriers, a Large vehicle, 14 storage-tanks and people by a car park."
    found = [(text[m.start : m.end], m.category, m.plural) for m in find_categories(text)]
    assert found == [
        ("aircraft carriers", "aircraft carrier", True),
        ("Large vehicle", "large vehicle", False),
        ("storage-tanks", "storage tank", True),
        ("people", "person", True),
        ("car park", "parking lot", False),
    ]


def test_parts_of_words_are_no_categories():
    assert find_categories("Holiday details: the carpet, a shipment, planetary trainees.") == ()


def test_classes_that_the_file_lacks_can_be_found_too():
    mentions = find_categories("three bee hives", also=["bee hive"])
    assert [(m.category, m.plural) for m in mentions] == [("bee hive", True)]
    assert find_categories("three bee hives") == ()


@settings(deadline=None)
@given(st.integers(0, 999))
def test_every_number_word_is_read_back(number):
    assert parse_number(number_word(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("Fourteen", 14), ("1,250", 1250), ("twenty-one", 21), ("no", 0), ("many", None), ("", None)],
)
def test_numbers_are_parsed(text, number):
    assert parse_number(text) == number


@settings(deadline=None)
@given(st.sampled_from(sorted(categories())), st.integers(0, 40))
def test_a_counted_class_is_found_in_its_own_words(category, count):
    mentions = find_categories(counted(count, category))
    assert [mention.category for mention in mentions] == [category]


def test_letters_that_only_fold_to_ours_name_nothing():
    assert find_categories("ſhips and planes") == find_categories("?hips and planes")
