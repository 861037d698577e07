"""Errors and CPU time of a CLM, and of the stock model, under several settings of the decoder.

SET holds input/<folder>/ and, for a CLM, training_data/ as for clm_gain.py. The first row is pocketsphinx as it comes,
which is what the engine takes; each --decoder adds one, as a YAML mapping. CPU time is relative to the first row in the
same run; on a machine that others use too, only large differences mean something.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import yaml
from clm_gain import SETTINGS, errors, train

from clm import engines
from clm.types import Model


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--decoder", action="append", default=[], type=yaml.safe_load, metavar="YAML")
    args = parser.parse_args()
    rows = {"pocketsphinx's own": {}, **{str(chosen): chosen for chosen in args.decoder}}
    with tempfile.TemporaryDirectory() as name:
        models = {"stock": Model("pocketsphinx")}
        if (args.set / "training_data").is_dir():
            clm = Path(name) / "clm"
            train(engines.create(SETTINGS), args.set / "training_data", clm)
            models["clm"] = Model("clm", clm, "clm")
        for title, model in models.items():
            first = None
            for settings, chosen in rows.items():
                engine = engines.create(replace(SETTINGS, pocketsphinx={"decoder": chosen}))
                start = time.process_time()
                counts = errors(engine, model, args.set)
                used = time.process_time() - start
                first = first or used
                print(
                    f"{title:6} {settings:40} {counts.errors:4} errors in {counts.words} words, WER {counts.rate:.3f},"
                    f" CPU time x {used / first:.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
