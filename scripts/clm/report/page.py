"""Writes the report: the page, the pages of alignments beside it where there are many, the tables, the figures.

The same results give the same bytes: nothing tells the time, and everything has an order.
"""

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markupsafe import Markup

from clm import __version__, files, models, show
from clm.report import audio, figures, maps, text, verdict, views, words
from clm.report.alignments import Alignments
from clm.report.board import board
from clm.report.gather import ModelResults, Results, read
from clm.report.svg import Figure, percent
from clm.report.tables import Table

TEMPLATES = Path(__file__).with_name("templates")
SCRIPTS = ("core", "tables", "figures", "record", "player", "listen", "start")
PAGE_BYTES = 12_000_000  # of alignments in one page
MOST_WORDS = 5_000  # that lead to their places
MOST_SCATTERS = 6
VIEWS = (
    ("summary", "Summary"), ("leaderboard", "Leaderboard"), ("models", "Models"), ("folders", "Folders"),
    ("words", "Words"), ("keywords", "Keywords"), ("listen", "Listen"), ("corpus", "Text"), ("lineage", "Lineage"),
    ("warnings", "Warnings"), ("made", "How it was made"),
)  # fmt: skip


@dataclass(frozen=True)
class Output:
    """Where the report goes: the page, a folder for tables, and one for figures and further pages."""

    page: Path
    tables: Path
    pages: Path


@dataclass
class _Part:
    """Alignments of one page, as JSON by number of the folder."""

    folders: list[tuple[int, Markup]] = field(default_factory=list)
    size: int = 0


def write(directory: Path, output: Output, *, embed_audio: bool = False) -> list[str]:
    """Write the report of a results folder; returns what a person should know about it.

    Raises:
        UserError: there is no leaderboard.

    """
    results = read(directory)
    counted = words.count(results)
    addresses = audio.Embedded(directory) if embed_audio else audio.Addresses(directory)
    order = [model.name for model in (results.subject, results.baseline) if model]
    order += [name for name in results.models if name not in order]
    parts, places = _divide(Alignments(results, counted, order, addresses.relative))
    tables = views.all_tables(results, counted)
    drawn = _figures(results, counted)
    for table in tables:
        table.write(output.tables)
    style = _figure_style()
    for figure in drawn:
        files.write_text(output.pages / f"{figure.name}.svg", _alone(figure, style) + "\n")
    data = _data(results, counted, order, places)
    environment = _Environment()
    for number, part in enumerate(parts[1:], 1):
        html = environment.alignments(data, part, number, len(parts), results)
        files.write_text(output.pages / _page_name(number), html)
    notes = _notes(results, addresses, parts)
    html = environment.report(results, data, parts[0], tables, drawn, notes)
    files.write_text(output.page, html)
    return notes


def _page_name(number: int) -> str:
    return f"alignments-{number:03d}.html"


def _divide(alignments: Alignments) -> tuple[list[_Part], dict[int, int]]:
    """Alignments of the main page, then of each further one; and for each folder its page."""
    parts, places = [_Part()], {}
    for number, (_, records) in enumerate(alignments.folders()):
        if not records:
            continue
        records_json = text.script_data(records)
        size = len(records_json.encode("utf-8", "replace"))
        # Embedded audio belongs to the page that is sent around, and has a limit of its own.
        weight = size - sum(len(record["audio"] or "") for record in records)
        if parts[-1].folders and parts[-1].size + weight > PAGE_BYTES:
            parts.append(_Part())
        parts[-1].folders.append((number, records_json))
        parts[-1].size += weight
        places[number] = len(parts) - 1
    return parts, places


def _figures(results: Results, counted: words.Words) -> list[Figure]:
    drawn = [
        figures.forest(results), figures.composition(results), figures.generations(results), maps.heat(results),
        *_scatters(results, counted), maps.keywords(results),
    ]  # fmt: skip
    return [figure for figure in drawn if figure is not None]


def _scatters(results: Results, counted: words.Words) -> list[Figure | None]:
    """The model that the report is about first, then the others from the newest on."""
    others = [model for model in reversed(results.challengers) if model is not results.subject]
    chosen = [*([results.subject] if results.subject else []), *others][:MOST_SCATTERS]
    return [maps.scatter(results, counted, model) for model in chosen]


