"""Sources of articles by name, a module each: a folder, Wikipedia, an offline Wikipedia."""

from __future__ import annotations

from pathlib import Path

from clm.corpus.domain import Domain
from clm.corpus.source import Source
from clm.settings import CorpusSettings


def create(corpus: CorpusSettings, cache: Path, domain: Domain | None = None, *, refresh: bool = False) -> Source:
    """The source that the settings name.

    Args:
        corpus: where text comes from.
        cache: a folder for what was fetched.
        domain: what the recordings are about; decides between meanings of an ambiguous title.
        refresh: ask whether what is in the cache has changed since.

    Raises:
        UserError: the source cannot work with these settings.

    """
    if corpus.source == "folder":
        from clm.corpus.sources.folder import FolderSource

        return FolderSource(corpus.folder)
    if corpus.source == "zim":
        from clm.corpus.sources.zim import ZimSource

        return ZimSource(corpus.zim, domain)
    from clm.corpus.sources.wikipedia import WikipediaSource

    wiki = corpus.wikipedia
    return WikipediaSource(
        cache,
        wiki.language,
        contact=wiki.contact,
        api_url=wiki.api_url,
        licence=wiki.licence,
        domain=domain,
        refresh=refresh,
    )
