"""Texts that nobody should write and somebody will: very long, without marks, in other scripts, broken."""

from collections.abc import Callable, Mapping
from functools import partial
from itertools import count, islice
from typing import Final

KILOBYTE: Final = 1000


def repeated(piece: str, size: int) -> str:
    """Return ``piece`` again and again up to ``size`` characters."""
    return (piece * (size // len(piece) + 1))[:size]


def _numbered(pattern: str, size: int) -> str:
    """Return ``pattern`` with 1, 2, 3 … in it up to ``size`` characters."""
    pieces = islice(count(1), size // len(pattern) + 1)
    return "".join(pattern.replace("#", str(n)) for n in pieces)[:size]


_HUGE: Final = "9" * 400

TEXTS: Final[Mapping[str, Callable[[int], str]]] = {
    name: partial(repeated, piece)
    for name, piece in {
        "sentences": "There are five planes in the upper left, and two ships lie below them. ",
        "no sentence marks": "three planes near two ships and four more to the left of the bridge ",
        "commas": "a plane, a ship, ",
        "one word": "plane",
        "blanks": " ",
        "full stops": ". ",
        "Chinese": "图像中有五架飞机，左上角有两艘船。",
        "Russian": "На снимке пять самолётов и два корабля. ",
        "Arabic": "توجد خمس طائرات في الصورة. ",
        "emoji": "✈️🚢 5️⃣ planes 🙂\u200d🛫 ",
        "combining marks": "pla\u0301\u0302\u0303nes s\u0338hips ",
        "400-digit numbers": f"There are {_HUGE} planes and 0.{_HUGE} ships. ",
        "odd numbers": "1,234 planes, 3-4 ships, a dozen or so cars, 1e9 tanks, ⅓ of ½, ٣ planes. ",
        "negations": "not no never none not a single no more than neither nor without ",
        "pronouns": "they and the other two of them and the larger one of those and both ",
        "relations": "to the left of the plane above the ship between the two tanks next to ",
        "brackets": "(([[{{plane}}]])) ",
        "quotes": "“plane” 'ship' \"tank\" ",
        "opened tags": '<ref ids="o1">',
        "closed tags": "</ref>",
        "nested tags": '<ref ids="o1">a <ref ids="o2">plane</ref></ref> ',
        "broken tags": '<ref ids=o1>plane</re <ref ids="o1-">ship <ref',
        "unknown ids": '<ref ids="o99999 o123456789">three planes</ref> stand there. ',
        "endless ranges": '<ref ids="o1-o999999999">planes</ref> ',
        "control characters": "planes\x00\x0b\u2028\u202eships\ufeff ",
        "lines": "plane\r\n\r\n",
    }.items()
} | {
    "known ids": partial(_numbered, '<ref ids="o#">a plane</ref> stands there. '),
    "other numbers": partial(_numbered, "There are # planes. "),
}

SHORT: Final = (
    "", " ", ".", "\n\n", "?", "<", "<ref", '<ref ids="">', '<ref ids="o1"></ref>', "no", "No.", "0",
    "-1", "1,234", "3-4 planes", "a dozen or so planes", "planes planes planes", _HUGE, f"{_HUGE} planes",
    f"-{_HUGE} m", "1e400 planes", "NaN planes", "½ plane", "٥ planes", "ⅩⅡ planes", "no no planes",
    "not all planes are not white", "neither nor", "the other two", "They.", "It is.", "of of of",
    "between and", "to the left of", "all of the none", "ﬁve pla­nes", "🚢", "飞机", "\x00", "\ud800",
)  # fmt: skip
