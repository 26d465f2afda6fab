"""One seeded mutation of a fixture: a name for it, and the files that are there afterwards."""

import json
import re
from pathlib import PurePosixPath
from random import Random

from tasks.sources.folder import IMAGE_SUFFIXES
from tests.fuzz.texts import bytes_changed, elements_changed, lines_changed, words_changed
from tests.fuzz.values import changed

MANY = 1_000_000  # objects


def mutated(files, seed, secrets):
    """Return what was done to ``files`` (names to bytes), and the files that it left.

    ``secrets`` are names that lead outside of the folder, put where names of images stand.
    """
    random = Random(seed)
    names = (*secrets, *(f"../{name}" for name in files), "/", "..", "a/../b", "C:\\x.png", "\x00")
    new = dict(files)
    labels = [name for name in sorted(files) if not _is_image(name)]
    name = random.choice(labels if labels and random.random() < 0.9 else sorted(files))
    if random.random() < 0.1:
        return _moved(new, name, random), new
    kind = _within(new, name, random, names)
    return f"{kind} in {name}", new


def multiplied(files, times=MANY):
    """Return ``files`` with the objects of the first label file repeated, ``times`` in all."""
    labels = [name for name in sorted(files) if not _is_image(name)]
    if not labels:
        return None
    name = max(labels, key=lambda one: (len(files[one]), one))
    text = files[name].decode("utf-8", "replace")
    many = _repeated_rows(text, name, times)
    return None if many is None else files | {name: many.encode()}


def _repeated_rows(text, name, times):
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".json", ".geojson"):
        return _repeated_values(json.loads(text), times)
    if suffix == ".jsonl":
        return "\n".join([text.splitlines()[-1]] * times)
    if suffix == ".xml":
        one = re.search(r"<(object|HRSC_Object)>.*?</\1>", text, re.DOTALL)
        return one and text[: one.start()] + one[0] * times + text[one.end() :]
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join([*lines, *[lines[-1]] * times]) if lines else None


def _repeated_values(document, times):
    """Return JSON with the longest list of objects, or the objects of a mapping, repeated."""
    lists = [rows for rows in _lists(document) if rows and isinstance(rows[0], dict)]
    if not lists:
        one = json.dumps(next(iter(document.values())))
        return "{" + ",".join(f'"{number}":{one}' for number in range(times)) + "}"
    rows = max(lists, key=len)
    one = json.dumps(rows[-1])
    rows[:] = ["@many"]
    return json.dumps(document).replace('"@many"', ",".join([one] * times))


def _lists(value):
    if isinstance(value, list):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        if isinstance(one, dict | list):
            yield from _lists(one)


def _within(new, name, random, names):
    """Change the content of ``name``; return what was done."""
    content, suffix = new[name], PurePosixPath(name).suffix.lower()
    if _is_image(name) or random.random() < 0.25:
        new[name] = bytes_changed(content, random, names)
        return "bytes"
    text = content.decode("utf-8", "replace")
    if suffix in (".json", ".geojson") and random.random() < 0.8:
        values = changed(text, random, names)
    elif suffix == ".jsonl" and random.random() < 0.8:
        lines = text.splitlines()
        place = random.randrange(len(lines))
        lines[place] = changed(lines[place], random, names) or ""
        values = "\n".join(lines)
    elif suffix == ".xml" and random.random() < 0.7:
        values = elements_changed(text, random, names)
    else:
        change = random.choice((words_changed, words_changed, lines_changed))
        values = change(text, random, names)
    new[name] = (text if values is None else values).encode("utf-8", "surrogatepass")
    return "values"


def _moved(new, name, random):
    """Double, exchange, lose or rename a whole file; return what was done."""
    other = random.choice(sorted(new))
    kind = random.randrange(6)
    path = PurePosixPath(name)
    if kind == 0:
        new[f"copy/{name}"] = new[name]
        return f"{name} doubled in another folder"
    if kind == 1:
        new[str(path.with_name(f"{path.stem} copy{path.suffix}"))] = new[name]
        return f"{name} doubled beside itself"
    if kind == 2:
        new[name], new[other] = new[other], new[name]
        return f"{name} and {other} exchanged"
    if kind == 3:
        del new[name]
        return f"{name} lost"
    if kind == 4:
        new[str(path.with_suffix(path.suffix.upper()))] = new.pop(name)
        return f"{name} in capitals"
    new[name] = b""
    return f"{name} empty"


def _is_image(name):
    return PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES
