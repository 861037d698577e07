"""Estimate the cost of a run at Amazon Transcribe before it starts: jobs, seconds of audio, price.

No paid service is called; an input in S3 is listed, and the first kilobytes of its recordings are read, and the last
where these do not show the length. Unknown lengths are estimated from the size, and marked with "about"; the
column "at most" is for recordings as long as files of their size can be.
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from clm import cli, engines
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.base.messages import some
from clm.base.progress import duration
from clm.engines.transcribe import prices
from clm.project import submissions
from clm.project.dataset import Dataset
from clm.project.decide import decide
from clm.project.submissions import Cost

COLUMNS = ("model", "jobs", "audio", "billed", "US$", "at most")


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_config_options(parser)
    parser.add_argument("--heal", action="store_true", help="with the generation that --forcerun heal would add")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser.parse_args(argv)


def table(costs: dict[str, Cost], date: str) -> str:
    """The costs by model, and their sum."""
    rows = [COLUMNS]
    for name, cost in [*costs.items(), ("all", sum(costs.values(), Cost()))]:
        about = "about " if cost.rough else ""
        unknown = f" + {len(cost.unknown)} unknown" if cost.unknown else ""
        rows.append(
            (
                name,
                str(cost.jobs),
                f"{about}{duration(cost.seconds)}{unknown}",
                duration(cost.billed),
                f"{cost.dollars:.2f}",
                f"{cost.most:.2f}",
            )
        )
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    unknown = sorted({name for cost in costs.values() for name in cost.unknown})
    notes = [f"Length unknown, counted as the shortest: {some(unknown)}."] if unknown else []
    return "\n".join([*lines, *notes, f"Prices: {date} (config: transcribe.prices). Training is not counted."])


def as_data(costs: dict[str, Cost]) -> list[dict[str, Any]]:
    """The costs by model for other programs; lengths in seconds."""
    return [
        {
            "model": name,
            "jobs": cost.jobs,
            "seconds": round(cost.seconds, 3),
            "billed_seconds": round(cost.billed, 3),
            "dollars": round(cost.dollars, 6),
            "most_dollars": round(cost.most, 6),
            "exact": not cost.rough,
            "unknown": list(cost.unknown),
        }
        for name, cost in costs.items()
    ]


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    settings = cli.read_config(args)
    if not engines.create(settings).submits:
        raise UserError(f"the engine {settings.engine} costs nothing but time", "set engine: transcribe")
    dataset = Dataset(settings, Digests(Path(".snakemake/clm-digests.json")), probed=True)
    state = replace(decide(settings, dataset, Path(settings.results)), forced=args.heal)
    billed = sum(cost.billed for cost in state.costs.values())
    date = prices.describe(settings.transcribe, billed)
    text = json.dumps(as_data(state.costs)) if args.json else table(state.costs, date)
    sys.stdout.write(text + "\n")
    submissions.check_budget(settings, state.costs)


if __name__ == "__main__":
    cli.run(main)
