"""Write the report: results as one page to look at and listen to, with its tables as CSV and its figures as SVG.

The page opens from disk, requests nothing from the network, and can be passed on. docs/report.md shows its content.
"""

import argparse
import logging
from pathlib import Path

from clm import cli

log = logging.getLogger(__name__)


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    parser.add_argument("--embed-audio", action="store_true", help="put compressed audio into the page")
    parser.add_argument("--compare", type=Path, metavar="OTHER", help="another results folder, made before a change")
    parser.add_argument("--output", type=Path, help="the page; without it RESULTS/report.html")
    parser.add_argument("--tables", type=Path, help="folder for the tables; without it RESULTS/tables")
    parser.add_argument("--pages", type=Path, help="folder for figures and further pages; without it RESULTS/report")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    from clm.report import page

    args = parse_args(argv)
    output = page.Output(
        page=args.output or args.results / "report.html",
        tables=args.tables or args.results / "tables",
        pages=args.pages or args.results / "report",
    )
    for note in page.write(args.results, output, embed_audio=args.embed_audio, other=args.compare):
        log.info("%s", note)


if __name__ == "__main__":
    cli.run(main)
