"""What the workflow asks of Snakemake, and Snakemake of us."""
