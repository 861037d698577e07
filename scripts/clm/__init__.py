"""The library behind the workflow: pure functions and small classes, without argparse and Snakemake."""

__version__ = "0.1.0"

#: The environment variable that says to programs that results are in a bucket (`clm.bucket.sync`).
SHARED = "CLM_SHARED"
