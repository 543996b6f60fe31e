"""PO files: what we write, msgfmt reads; what the translators' tools make of it, we read."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.text.po import Entry, PoError, read_po, write_po
from tests.support.processes import FULL

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120)


@settings(max_examples=100, deadline=None, database=None, derandomize=not FULL)
@given(st.lists(st.builds(Entry, TEXT, TEXT, st.one_of(st.just(""), TEXT), st.booleans(), previous=TEXT)))
def test_every_text_comes_back(entries: list[Entry]) -> None:
    language, found = read_po(write_po("pt_BR", entries))
    assert language == "pt_BR"
    assert [replace(entry, line=1) for entry in found] == [replace(entry, previous="") for entry in entries]


def test_what_is_written() -> None:
    entry = Entry(
        "pay#steps", "Pay 5 % des {x}", "Zahle", True, "Pay now.", ("List item", "How to pay: /en/articles/1")
    )
    assert write_po("de", [entry, Entry("pay", "one\ntwo", 'b "\\\n')]).decode() == (
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
        "#. List item\n#. How to pay: /en/articles/1\n#, fuzzy\n"
        '#| msgid "Pay now."\nmsgctxt "pay#steps"\nmsgid "Pay 5 % des {x}"\nmsgstr "Zahle"\n\n'
        'msgctxt "pay"\nmsgid ""\n"one\\n"\n"two"\nmsgstr "b \\"\\\\\\n"\n'
    )


def test_a_long_earlier_source_is_broken_between_its_quotes() -> None:
    data = write_po("de", [Entry("a", "b", "c", True, "word " * 30)]).decode()
    lines = [line.removeprefix("#| ") for line in data.splitlines() if line.startswith("#|")]
    assert [lines[0], "".join(line[1:-1] for line in lines[1:])] == ['msgid ""', "word " * 30]
    assert max(map(len, lines)) < 78


# As msgcat, Poedit, Weblate and translate-toolkit write, each with its own header, widths, order and leftovers.
TOOLS = """\
\ufeff# Somebody <me@example.com>, 2026.
#
msgid ""
msgstr ""
"Project-Id-Version: \\n"
"POT-Creation-Date: \\n"
"PO-Revision-Date: 2026-05-13 12:00:01+0200\\n"
"Last-Translator: YEAR-MO-DA\\n"
"Language: pt-BR\\n"
"Plural-Forms: nplurals=3; plural=n>1;\\n"
"X-Generator: Poedit 3.4\\n"
"X-Poedit-Bookmarks: 1,-1\\n"

#: somewhere.py:12
#, fuzzy, no-wrap
# A translator's remark
#. List item
#| msgctxt "a"
#| msgid "old"
msgctxt ""
"a#b"
msgid ""
"One "
"two"
msgstr ""
"Um "
"\\"dois\\"\\t"

msgctxt "a#b (2)"
msgid "One two"
msgstr ""
msgctxt "a#b (2)"
msgid "One two"
msgstr "again"

#~ msgctxt "gone"
#~ msgid "gone"
#~ msgstr "weg"

#~| msgid "before"
#~ msgid "gone too"
#~ msgstr "auch"
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_tools_write_is_read(line_end: str) -> None:
    assert read_po(TOOLS.replace("\n", line_end).encode()) == (
        "pt-BR",
        [
            Entry("a#b", "One two", 'Um "dois"\t', True, line=22),
            Entry("a#b (2)", "One two", line=30),
            Entry("a#b (2)", "One two", "again", line=33),
        ],
    )


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b'msgid "a"\nmsgstr "Z\xfcge"\n', 2, "is not valid UTF-8"),
        (b'msgid "a"\nmsgstr "b\n', 2, "is neither a comment nor a text in quotes with plain escapes"),
        (b'msgid "a"\nmsgstr "Z\\303\\274ge"\n', 2, "is neither a comment nor a text in quotes with plain escapes"),
        (b"<<<<<<< HEAD\n", 1, "is neither a comment nor a text in quotes with plain escapes"),
        (b'"a"\n', 1, 'Got line starting with " but not in msgid, msgstr or msgctxt'),
        (b'#\nmsgid "a"\n\nmsgid "b"\nmsgstr ""\n', 2, "missing msgstr for msgid 'a'"),
        (b"PK\x03\x04", 1, "is neither a comment nor a text in quotes with plain escapes"),
    ],
)
def test_what_cannot_be_read_names_its_line(text: bytes, line: int, reason: str) -> None:
    with pytest.raises(PoError) as caught:
        read_po(text)
    assert (caught.value.line, caught.value.reason) == (line, reason)


def test_a_file_without_messages() -> None:
    assert read_po(b"") == ("", [])
