"""What the two programs that collect text share: their options, and looking up a list of queries."""

import argparse
from pathlib import Path

from clm import cli, corpus
from clm.config import load_yaml
from clm.corpus import collect


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser with the common options; the program adds where its queries come from."""
    arguments = cli.parser(description)
    arguments.add_argument("--results", type=Path, required=True, help="results folder: configuration, store")
    arguments.add_argument("--text", type=Path, required=True, help="output: the text, one sentence per line")
    arguments.add_argument("--status", type=Path, required=True, help="output: what was found for each query (CSV)")
    return arguments


def look_up(queries: list[str], args: argparse.Namespace) -> None:
    """Collect text about the queries from the configured source and write both outputs."""
    config = load_yaml(args.results / "config.yaml")
    limit = config["corpus"]["wikipedia"]["articles_per_keyword"]
    collection = collect.collect(queries, corpus.create(config, args.results / "store" / "wikipedia"), limit)
    collect.write(collection, args.text, args.status)