def _figure_style() -> str:
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("colours.css", "figures.css")]
    return "\n".join(parts) + "svg { background: var(--surface); }\n"


def _alone(figure: Figure, style: str) -> str:
    """A figure as a file of its own, with its style."""
    head, rest = str(figure.svg).split(">", 1)
    return f"{head}><style>{style}</style>{rest}"


def _data(results: Results, counted: words.Words, order: list[str], places: dict[int, int]) -> dict[str, Any]:
    """What the script of every page knows: models, folders, words."""
    names = list(results.models)
    numbers = {folder: number for number, folder in enumerate(results.folders)}
    rates: dict[str, dict[int, float]] = {}
    for row in results.runs:
        if row.get("wer") and row.get("model") in results.models:
            rates.setdefault(row.get("folder", ""), {})[names.index(row["model"])] = float(row["wer"])
    missed = {
        word: [counted.tokens[name]["missed"][word] if name in counted.tokens else 0 for name in names]
        for word in counted.places
    }
    often = sorted(missed, key=lambda word: (-sum(missed[word]), word))[:MOST_WORDS]
    return {
        "models": names,
        "order": [order.index(name) if name in order else 0 for name in names],
        "shown": [names.index(name) for name in _side_by_side(results)],
        "baseline": names.index(results.baseline.name) if results.baseline else None,
        "subject": names.index(results.subject.name) if results.subject else 0,
        "folders": [
            {"id": number, "name": folder, "page": places.get(number), "wer": rates.get(folder, {})}
            for folder, number in numbers.items()
        ],
        "words": {
            text.short(word, 200): [
                counted.said[word],
                missed[word],
                [[numbers[folder], name, place] for folder, name, place in counted.places[word]],
            ]
            for word in often
        },
    }


def _side_by_side(results: Results) -> list[str]:
    """The models that alignments show at first: the baseline and the one that the report is about."""
    chosen = [model.name for model in (results.baseline, results.subject) if model]
    return chosen or list(results.models)[:1]


def _notes(results: Results, addresses: audio.Addresses, parts: list[_Part]) -> list[str]:
    notes = list(results.problems)
    if addresses.missing:
        notes.append(f"The audio of {addresses.missing:,} recordings is not on this machine: they cannot be heard here.")
    left_out = getattr(addresses, "left_out", 0)
    if left_out:
        notes.append(
            f"The audio of {left_out:,} recordings is not inside this page, which would be too large: it is played from"
            " where it lies."
        )
    if len(parts) > 1:
        beside = sum(len(part.folders) for part in parts[1:])
        notes.append(f"The alignments of {beside:,} folders are in {len(parts) - 1} pages beside this one, in report/.")
    return notes


class _Environment:
    """Templates, style and script, and the policy that lets only these two run."""

    def __init__(self) -> None:
        import jinja2

        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            finalize=text.shown,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
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
        part: _Part,
        tables: list[Table],
        drawn: list[Figure],
        notes: list[str],
    ) -> str:
        """The page."""
        by_name = {figure.name: figure for figure in drawn}
        named = {table.name: table for table in tables}
        empty = {"models": not by_name.get("wer"), "keywords": "keywords" not in named,
                 "corpus": not {"corpus", "sources", "lexicon"} & named.keys()}  # fmt: skip
        shown = {**data, "folders": _addressed(data, main=True), "tables": [table.for_page() for table in tables]}
        judged = verdict.judge(results)
        return self._render(
            "report.html",
            shown,
            part,
            title=f"{judged.kicker}: {judged.headline}",
            views=[(f"#{name}", label) for name, label in VIEWS if not empty.get(name)],
            verdict=judged,
            steps=verdict.next_steps(results),
            change=verdict.what_changed(results),
            spent=verdict.spent(results),
            board=board(results),
            legend=_legend(results),
            figures={name: by_name.get(name) for name in ("wer", "errors", "generations", "folders", "keywords")},
            scatters=[figure for figure in drawn if figure.name.startswith("words-")],
            tables=named,
            listen_note="Reference and models, word against word. A click on a word plays it.",
            lineage=[_lineage(results, model) for model in results.models.values()],
            warnings=_warnings(results, notes),
            subject=results.subject.name if results.subject else "",
            folder_count=f"{len(results.folders):,}",
            model_count=len(results.models),
            percent=lambda value: percent(float(value)),
            count=lambda value: f"{int(value):,}",
        )

    def alignments(self, data: dict[str, Any], part: _Part, number: int, parts: int, results: Results) -> str:
        """A page of alignments beside the first one."""
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

    def _render(self, template: str, data: dict[str, Any], alignments: _Part, **context: Any) -> str:
        policy = (
            f"default-src 'none'; style-src '{_hash(self._style)}'; script-src '{_hash(self._script)}';"
            " img-src data:; media-src 'self' file: data:; base-uri 'none'; form-action 'none'"
        )
        return self._jinja.get_template(template).render(
            policy=policy,
            version=__version__,
            style=Markup(self._style),  # noqa: S704 - files of ours
            script=Markup(self._script),  # noqa: S704
            figure_style=text.script_data(_figure_style()),
            data=text.script_data(data),
            folders=alignments.folders,
            **context,
        )


