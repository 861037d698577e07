"""Collect text about the names and words that were missed so far."""

from pathlib import Path

from clm import cli
from clm.corpus import queries
from clm.healing import lookup
from clm.results import plans


def main(argv: list[str] | None = None) -> None:
    """Run the lookup."""
    parser = lookup.parser(__doc__)
    parser.add_argument("--plan", type=Path, required=True, help="plan.json of the generation")
    args = parser.parse_args(argv)
    lookup.look_up(queries.of_plan(plans.read(args.plan)), args)


if __name__ == "__main__":
    cli.run(main)
