"""The closed vocabularies: task types, splits, reasons, findings."""

from enum import StrEnum


class TaskType(StrEnum):
    """What a sample asks for."""

    CAPTION = "caption"
    DETAILED_DESCRIPTION = "detailed_description"
    VQA = "vqa"
    VISUAL_GROUNDING = "visual_grounding"
    REGION_CAPTION = "region_caption"
    REFERRING_EXPRESSION = "referring_expression"
    SCENE_CLASSIFICATION = "scene_classification"
    DIALOGUE = "dialogue"


class Split(StrEnum):
    """The side of the train/val/test division that a scene is on."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Origin(StrEnum):
    """Whether a sample restates a label or was written by the teacher."""

    ADAPTED = "adapted"
    GENERATED = "generated"


class Shape(StrEnum):
    """How an object was annotated: horizontal box, oriented box, polygon or pixel mask."""

    HBB = "hbb"
    OBB = "obb"
    POLYGON = "polygon"
    MASK = "mask"


class Reason(StrEnum):
    """Why something was not kept."""

    # ingest, tile
    UNREADABLE_IMAGE = "unreadable_image"
    EMPTY_FILE = "empty_file"
    TOO_LARGE = "too_large"
    WRONG_EXTENSION = "wrong_extension"
    UNREADABLE_LABEL = "unreadable_label"
    UNSAFE_PATH = "unsafe_path"
    DUPLICATE_IMAGE = "duplicate_image"
    MISSING_IMAGE = "missing_image"
    QUARANTINED = "quarantined"
    # identify
    IN_HELD_OUT_SET = "in_held_out_set"
    # adapt
    NOT_WHOLE = "not_whole"
    EMPTY_LABEL = "empty_label"
    EMPTY_OBJECT = "empty_object"
    UNANSWERABLE = "unanswerable"
    NO_ANSWER = "no_answer"
    CONTRADICTORY = "contradictory"
    REPEATED_LABEL = "repeated_label"
    BROKEN_CONVERSATION = "broken_conversation"
    NOT_UNIQUE = "not_unique"
    AMBIGUOUS = "ambiguous"
    OVER_QUOTA = "over_quota"
    # describe, synthesize, converse
    UNPARSABLE_ANSWER = "unparsable_answer"
    REFUSED = "refused"
    CUT_OFF = "cut_off"
    TOO_LONG = "too_long"
    NOTHING_TO_DESCRIBE = "nothing_to_describe"
    # verify
    BROKEN_REFERENCE = "broken_reference"
    UNKNOWN_OBJECT = "unknown_object"
    WRONG_COUNT = "wrong_count"
    WRONG_CLASS = "wrong_class"
    WRONG_POSITION = "wrong_position"
    WRONG_RELATION = "wrong_relation"
    WRONG_COLOUR = "wrong_colour"
    WRONG_SIZE = "wrong_size"
    WRONG_ORIENTATION = "wrong_orientation"
    EMPTY_TEXT = "empty_text"
    DUPLICATE_SAMPLE = "duplicate_sample"
    # augment
    UNTURNABLE = "unturnable"
    NOT_INVARIANT = "not_invariant"
    # validate
    FAILED_EXPECTATION = "failed_expectation"
    # mix
    UNBALANCED = "unbalanced"
    LICENCE = "licence"


class FindingKind(StrEnum):
    """What is odd about a source; a finding costs no sample by itself."""

    OUTSIDE_IMAGE = "outside_image"
    PARTLY_OUTSIDE_IMAGE = "partly_outside_image"
    SELF_CROSSING = "self_crossing"
    ZERO_AREA = "zero_area"
    MALFORMED_LINE = "malformed_line"
    UNKNOWN_CLASS = "unknown_class"
    LABEL_WITHOUT_IMAGE = "label_without_image"
    IMAGE_WITHOUT_LABEL = "image_without_label"
    EMPTY_LABEL = "empty_label"
    WRONG_SIZE = "wrong_size"
    WRONG_REFERENCE = "wrong_reference"
    DUPLICATE_LABEL = "duplicate_label"
    LICENCE_UNKNOWN = "licence_unknown"
    UNSAFE_NAME = "unsafe_name"
    INVERTED_BOX = "inverted_box"
    DUPLICATE_OBJECT = "duplicate_object"
    ODD_SPELLING = "odd_spelling"
    REPEATED_TEXT = "repeated_text"
    BLANK_TEXT = "blank_text"
    MISSING_PAIR = "missing_pair"
    CONTRADICTORY_ANSWERS = "contradictory_answers"
    CONTRADICTS_OTHER_SOURCE = "contradicts_other_source"
    SPLIT_OVERLAP = "split_overlap"
    UNREADABLE_IMAGE = "unreadable_image"
    BOXES_IN_CORNER = "boxes_in_corner"
    ONE_COLOUR = "one_colour"


class Severity(StrEnum):
    """How much a finding matters: note < warning < error."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"
