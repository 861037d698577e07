"""HTML articles, as people save them and as ZIM files hold them."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.corpus.clean import sentences
from clm.corpus.sources.folder import FolderSource
from clm.documents.formats.html import linked_entries, text_of

PAGE = """<!DOCTYPE html><html><head><title>Not this</title><style>p {color: red}</style></head><body>
<nav><a href="/">Home is where we start from.</a></nav>
<h1>Membrane</h1><p>A <i>membrane</i> is thin&nbsp;&amp; soft<sup class="reference"><a>[1]</a></sup>.
It is wrapped
here.<br>Water passes.</p>
<table><tr><td>A cell of a table is no sentence.</td></tr></table>
<h2>Kinds<span class="mw-editsection">[edit]</span></h2>
<ul><li>Some let ions through.<li>Others do not.</ul>
<figure><figcaption>A caption is no sentence either.</figcaption></figure>
<script>var x = "Nothing to read.";</script>
<h2>References</h2><p>Smith wrote of it.</p></body></html>"""


def test_a_page_gives_its_prose_only():
    assert sentences(text_of(PAGE)) == [
        "A membrane is thin & soft.",
        "It is wrapped here.",
        "Water passes.",
        "Some let ions through.",
        "Others do not.",
    ]


def test_html_files_are_articles_of_a_folder(tmp_path: Path):
    (tmp_path / "Membrane.html").write_text(PAGE, encoding="utf-8")

    finding = FolderSource(tmp_path).look_up("membranes", 1)

    assert (finding.about, finding.articles[0].title, finding.articles[0].source) == (1, "Membrane", "Membrane.html")
    assert "<" not in finding.articles[0].text
    assert FolderSource(tmp_path).look_up("caption", 1).articles == ()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<ul><li>The <a title="Sense (one)">sense</a> of <a title="Other">it</a></li></ul>',
         [("Sense (one)", "The sense of it")]),
        ('<li class="toclevel-1 tocsection-1"><a href="#x">1 Contents</a></li>', []),
        ('<li><a class="new" title="Gone (page does not exist)">Gone</a>, see <a title="It">it</a></li>', []),
        ("<li>No link</li><li><a>Bare link</a></li>", [("Bare link", "Bare link")]),
        ("<p><a title='x'>outside</a></p>", []),
        ("<li><a title='A'>a</a><ul><li><a title='B'>b</a></li></ul></li>", [("A", "a"), ("B", "b")]),
    ],
)  # fmt: skip
def test_entries_of_lists(html: str, expected: list[tuple[str, str]]):
    assert linked_entries(html) == expected


@given(st.text(alphabet="<>/ abp\"'=&;!-[]\n", max_size=200))
def test_any_tag_soup_is_read(html: str):
    text_of(html)
    linked_entries(html)


@pytest.mark.parametrize("piece", ["<div>", "</p>", "<li>", "<p>text", "<a title=x>"])
def test_time_grows_with_length_only(piece: str):
    started = time.process_time()
    text_of(piece * (500_000 // len(piece)))
    assert time.process_time() - started < 8