def _addressed(data: dict[str, Any], *, main: bool) -> list[dict[str, Any]]:
    """Folders with the address of their page, as seen from the first page or from another one."""

    def address(number: int | None) -> str | None:
        if number is None:
            return None
        if number == 0:
            return "report.html" if main else "../report.html"
        return ("report/" if main else "") + _page_name(number)

    return [{**folder, "page": address(folder["page"])} for folder in data["folders"]]


def _hash(source: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}"


def _legend(results: Results) -> str:
    settings = results.config.get("normalizer", {})
    without = f" without {', '.join(settings['without'])}" if settings.get("without") else ""
    equal = " and equivalents" if settings.get("equivalents") else ""
    profile = f"after normalizer {settings.get('profile', 'basic')}{without}{equal}" if settings else ""
    return f"Word error rates {profile}; change and p-value against the baseline on the same recordings."


def _warnings(results: Results, notes: Iterable[str]) -> list[str]:
    leaks = show.leaks({model.name: model.leakage for model in results.models.values() if model.leakage})
    lines = [line.removeprefix("Warning: ") for line in leaks]
    if all("created" in row for row in results.board) and (apart := show.far_apart(results.board)):
        lines.append(apart.removeprefix("Warning: "))
    for model in results.models.values():
        for mark in model.about.get("details", {}).get("marks", []):
            lines.append(f"{model.name}: {mark}")
        if model.about.get("failed"):
            lines.append(f"{model.name}: its training failed: {model.about['failed']}")
    return [text.public(line) for line in [*lines, *notes]]


@dataclass(frozen=True)
class _Origin:
    name: str
    created: str
    facts: list[tuple[str, str]]


def _lineage(results: Results, model: ModelResults) -> _Origin:
    """Where a model comes from, as far as is known."""
    about, plan, details = model.about, model.plan, model.about.get("details", {})
    facts: list[tuple[str, str]] = []
    if not about:
        facts.append(("Made of", "the engine's own model, as it comes"))
    if model.row.get("engine") == "imported":
        facts.append(("Made of", "transcripts that were made elsewhere"))
    if models.number(model.name):
        facts.append(("Made of", "the stock model and all text so far"))
    if plan.get("reason"):
        facts.append(("Why", plan["reason"]))
    if plan.get("words"):
        learned = len(plan["words"])
        facts.append(("Learned", f"{learned:,} missed words, {len(plan.get('phrases', ()))} names and terms"))
    if about.get("sources"):
        facts.append(("Text", ", ".join(f"{name} {count:,} words" for name, count in about["sources"].items())))
    if about.get("digest"):
        facts.append(("Digest", about["digest"]))
    for key, value in details.items():
        if isinstance(value, bool | int | float | str) and value not in ("", None):
            facts.append((key.replace("_", " ").capitalize(), str(value)))
        elif key == "evaluation" and isinstance(value, dict):
            known = ((name, part.get("perplexity")) for name, part in value.items() if isinstance(part, dict))
            facts.append(("Perplexity", ", ".join(f"{name} {figure}" for name, figure in known if figure is not None)))
    if about.get("versions"):
        facts.append(("Versions", ", ".join(f"{name} {version}" for name, version in sorted(about["versions"].items()))))
    return _Origin(model.name, model.row.get("created", ""), [(label, text.public(value)) for label, value in facts])
