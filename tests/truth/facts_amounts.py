"""Facts of which and how many: counts, comparisons, absence, classes."""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations

from tests.truth.clear import REGIONS, in_region
from tests.truth.colours import colour_of
from tests.truth.fact import Fact, Kind, Scenery
from tests.truth.naming import indefinite, many, names, number, place, with_article, word_for
from tests.truth.world import Thing


def amounts(scenery: Scenery) -> Iterator[Fact]:
    """Yield facts of one class: exact and vague counts, presence, yes and no, what is where."""
    for category, things in scenery.classes:
        if scenery.world.countable(category) and len(things) > 1:
            yield from _counts(scenery, names(things, scenery.draw), len(things))
        yield from _there(scenery, things)
        yield from _class_at(scenery, things)
    yield from _vehicles(scenery)


def pairs(scenery: Scenery) -> Iterator[Fact]:
    """Yield facts of two classes, or two paints of a class, by number."""
    world, draw = scenery.world, scenery.draw
    sure = [things for name, things in scenery.classes if world.countable(name)]
    for some, others in permutations(sure, 2):
        n, m = len(some), len(others)
        cs, ds = names(some, draw)["cs"], names(others, draw)["cs"]
        if n >= m + 2 and n >= 1.25 * m:
            swap = {"cs": ds, "ds": cs}
            yield Fact(Kind.COMPARISON, "comparison", {"cs": cs, "ds": ds}, swap)
        if n > m > 1:
            slots = {"n": number(n, draw), "cs": cs, "m": number(m, draw), "ds": ds}
            yield Fact(Kind.COORDINATION, "pair_counts", slots, {"n": slots["m"], "m": slots["n"]})
    for things in sure:
        yield from _paints(scenery, things)


def _counts(scenery: Scenery, said: dict[str, str], count: int) -> Iterator[Fact]:
    draw = scenery.draw
    exact = said | {"n": number(count, draw)}
    one = count + draw.choice((-1, 1) if count > 2 else (1,))
    if count <= 12:
        yield Fact(Kind.COUNT_ONE, "count", exact, {"n": number(one, draw)})
    several = 2 * count + draw.randint(3, 9) if count < 9 or draw.random() < 0.5 else count // 3
    yield Fact(Kind.COUNT_MANY, "count", exact, {"n": number(several, draw)})
    right, wrong = _vague(scenery, count)
    yield Fact(Kind.COUNT_MANY, "vague", said | {"amount": right}, {"amount": wrong})


def _vague(scenery: Scenery, count: int) -> tuple[str, str]:
    """Return words for an amount that clearly hold of ``count``, and some that clearly do not."""
    draw = scenery.draw
    far = number(2 * count + draw.randint(4, 9), draw)
    too_many = ["dozens of", "hundreds of", f"more than {far}", f"at least {far}"]
    about = [
        f"at least {number(count - 1, draw)}", f"fewer than {number(count + 3, draw)}",
        f"between {number(count - 1, draw)} and {number(count + 1, draw)}",
    ]  # fmt: skip
    if count == 2:
        return draw.choice(("a pair of", "a couple of")), draw.choice(too_many)
    if count <= 8:
        words = ["several", *(["a few", "a handful of"] if count <= 5 else [])]
        return draw.choice(words + about), draw.choice(too_many)
    rounded = ["a dozen or so"] if 11 <= count <= 13 else [f"about {number(count, draw)}"]
    too_few = [
        "a pair of",
        "only three",
        "no more than four",
        f"at most {number(count // 2, draw)}",
    ]
    if count > 30:
        return draw.choice(["dozens of", "many", *rounded]), draw.choice(too_few)
    return draw.choice(["many", "numerous", *rounded, *about]), draw.choice(
        [*too_few, "hundreds of"]
    )


def _there(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    """Yield that a class is there and that another is not, each turned into its opposite."""
    draw, absent = scenery.draw, scenery.absent()
    if absent is None or not all(thing.sure for thing in things):
        return
    word, said = word_for(absent, draw), names(things, draw)
    missing = {"d": word, "ds": many(word), "a_d": with_article(word)}
    wrong = {"d": said["c"], "ds": said["cs"], "a_d": said["a_c"]}
    yield Fact(Kind.ABSENCE, "absence", missing, wrong)
    yield Fact(Kind.ABSENCE, "presence", said, {"some": indefinite(len(things), word, draw)})
    yes = {"answer": "Yes", "long": f"Yes, {said['some']} can be seen.", "nt": ""}
    no = {"answer": "No", "long": f"No, there are no {many(word)} in it.", "nt": "n't"}
    asked = {"a_c": with_article(word), "cs": many(word)} | no
    maybe = {"answer": "Yes", "long": f"Yes, there are some {many(word)}.", "nt": ""}
    yield Fact(Kind.ABSENCE, "yes_no", asked, maybe)
    denied = {"answer": "No", "long": f"No, there are no {said['cs']} in it.", "nt": "n't"}
    yield Fact(Kind.ABSENCE, "yes_no", said | yes, denied)


def _class_at(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    world, draw, absent = scenery.world, scenery.draw, scenery.absent()
    where = [region for region in REGIONS if in_region(world, things, region)]
    if absent is None or not where or not all(thing.sure for thing in things):
        return
    said = names(things, draw)
    slots = said | {"where": place(draw.choice(where), draw, north_up=world.north_up)}
    other = indefinite(len(things), word_for(absent, draw), draw)
    yield Fact(Kind.CLASS, "class_at", slots, {"some": other})


def _vehicles(scenery: Scenery) -> Iterator[Fact]:
    """Yield the count of all vehicles where large and small ones are there."""
    world = scenery.world
    both = [world.by_class.get(name, ()) for name in ("large vehicle", "small vehicle")]
    sure = world.countable("large vehicle") and world.countable("small vehicle")
    if all(both) and sure:
        yield from _counts(scenery, {"c": "vehicle", "cs": "vehicles"}, sum(map(len, both)))


def _paints(scenery: Scenery, things: tuple[Thing, ...]) -> Iterator[Fact]:
    draw, found = scenery.draw, [colour_of(scenery.world, thing) for thing in things]
    counts = Counter(found)
    if None in counts or len(counts) != 2:
        return
    (paint, n), (hue, m) = counts.most_common()
    slots = {
        "n": number(n, draw), "m": number(m, draw), "paint": str(paint), "hue": str(hue),
        "is_n": "are" if n > 1 else "is", "is_m": "are" if m > 1 else "is",
    }  # fmt: skip
    swap = {"n": slots["m"], "m": slots["n"], "is_n": slots["is_m"], "is_m": slots["is_n"]}
    more = {"n": number(n + 2, draw), "is_n": "are"}
    yield Fact(
        Kind.COORDINATION, "paint_counts", names(things, draw) | slots, swap if n != m else more
    )
