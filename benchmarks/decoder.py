"""Errors and CPU time of a CLM, and of the stock model, under several settings of the decoder.

SET holds input/<folder>/ and training_data/ as for clm_gain.py. The first row is pocketsphinx as it comes, the second
the engine's own settings; each --decoder adds one, as a YAML mapping that goes on top of the engine's. CPU time is the
decoder's alone, relative to the first row in the same run; on a machine that others use too, only large differences
mean something.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import yaml
from clm_gain import SETTINGS, errors, train

from clm import engines
from clm.engines.pocketsphinx.decoder_settings import DEFAULTS
from clm.types import Model


def plain() -> dict:
    """Pocketsphinx's own values of what the engine sets otherwise."""
    import pocketsphinx

    own = {parameter.name: parameter for parameter in pocketsphinx.Config().describe()}
    return {name: own[name].type(own[name].default) for name in DEFAULTS}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--decoder", action="append", default=[], type=yaml.safe_load, metavar="YAML")
    args = parser.parse_args()
    rows = {"pocketsphinx's own": plain(), "the engine's": {}, **{str(chosen): chosen for chosen in args.decoder}}
    with tempfile.TemporaryDirectory() as name:
        clm = Path(name) / "clm"
        train(engines.create(SETTINGS), args.set / "training_data", clm)
        for title, model in (("stock", Model("pocketsphinx")), ("clm", Model("clm", clm, "clm"))):
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
