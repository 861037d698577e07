"""Connection between Snakemake and the workflow."""
