"""Conversion of HTML to text for `clean`: headings marked, a paragraph or list entry per line, no tables."""

from html.parser import HTMLParser

_DROPPED_TAGS = """
head script style table math svg nav footer aside figure form button select noscript template audio video
"""
_DROPPED_CLASSES = """
reference references reflist mw-editsection hatnote navbox toc noprint infobox mwe-math-element IPA sidebar thumb
gallery catlinks shortdescription metadata
"""
_VOID_TAGS = """
area base br col embed hr img input link meta param source track wbr
"""
_BLOCK_TAGS = """
p div section article main header ul ol dl dt dd blockquote pre body html details summary
"""
# the whole content of these is not prose
_DROPPED, _CLASSES = frozenset(_DROPPED_TAGS.split()), frozenset(_DROPPED_CLASSES.split())
_VOID, _BLOCKS = frozenset(_VOID_TAGS.split()), frozenset(_BLOCK_TAGS.split())
_HEADINGS = {f"h{level}": "=" * max(2, level) for level in range(1, 7)}


def text_of(html: str) -> str:
    """The text of an HTML page.

    >>> text_of("<h2>Parts</h2><p>The <b>cell</b> divides.<sup class='reference'>[1]</sup></p><li>One.").split("\\n")
    ['', '== Parts ==', '', 'The cell divides.', '', '* One.']
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text().rstrip()


def linked_entries(html: str) -> list[tuple[str, str]]:
    """Entries of the lists on a page: the page that the first link of each leads to, and the entry's text.

    Links to pages that do not exist, and those of a table of contents, are left out.

    >>> linked_entries('<li><a title="Mercury (planet)">Mercury</a>, near the Sun</li><li><a class="new">M</a></li>')
    [('Mercury (planet)', 'Mercury, near the Sun')]
    """
    reader = _Entries()
    reader.feed(html)
    reader.close()
    return reader.entries()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._dropping = 0
        self._heading = ""

    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            if tag in ("br", "hr") and not self._dropping:
                self._parts.append("\n")
            return
        classes = next((value or "" for name, value in attrs if name == "class"), "")
        dropped = tag in _DROPPED or (bool(classes) and not _CLASSES.isdisjoint(classes.split()))
        self._open.append((tag, dropped))
        self._dropping += dropped
        if self._dropping:
            return
        if tag in _HEADINGS:
            self._heading = tag
            self._parts.append(f"\n{_HEADINGS[tag]} ")
        elif tag == "li":
            self._parts.append("\n* ")
        elif tag in _BLOCKS:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _ in self._open[-50:]):
            return  # closes nothing that is open
        while self._open:
            name, dropped = self._open.pop()
            self._dropping -= dropped
            if name == tag:
                break
        if self._dropping:
            return
        if tag == self._heading:
            self._parts.append(f" {_HEADINGS[tag]}\n")
            self._heading = ""
        elif tag in _BLOCKS:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._dropping:
            preformatted = any(name == "pre" for name, _ in self._open[-5:])
            self._parts.append(data if preformatted else " ".join(data.split("\n")))


class _Entries(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._entries: list[list[str]] = []
        self._inside: list[int] = []
        self._link = False

    def entries(self) -> list[tuple[str, str]]:
        return [(title.strip(), " ".join(text.split())) for title, text in self._entries if title.strip()]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        classes = about.get("class", "")
        if tag == "li":
            if "tocsection" not in classes:
                self._inside.append(len(self._entries))
                self._entries.append(["", ""])
        elif tag == "a" and self._inside and not self._entries[self._inside[-1]][0]:
            if "new" in classes.split():
                self._entries[self._inside[-1]][0] = " "  # the entry's page does not exist
            elif about.get("title"):
                self._entries[self._inside[-1]][0] = about["title"]
            else:
                self._link = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "li" and self._inside:
            self._inside.pop()
        self._link = self._link and tag != "a"

    def handle_data(self, data: str) -> None:
        if self._inside:
            entry = self._entries[self._inside[-1]]
            entry[1] += data
            if self._link:
                entry[0] += data
