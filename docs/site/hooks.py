"""Makes a site of the repository's pages: each keeps its place, so that links from page to page hold.

Files that pages link to, such as a configuration, come along. The navigation is that of docs/README.md.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

CHECKOUT = Path(__file__).parents[2]
INDEX = "docs/README.md"
#: Wide enough for the leaderboard as the terminal shows it.
STYLE = ".md-grid { max-width: 76rem; }\n"
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)[^)]*\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the navigation from the index: a section for each heading, a page for each line."""
    config.nav = [{"Start": "README.md"}, {"All pages": INDEX}, *_sections((CHECKOUT / INDEX).read_text("utf-8"))]
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Replace the files of docs/ by the repository's pages and what they link to."""
    style = File.generated(config, "assets/wide.css", content=STYLE)
    theirs = [file for file in files if file.src_dir != config.docs_dir]
    return Files(
        [style, *theirs, *(File.generated(config, name, abs_src_path=str(CHECKOUT / name)) for name in _names())]
    )


def _sections(index: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in index.splitlines():
        if line.startswith("## "):
            found.append({line.removeprefix("## "): []})
        elif found and (link := re.match(rf"- {_LINK.pattern}", line)):
            next(iter(found[-1].values())).append({link[1]: _place(INDEX, link[2])})
    return found


def _names() -> list[str]:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    done = subprocess.run(listing, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    pages = done.stdout.splitlines()
    linked = {
        _place(page, target)
        for page in pages
        for _, target in _LINK.findall((CHECKOUT / page).read_text("utf-8"))
        if "://" not in target
    }
    return sorted({*pages, *(name for name in linked if (CHECKOUT / name).is_file())})


def _place(page: str, target: str) -> str:
    return (CHECKOUT / page).parent.joinpath(target).resolve().relative_to(CHECKOUT).as_posix()
