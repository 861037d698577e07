"""Collect text about the keywords."""

from pathlib import Path

from clm import cli
from clm.corpus import keywords, program
from clm.corpus.queries import as_queries


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    parser = program.parser(__doc__)
    parser.add_argument("--keywords", type=Path, required=True, help="comma- or line-separated keywords")
    args = parser.parse_args(argv)
    program.look_up(as_queries(keywords.read_keywords(args.keywords)), args)


if __name__ == "__main__":
    cli.run(main)
