"""Write docs/licences.md: what is installed for the workflow, its extras and its tests, and under which licence.

Run it with `make docs`, in an environment that has everything; a test compares.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

TESTS = "tests and documentation"
CHECKOUT = Path(__file__).parents[1]
PAGE = CHECKOUT / "docs" / "licences.md"
#: Parts of the names of licences that may be combined with an MIT program that people share.
FREE = ("mit", "bsd", "apache", "psf", "python software foundation", "mpl", "mozilla", "lgpl", "isc", "public domain")
#: First words of licence texts, for packages that name none in their metadata.
_TEXTS = {
    "gnu lesser general public license": "LGPL",
    "mit license": "MIT",
    "permission is hereby granted": "MIT",
    "mozilla public license": "MPL 2.0",
}
_HEAD = """\
# Licences of what is installed

This project is under the MIT licence. The table is made by `make docs` from the metadata of the locked packages, and a
test keeps it so. The workflow itself needs no package under the GPL alone. libzim is one: it belongs to the extra
`zim`, is imported only for `corpus.source: zim`, and `make` installs it because tests read such a file.

"""


def licence(name: str) -> str:
    """The licence that a package names: as an expression, as a classifier, in words, or in its licence file.

    >>> licence("snakemake")
    'MIT'
    """
    distribution = metadata.distribution(name)
    about = distribution.metadata
    named = [item.rpartition("::")[2].strip() for item in about.get_all("Classifier", ()) if "License ::" in item]
    words = (about.get("License") or "").strip().splitlines()
    found = about.get("License-Expression") or "; ".join(named) or "".join(words[:1])
    return found or next(_from_texts(distribution), "unknown")


def _from_texts(distribution: metadata.Distribution) -> Iterator[str]:
    for path in distribution.files or ():
        if re.match(r"(?i)(licen[cs]e|copying)", path.name):
            text = " ".join(path.read_text(encoding="utf-8").split()).casefold()[:2000]
            yield from (name for beginning, name in _TEXTS.items() if beginning in text)


def needed(requirements: Iterable[str]) -> set[str]:
    """Names of the packages that these requirements bring, those of this platform and Python."""
    found: set[str] = set()
    waiting = [Requirement(text) for text in requirements]
    seen: set[str] = set()
    while waiting:
        requirement = waiting.pop()
        if str(requirement) in seen:
            continue
        seen.add(str(requirement))
        found.add(_normal(requirement.name))
        for text in metadata.requires(requirement.name) or ():
            inner = Requirement(text)
            extras = ("", *requirement.extras)
            if inner.marker is None or any(inner.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(inner)
    return found


def is_free(text: str) -> bool:
    """Whether a licence lets programs that use the package be under any licence.

    >>> [is_free(text) for text in ("MIT OR Apache-2.0", "LGPL-2.1-or-later", "GPL-3.0-or-later", "unknown")]
    [True, True, False, False]
    >>> is_free("Public Domain; BSD License; GNU General Public License (GPL)")
    True
    """
    return any(re.search(rf"(?<![a-z]){name}", text.casefold()) for name in FREE)


def parts() -> dict[str, set[str]]:
    """Packages by what they are for: the workflow, what each extra adds, and what tests and documentation add."""
    about = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
    project = about["project"]
    core = needed(project["dependencies"])
    extras = {
        f"extra `{name}`": needed(items) - core for name, items in sorted(project["optional-dependencies"].items())
    }
    tests = needed(about["dependency-groups"]["dev"]) - core.union(*extras.values())
    return {"the workflow": core, **extras, TESTS: tests}


def page() -> str:
    """The whole page."""
    lines = [_HEAD + "| package | version | licence | needed for |", "|---|---|---|---|"]
    for purpose, names in parts().items():
        for name in sorted(names):
            lines.append(f"| {name} | {metadata.version(name)} | {licence(name)} | {purpose} |")
    return "\n".join([*lines, ""])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
