"""HTML of the report: templates, style and script, and the policy that lets only these two run."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from clm import __version__
from clm.base.messages import counted
from clm.evaluation.verdict_text import Verdict
from clm.reasons.sentences import capitalized
from clm.report import about, advice, cards, cautions, escaping, first_screen, glossary
from clm.report.advice import Step
from clm.report.cards import Card
from clm.report.cautions import Caution
from clm.report.figures.board import board
from clm.report.figures.svg import Figure, percent
from clm.report.gather import Results
from clm.report.other_results import OtherResults
from clm.report.tables.table import Table

TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = ("core", "tables", "figures", "record", "player", "jump", "listen", "start")
#: Figures that appear at most once.
FIGURES = ("wer", "errors", "generations", "changes", "folders", "keywords")
MOST_CAUTIONS = 4  # on the first screen
MOST_CHARACTERS = 260  # of a text on the one page that is printed
VIEWS = (
    ("summary", "Summary"), ("leaderboard", "Leaderboard"), ("before-after", "Before and after"), ("models", "Models"),
    ("folders", "Folders"), ("words", "Words"), ("keywords", "Keywords"), ("listen", "Listen"), ("corpus", "Text"),
    ("lineage", "Lineage"), ("warnings", "Warnings"), ("made", "How it was made"),
)  # fmt: skip


@dataclass
class Part:
    """Alignments of one page, as JSON by number of the folder."""

    folders: list[tuple[int, Markup]] = field(default_factory=list)
    size: int = 0


def page_name(number: int) -> str:
    """Name of a page of alignments beside the first one."""
    return f"alignments-{number:03d}.html"


def figure_style() -> str:
    """The style of a figure that stands alone."""
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("colours.css", "figures.css")]
    return "\n".join(parts) + "svg { background: var(--surface); }\n"


class Renderer:
    """Templates, style and script, and the policy that lets only these two run."""

    def __init__(self) -> None:
        import jinja2

        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            finalize=escaping.shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self._jinja.filters["unbroken"] = escaping.unbroken
        self._jinja.filters["command"] = escaping.command
        self._jinja.filters["sentence"] = capitalized
        source = {name: (TEMPLATES / f"{name}.css").read_text(encoding="utf-8")
                  for name in ("colours", "dark", "figures", "page", "listen")}  # fmt: skip
        dark = source["dark"]
        self._style = "\n".join([
            source["colours"],
            f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{\n{dark}}} }}",
            f"@media screen {{ :root[data-theme=dark] {{\n{dark}}} }}",
            source["figures"], source["page"], source["listen"],
        ])  # fmt: skip
        scripts = "\n".join((TEMPLATES / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
        self._script = f'"use strict";\n(() => {{\n{scripts}}})();\n'

    def report(
        self,
        results: Results,
        data: dict[str, Any],
        part: Part,
        tables: list[Table],
        drawn: list[Figure],
        notes: list[str],
        compared: OtherResults | None = None,
    ) -> str:
        """The page."""
        by_name = {figure.name: figure for figure in drawn}
        named = {table.name: table for table in tables}
        empty = {"models": not by_name.get("wer"), "keywords": "keywords" not in named, "before-after": not compared,
                 "corpus": not {"corpus", "sources", "lexicon"} & named.keys()}  # fmt: skip
        found = cautions.warnings(results, notes)
        shown = {**data, "folders": _addressed(data, main=True), "tables": [table.for_page() for table in tables]}
        judged = first_screen.judge(results)
        figures = cards.cards(results)
        steps = advice.next_steps(results)
        grave = [item for item in found if item.grave and item.text not in judged.proof]
        three = cards.three(figures)
        confidence = results.comparisons.confidence
        return self._render(
            "report.html",
            shown,
            part,
            title=f"{judged.answer}: {judged.headline}",
            views=[(f"#{name}", label) for name, label in VIEWS if not empty.get(name)],
            verdict=judged,
            groups=cards.groups(figures),
            three=cards.groups(three),
            terms=glossary.terms(_words(judged, figures, steps, grave[:MOST_CAUTIONS]), confidence),
            printed_terms=glossary.terms(_words(judged, three), confidence),
            steps=steps,
            change=first_screen.what_changed(results),
            spent=first_screen.spent(results),
            board=board(results),
            legend=about.legend(results),
            figures={name: by_name.get(name) for name in FIGURES},
            error_maps=[figure for figure in drawn if figure.name.startswith("map-")],
            scatters=[figure for figure in drawn if figure.name.startswith("words-")],
            tables=named,
            compared=compared,
            listen_note="Reference and models, word against word. A click on a word plays it.",
            lineage=[about.origin(results, model) for model in results.models.values()],
            cautions=found,
            grave=grave,
            most_cautions=MOST_CAUTIONS,
            question=first_screen.question(results),
            made_on=max((row.get("created", "") for row in results.board), default=""),
            brief=lambda text: escaping.short(text, MOST_CHARACTERS),
            subject=results.subject.name if results.subject else "",
            made_from=f"{counted(len(results.folders), 'folder')} and {counted(len(results.models), 'model')}",
            percent=lambda value: percent(float(value)),
            count=lambda value: f"{int(value):,}",
        )

    def alignments(self, data: dict[str, Any], part: Part, number: int, parts: int, results: Results) -> str:
        """A further page of alignments."""
        names = list(results.folders)
        shown = {**data, "folders": _addressed(data, main=False), "words": {}, "base": "../"}
        return self._render(
            "alignments.html",
            shown,
            part,
            title=f"Alignments, part {number + 1} of {parts}",
            views=[("../report.html", "All figures")],
            part=number + 1,
            parts=parts,
            first=names[part.folders[0][0]],
            last=names[part.folders[-1][0]],
        )

    def _render(self, template: str, data: dict[str, Any], alignments: Part, **context: Any) -> str:
        policy = (
            f"default-src 'none'; style-src '{_hash(self._style)}'; script-src '{_hash(self._script)}';"
            " img-src data:; media-src 'self' file: data:; base-uri 'none'; form-action 'none'"
        )
        return self._jinja.get_template(template).render(
            policy=policy,
            version=__version__,
            style=Markup(self._style),  # noqa: S704 - files of ours
            script=Markup(self._script),  # noqa: S704
            figure_style=escaping.script_data(figure_style()),
            data=escaping.script_data(data),
            folders=alignments.folders,
            **context,
        )


def _words(
    judged: Verdict, figures: Iterable[Card], steps: Iterable[Step] = (), grave: Iterable[Caution] = ()
) -> Iterator[str]:
    """Texts whose terms are explained beside them."""
    yield from (judged.answer, judged.headline, judged.proof)
    yield from (text for card in figures for text in (card.label, card.detail, card.scope))
    yield from (text for step in steps for text in (step.title, step.text))
    yield from (item.text for item in grave)


def _addressed(data: dict[str, Any], *, main: bool) -> list[dict[str, Any]]:
    """Folders with the address of their page, as seen from the first page or from another one."""

    def address(number: int | None) -> str | None:
        if number is None:
            return None
        if number == 0:
            return "report.html" if main else "../report.html"
        return ("report/" if main else "") + page_name(number)

    return [{**folder, "page": address(folder["page"])} for folder in data["folders"]]


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"
