"""Which tests go to one worker together.

Tests of the library and of the report share fixtures of their module or session, such as a model or a browser: a
module goes to one worker. Tests that run the workflow are long and share nothing but what `once` makes: each goes by
itself, and since units of many tests go first, workers end at about the same time.
"""

from xdist.scheduler import LoadScopeScheduling

#: Tests below these directories are long and go by themselves.
ALONE = ("tests/slurm/", "tests/torture/", "tests/workflow/")


class Scheduling(LoadScopeScheduling):
    """Hands out modules of short tests, and single long tests.

    pytest-xdist's own way, the mark xdist_group, does nothing with pytest 9.2 (pytest-xdist 3.8).
    """

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(ALONE) else nodeid.partition("::")[0]
