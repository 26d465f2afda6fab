"""Changes texts: words of lines, numbers and elements of XML, endings, encodings, bytes."""

import re

LINE_ENDS = ("\r", "\r\n", "\n", "\n\r", "\x0b", "\x0c", "\x85", "\u2028", "")
WORDS = (
    "", " ", "-1", "0", "1e400", "-1e400", "nan", "inf", "1e308", "9" * 4500, "0x1F", "1,5", "null",
    "None", "\x00", "é", "\u202e", "١", "½", "x" * 5000, "1 2 3 4 5 6 7 8", "::", "?", ":", ",",
    "<", "&", '"', "\t", "%s", "{}", "\ufeff", "1_000", "--1", "216,00", "1e5", "2147483648",
)  # fmt: skip
_WORD = re.compile(r"[^\s<>,:;?\"{}\[\]]+")
_ELEMENT = re.compile(r"<(\w+)>[^<]*</\1>|<\w+/>")
LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "ha">' + "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)
) + "]>"  # fmt: skip


def words_changed(text, random, names):
    """Return ``text`` with one to five of its words changed."""
    for _ in range(random.choice((1, 1, 2, 5))):
        found = list(_WORD.finditer(text))
        if not found:
            return text
        place = random.choice(found)
        pool = names if random.random() < 0.15 else WORDS
        text = text[: place.start()] + random.choice(pool) + text[place.end() :]
    return text


def lines_changed(text, random, names):
    """Return ``text`` with lines lost, doubled, exchanged, blank, joined or ended otherwise."""
    lines = text.split("\n")
    place, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(6)
    if kind == 0:
        del lines[place]
    elif kind == 1:
        lines.insert(other, lines[place])
    elif kind == 2:
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == 3:
        lines.insert(place, random.choice(("", " ", "\t", "x", "\x00", "0" * 3000)))
    elif kind == 4:
        return random.choice(LINE_ENDS).join(lines)
    return "".join(line + random.choice(LINE_ENDS) for line in lines)


def elements_changed(text, random, names):
    """Return the XML ``text`` with an element lost, doubled, emptied or nested, or an entity."""
    found = list(_ELEMENT.finditer(text))
    if not found or "<" not in text:
        return words_changed(text, random, names)
    place = random.choice(found)
    before, element, after = text[: place.start()], place[0], text[place.end() :]
    name = re.match(r"<(\w+)", element)[1]
    secret = random.choice(names)
    external = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>'
    parameter = f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{secret}"> %x;]>'
    include = (
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{secret}"/>'
    )
    head = re.sub(r"^\s*<\?xml[^>]*\?>", "", before)
    return random.choice((
        before + after,
        before + element * 2 + after,
        f"{before}<{name}/>{after}",
        f"{before}<{name}>{random.choice(WORDS)}</{name}>{after}",
        f"{before}<{name}>{'<a>' * 3000}{'</a>' * 3000}</{name}>{after}",
        f"{before}{'<a>' * 30_000}{after}",
        f"{LAUGHS}{head}<{name}>&l9;</{name}>{after}",
        f"{external}{head}<{name}>&x;</{name}>{after}",
        f"{parameter}{head}{element}{after}",
        f"{before}<{name}>{include}</{name}>{after}",
        f"{before}<![CDATA[{element}]]>{after}",
        f"{before}<!--{element}--{after}",
        f'{before}<{name} {name}="1" {name}="2">1</{name}>{after}',
        f"{before}<{name}>&#0;&#xD800;</{name}>{after}",
        f'<?xml version="1.0" encoding="{random.choice(("utf-7", "x", "utf-16", "cp037"))}"?>{head}'
        f"{element}{after}",
    ))  # fmt: skip


def bytes_changed(content, random, names):
    """Return ``content`` cut, flipped, filled, or in another encoding."""
    if not content:
        return random.randbytes(random.randrange(1, 50))
    place = random.randrange(len(content))
    flipped = bytearray(content)
    for _ in range(random.choice((1, 3, 20))):
        flipped[random.randrange(len(content))] ^= 1 << random.randrange(8)
    encoding = random.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"))
    return random.choice((
        b"",
        content[:place],
        content[place:],
        bytes(flipped),
        bytes(flipped),
        content[:place] + random.randbytes(random.randrange(1, 9)) + content[place:],
        b"\xef\xbb\xbf" * random.choice((1, 2)) + content,
        content.decode("utf-8", "replace").encode(encoding),
        content[:place] + b"\0" * random.choice((1, 1000)) + content[place:],
        content + content,
    ))  # fmt: skip
