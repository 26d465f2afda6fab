"""Reading XML label files."""

from xml.etree.ElementTree import fromstring

import pytest

from schemas.errors import UnreadableText
from tasks.sources.folder import SourceFolder
from tasks.sources.xml_file import (
    flag_at,
    length_at,
    load_xml,
    nth,
    sniff_xml,
    text_at,
    texts_at,
)

LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><a>&c;</a>'
OUTSIDE = '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


def folder(tmp_path, content):
    (tmp_path / "a.xml").write_bytes(content)
    return SourceFolder(str(tmp_path))


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_read_in_any_utf_and_with_any_line_ends(tmp_path, coding):
    text = '<?xml version="1.0"?>\r\n<a>\r<b> é </b>\n</a>'.encode(coding)
    assert text_at(load_xml(folder(tmp_path, text), "a.xml"), "b") == "é"
    assert "<b> é" in sniff_xml(folder(tmp_path, text), "a.xml")


def test_a_syntax_error_says_where_it_is(tmp_path):
    broken = folder(tmp_path, b"<a>\n <b></c>\n</a>")
    with pytest.raises(UnreadableText, match=r"a\.xml, line 2, column 7 .*get it again") as caught:
        load_xml(broken, "a.xml")
    assert caught.value.line == 2


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00", b"plain", LAUGHS.encode(), OUTSIDE.encode(), b"<!DOCTYPE a><a/>", b"<a>\xff</a>",
        b'<?xml version="1.0" encoding="utf-7"?><a/>', b'<?xml version="1.0" encoding="x"?><a/>',
        b'<?xml version="1.0" encoding="cp037"?><a/>', b"<a>&nothing;</a>", b"<a>&#0;</a>",
        b"<a>" * 100_000, b"<a>" * 3000 + b"</a>" * 3000, b"<a>" + b"<b/>" * 2_000_001 + b"</a>",
    ],
)  # fmt: skip
def test_what_is_no_plain_xml_is_refused_with_a_remedy(tmp_path, content):
    with pytest.raises(UnreadableText, match=r"a\.xml.*(again|Save it as UTF-8)"):
        load_xml(folder(tmp_path, content), "a.xml")


def test_values_are_read_where_they_are_what_they_should_be():
    root = fromstring("<a><n>12</n><f>7.0</f><m>-3</m><l>12345678</l><x/><b><c>1</c></b></a>")
    assert [length_at(root, path) for path in ("n", "f", "m", "l", "x", "none")] == [
        12, 7, None, None, None, None
    ]  # fmt: skip
    assert [flag_at(root, path) for path in ("b/c", "n", "x")] == [1, 0, 0]
    assert texts_at(root, "b", ("c",)) == ("1",)
    assert text_at(root, "x") is None
    assert nth("object", 0) == "object[1]"
    with pytest.raises(ValueError, match="has no d in its b"):
        texts_at(root, "b", ("c", "d"))
    with pytest.raises(ValueError, match="has no z"):
        texts_at(root, "z", ("c",))
