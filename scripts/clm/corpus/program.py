"""What the two programs that collect text share: their options, and looking up a list of queries."""

import argparse
import logging
from pathlib import Path

from clm import cli, corpus
from clm.config import load_yaml
from clm.corpus import collect
from clm.errors import UserError

log = logging.getLogger(__name__)


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the common options; the program adds where its queries come from."""
    arguments = cli.parser(description)
    arguments.add_argument("--results", type=Path, required=True, help="results folder: configuration, store")
    arguments.add_argument("--text", type=Path, required=True, help="output: the text, one sentence per line")
    arguments.add_argument("--status", type=Path, required=True, help="output: what was found for each query (CSV)")
    return arguments


def look_up(queries: list[str], args: argparse.Namespace) -> None:
    """Collect text about the queries from the configured source and write both outputs.

    A source that cannot be used at all fails every query, which the next run tries again; the leaderboard of the
    models there are must not wait for that.
    """
    config = load_yaml(args.results / "config.yaml")
    limit = config["corpus"]["wikipedia"]["articles_per_keyword"]
    try:
        source = corpus.create(config, args.results / "store" / "wikipedia")
        collection = collect.collect(queries, source, limit)
    except UserError as error:
        log.error("%s", error)
        statuses = [collect.Status(query, corpus.Outcome.ERROR, source=error.message) for query in queries]
        collection = collect.Collection([], statuses)
    collect.write(collection, args.text, args.status)
