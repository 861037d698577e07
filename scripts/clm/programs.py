"""The code of programs that are run for every folder, as one input of their rules.

Snakemake looks at every input of every job each time. A program and its modules are ten files, more than half of what a
rerun of 2,000 folders would look at; one file that says what is in them stands for all of them.
"""

from pathlib import Path

from clm import files

#: Modules on which a program's output depends, beyond those that only read, write and report.
MODULES = {
    "normalize": (
        "equivalents",
        "files",
        "normalize",
        "numerals",
        "profiles",
        "scoring",
        "spelling",
        "spoken",
        "texts",
        "whisper",
    ),
    "wer": ("files", "metrics", "profiles", "scorecard", "scoring", "segments"),
}
_SCRIPTS = Path(__file__).parents[1]


def write_sources(results: Path) -> None:
    """Say in `<results>/inputs/programs/` what the sources of each program are; a file that says so already is kept.

    Raises:
        OSError: it cannot be written.

    """
    for program, modules in MODULES.items():
        sources = [f"{program}.py", *(f"clm/{name}.py" for name in modules)]
        sha256 = {name: files.sha256_of_file(_SCRIPTS / name) for name in sources}
        files.rewrite_json(results / "inputs" / "programs" / f"{program}.json", {"sha256": sha256})
