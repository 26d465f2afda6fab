"""Changes the values of a JSON document: wrong types, lost keys, huge numbers, deep nesting."""

import json
from copy import deepcopy

DEEP = 20_000
WRONG = (
    None, True, False, 0, -1, 1.5, "", " ", "x", [], {}, [[]], [{}], {"": None}, [None], "\x00",
    "é\u202e", "\ud800", 10**30, -(10**30), 2**63, 1e308, -1e308, 1e-320, float("nan"), float("inf"),
    float("-inf"), ["x"] * 50, {"a": {"b": {"c": []}}}, "1e400", "0x10", "١٢", "NaN", [1e308] * 8,
)  # fmt: skip
RAW = ("1e400", "-1e400", "9" * 5000, "NaN", "Infinity", "0.1e", "01", "'x'", "[" * DEEP,
       '{"a":' * DEEP, "[" * DEEP + "]" * DEEP, "\x00", "\\ud800", "//", "1" + "0" * 400,
       '"\\ud800"')  # fmt: skip


def changed(text, random, names):
    """Return the JSON ``text`` with one to four places changed; None if it is no JSON."""
    try:
        document = [json.loads(text)]
    except ValueError:
        return None
    marks = {}
    for number in range(random.choice((1, 1, 1, 2, 4))):
        _change(document, random, names, marks, number)
    written = json.dumps(document[0], ensure_ascii=random.random() < 0.5)
    for mark, raw in marks.items():
        written = written.replace(f'"{mark}"', raw)
    return written


def _change(document, random, names, marks, number):
    holder, key = random.choice(list(_places(document)))
    kind = random.randrange(9)
    if kind == 0 and holder is not document:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[random.choice(("", "x", "\x00", "id", "image", "é"))] = holder.pop(key)
    elif kind == 2 and isinstance(holder, list) and holder is not document:
        holder.insert(key, holder[key])
    elif kind == 3:
        mark = f"raw-{number}"
        marks[mark] = random.choice(RAW)
        holder[key] = mark
    elif kind == 4:
        holder[key] = random.choice(names)
    elif kind == 5:
        other, place = random.choice(list(_places(document)))
        holder[key] = json.loads(json.dumps(other[place]))
    else:
        holder[key] = deepcopy(random.choice(WRONG))  # changed again, perhaps


def _places(value):
    """Yield every (holder, key) below ``value``."""
    keys = value if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])
