"""Small datasets of other people: three planes above, a ship at the lower right."""

import json

PLANES = [(20, 20), (100, 20), (180, 20)]
OBJECTS = [
    *({"category": "plane", "bbox": [x, y, x + 40, y + 40]} for x, y in PLANES),
    {"category": "ship", "bbox": [300, 200, 360, 240]},
]
TRUE = "Three planes are in the upper part of the image."
FALSE = "There are five planes."


def line(image="a.png", **more):
    """Return one of our JSON lines."""
    return {
        "image": image, "width": 400, "height": 300, "classes": ["plane", "ship"],
        "objects": OBJECTS, **more,
    }  # fmt: skip


def jsonl(path, *lines):
    """Write JSON lines; a text stands as it is."""
    rows = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    path.write_text("".join(f"{row}\n" for row in rows))
    return path


def talk(*words, image="a.png", name="t1"):
    """Return a LLaVA entry; ``words`` are question and answer in turn."""
    turns = [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(words)]
    return {"id": name, "image": image, "conversations": turns}


def listed(path, *entries):
    """Write a JSON list."""
    path.write_text(json.dumps(list(entries), indent=1))
    return path
