"""Collect text about the keywords."""

from pathlib import Path

from clm import cli
from clm.corpus import keywords
from clm.corpus.queries import as_queries
from clm.healing import lookup


def main(argv: list[str] | None = None) -> None:
    """Run the lookup."""
    parser = lookup.parser(__doc__)
    parser.add_argument("--keywords", type=Path, required=True, help="comma- or line-separated keywords")
    args = parser.parse_args(argv)
    lookup.look_up(as_queries(keywords.read_keywords(args.keywords)), args)


if __name__ == "__main__":
    cli.run(main)
