"""Makes small ZIM files with libzim's own writer, from pages that the tests wrote."""

from collections.abc import Mapping
from pathlib import Path

from libzim.writer import Creator, Hint, Item, StringProvider

METADATA = {
    "Title": "Test", "Language": "eng", "Creator": "tests", "Publisher": "tests", "Date": "2026-01-31",
    "Description": "Pages of the tests", "Name": "test", "License": "CC BY-SA 4.0",
}  # fmt: skip


class _Page(Item):
    def __init__(self, title: str, html: str) -> None:
        super().__init__()
        self._title, self._html = title, html

    def get_path(self) -> str:
        return self._title.replace(" ", "_")

    def get_title(self) -> str:
        return self._title

    def get_mimetype(self) -> str:
        return "text/html"

    def get_contentprovider(self) -> StringProvider:
        return StringProvider(self._html)

    def get_hints(self) -> dict[Hint, bool]:
        return {Hint.FRONT_ARTICLE: True}


def make(path: Path, pages: Mapping[str, str], redirects: Mapping[str, str] | None = None) -> Path:
    """Write a ZIM file with pages (HTML by title) and redirects (title to title); it has a full-text index."""
    with Creator(path).config_indexing(True, "eng") as creator:
        for title, body in pages.items():
            creator.add_item(_Page(title, f"<html><head><title>{title}</title></head><body>{body}</body></html>"))
        for title, target in (redirects or {}).items():
            hints = {Hint.FRONT_ARTICLE: True}
            creator.add_redirection(title.replace(" ", "_"), title, target.replace(" ", "_"), hints)
        creator.set_mainpath(next(iter(pages)).replace(" ", "_"))
        for name, value in METADATA.items():
            creator.add_metadata(name, value)
    return path
