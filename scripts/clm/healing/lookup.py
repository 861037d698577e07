"""What the two programs that collect text share: their options, and looking up a list of queries."""

import argparse
import contextlib
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from clm import cli
from clm.base import files
from clm.base.errors import UserError
from clm.config import load_yaml
from clm.corpus import collect, sources
from clm.corpus.collection import Collection, Status, counts, write
from clm.corpus.domain import Domain, common_words
from clm.corpus.keywords import read_keywords
from clm.corpus.queries import Query
from clm.corpus.source import Outcome
from clm.healing.plan import Recordings
from clm.results.manifests import reference

log = logging.getLogger(__name__)


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the common options; the program adds where its queries come from."""
    arguments = cli.parser(description)
    arguments.add_argument("--results", type=Path, required=True, help="results folder: configuration, store")
    arguments.add_argument("--text", type=Path, required=True, help="output: the text, one sentence per line")
    arguments.add_argument("--status", type=Path, required=True, help="output: what was found for each query (CSV)")
    arguments.add_argument("--sources", type=Path, help="output: page, revision and licence of every article (TSV)")
    arguments.add_argument(
        "--refresh", action="store_true", help="ask whether pages in the cache have changed, and fetch those that have"
    )
    return arguments


def look_up(queries: list[Query], args: argparse.Namespace) -> None:
    """Collect text about the queries from the configured source and write the outputs.

    A source that cannot be used at all fails every query, which the next run tries again; the leaderboard of the
    models there are must not wait for that.
    """
    started = time.monotonic()
    config = load_yaml(args.results / "config.yaml")
    settings = config["corpus"]
    common = common_words() if config["language"].startswith("en") else frozenset()
    try:
        domain = Domain.of([*(query.text for query in queries), *domain_texts(args.results, config)], common)
        cache = args.results / "store" / "wikipedia"
        source = sources.create(config, cache, domain, refresh=args.refresh or settings["refresh"])
        found = collect.collect(
            queries,
            source,
            settings["wikipedia"]["articles_per_keyword"],
            domain=domain,
            common=common,
            budget=collect.Budget(settings["max_articles"], settings["max_megabytes"]),
            language=_language_of_articles(config),
        )
    except UserError as error:
        log.error("%s", error)
        statuses = [Status(query.text, Outcome.ERROR, source=error.message) for query in queries]
        found = Collection([], statuses)
    write(found, args.text, args.status, args.sources)
    summary = counts([vars(status) for status in found.statuses]) or "nothing to look up"
    log.info("%s, in %.1f s", summary, time.monotonic() - started)


def _language_of_articles(config: Mapping[str, Any]) -> str:
    """An edition of Wikipedia may be in another language than the recordings; the one in simple English is not."""
    edition = config["corpus"]["wikipedia"]["language"]
    return config["language"] if config["corpus"]["source"] != "wikipedia" or edition == "simple" else edition


def domain_texts(results: Path, config: Mapping[str, Any]) -> list[str]:
    """Keywords, and the references of all folders that are not held out: what tells this domain from others."""
    heldout = config["evaluation"]["heldout"]
    index = results / "inputs.json"
    texts: list[str] = []
    if config["keywords"]:
        with contextlib.suppress(UserError):  # a file that cannot be read now is another program's business
            texts = read_keywords(Path(config["keywords"]))
    if not index.exists():
        return texts
    for name in Recordings.read(index).open_folders(heldout):
        manifest = files.read_json(index.with_suffix("") / f"{name}.json")
        texts += [reference(item) for item in manifest["recordings"]]
    return texts
