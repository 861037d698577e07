"""The library behind the workflow: pure functions and small classes, without argparse and Snakemake."""

__version__ = "0.1.0"
