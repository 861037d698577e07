"""Shared parts of the two programs that collect text: their options, and looking up a list of queries."""

import argparse
import contextlib
import logging
import time
from pathlib import Path

from clm import cli
from clm.base.errors import UserError
from clm.corpus import collect, sources
from clm.corpus.collection import Collection, Status, counts, write
from clm.corpus.domain import Domain
from clm.corpus.keywords import read_keywords
from clm.corpus.queries import Query
from clm.corpus.source import Outcome
from clm.healing.plan import Recordings
from clm.pronunciation.general_english import common_words
from clm.results import manifests
from clm.settings import Settings, read

log = logging.getLogger(__name__)


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the common options; the program adds where its queries come from."""
    arguments = cli.parser(description)
    cli.add_settings_option(arguments)
    arguments.add_argument("--index", type=Path, required=True, help="recordings of all folders (JSON)")
    arguments.add_argument("--store", type=Path, required=True, help="directory of the store, which keeps pages")
    arguments.add_argument("--text", type=Path, required=True, help="output: the text, one sentence per line")
    arguments.add_argument("--status", type=Path, required=True, help="output: what was found for each query (CSV)")
    arguments.add_argument("--sources", type=Path, help="output: page, revision and licence of every article (TSV)")
    arguments.add_argument(
        "--refresh", action="store_true", help="ask whether pages in the cache have changed, and fetch those that have"
    )
    return arguments


def look_up(queries: list[Query], args: argparse.Namespace) -> None:
    """Collect text about the queries from the configured source and write the outputs.

    A source that cannot be used at all fails every query, and the next run tries again; the leaderboard of the
    existing models must not wait for that.
    """
    started = time.monotonic()
    settings = read(args.settings)
    common = common_words() if settings.is_english else frozenset()
    try:
        domain = Domain.of([*(query.text for query in queries), *domain_texts(settings, args.index)], common)
        cache = args.store / "wikipedia"
        source = sources.create(settings.corpus, cache, domain, refresh=args.refresh or settings.corpus.refresh)
        found = collect.collect(
            queries,
            source,
            settings.corpus.wikipedia.articles_per_keyword,
            domain=domain,
            common=common,
            budget=collect.Budget(settings.corpus.max_articles, settings.corpus.max_megabytes),
            language=_language_of_articles(settings),
        )
    except UserError as error:
        log.error("%s", error)
        statuses = [Status(query.text, Outcome.ERROR, source=error.message) for query in queries]
        found = Collection([], statuses)
    write(found, args.text, args.status, args.sources)
    summary = counts([vars(status) for status in found.statuses]) or "nothing to look up"
    log.info("%s, in %.1f s", summary, time.monotonic() - started)


def _language_of_articles(settings: Settings) -> str:
    """An edition of Wikipedia may be in another language than the recordings; the one in simple English is not."""
    edition = settings.corpus.wikipedia.language
    return settings.language if settings.corpus.source != "wikipedia" or edition == "simple" else edition


def domain_texts(settings: Settings, index: Path) -> list[str]:
    """Vocabulary of this domain: keywords, and the references of all folders that are not held out."""
    texts: list[str] = []
    if settings.keywords:
        with contextlib.suppress(UserError):  # another program reports files that cannot be read
            texts = read_keywords(Path(settings.keywords))
    items = manifests.read_index(index)
    for name in Recordings.read(index).open_folders(settings.evaluation.heldout):
        texts += [manifests.reference(item) for item in items[name]]
    return texts
