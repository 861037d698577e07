"""The display of this workflow's progress as a logger plugin of Snakemake, by the name under which it looks for one.

The Snakefile uses it without being asked. `PYTHONPATH=<checkout>/scripts snakemake --logger clm` uses it for another
workflow that has this one as a module; there it shows messages and failed jobs alone.
"""

from clm.run.log_handler import LogHandler

__all__ = ["LogHandler"]
