"""Files of the report: the page, further pages of alignments where there are many, the tables, the figures.

The same results give the same bytes: nothing depends on the time, and everything has an order.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clm.base import files, messages
from clm.report import escaping, other_results
from clm.report.figures import charts, error_map, folder_changes, folders, keyword_recall, scatter
from clm.report.figures.svg import Figure
from clm.report.gather import Results, read
from clm.report.listening import playback, word_totals
from clm.report.listening.alignments import Alignments
from clm.report.render import Part, Renderer, figure_style, page_name
from clm.report.tables import views
from clm.report.tables.table import Table

PAGE_BYTES = 10_000_000  # of alignments in one page
MOST_WORDS = 5_000  # that lead to their places
MOST_SCATTERS = 6


@dataclass(frozen=True)
class Output:
    """Destination of the report: the page, a folder for tables, and one for figures and further pages."""

    page: Path
    tables: Path
    pages: Path


def write(directory: Path, output: Output, *, embed_audio: bool = False, other: Path | None = None) -> list[str]:
    """Write the report of a results folder, with another one beside it if wanted; return warnings about it.

    Raises:
        UserError: there is no leaderboard.

    """
    results = read(directory)
    counted = word_totals.count(results)
    addresses = playback.Embedded(directory) if embed_audio else playback.Addresses(directory)
    order = [model.name for model in (results.subject, results.baseline) if model]
    order += [name for name in results.models if name not in order]
    parts, places = _divide(Alignments(results, counted, order, addresses.relative))
    compared = other_results.compare(results, other) if other else None
    tables = [*views.all_tables(results, counted), *(compared.tables if compared else ())]
    drawn = [*_figures(results, counted), *(compared.figures if compared else ())]
    _write_aside(output, tables, drawn)
    data = _data(results, counted, places)
    renderer = Renderer()
    for number, part in enumerate(parts[1:], 1):
        html = renderer.alignments(data, part, number, len(parts), results)
        files.write_text(output.pages / page_name(number), html)
    notes = _notes(results, addresses, parts)
    html = renderer.report(results, data, parts[0], tables, drawn, notes, compared)
    files.write_text(output.page, html)
    return notes


def _write_aside(output: Output, tables: list[Table], drawn: list[Figure]) -> None:
    """Write tables and figures; delete old pages of alignments, since there may be fewer now."""
    for folder in (output.tables, output.pages):  # outputs of a rule, which have to exist even if they are empty
        folder.mkdir(parents=True, exist_ok=True)
    for path in output.pages.glob("alignments-*.html"):
        path.unlink()
    for table in tables:
        table.write(output.tables)
    style = figure_style()
    for figure in drawn:
        files.write_text(output.pages / f"{figure.name}.svg", _alone(figure, style) + "\n")


def _divide(alignments: Alignments) -> tuple[list[Part], dict[int, int]]:
    """Alignments of the main page, then of each further one; and for each folder its page."""
    parts, places = [Part()], {}
    for number, (_, records) in enumerate(alignments.folders()):
        if not records:
            continue
        records_json = escaping.script_data(records)
        size = len(records_json.encode("utf-8", "replace"))
        # Embedded audio belongs to the page that is passed on, and has a limit of its own.
        weight = size - sum(len(record["audio"] or "") for record in records)
        if parts[-1].folders and parts[-1].size + weight > PAGE_BYTES:
            parts.append(Part())
        parts[-1].folders.append((number, records_json))
        parts[-1].size += weight
        places[number] = len(parts) - 1
    return parts, places


def _figures(results: Results, counted: word_totals.Words) -> list[Figure]:
    drawn = [
        charts.forest(results), charts.composition(results), charts.generations(results),
        folder_changes.changes(results), folders.heat(results), *_error_maps(results, counted),
        *_scatters(results, counted), keyword_recall.keywords(results),
    ]  # fmt: skip
    return [figure for figure in drawn if figure is not None]


def _error_maps(results: Results, counted: word_totals.Words) -> list[Figure | None]:
    models = [model for model in (results.subject, results.baseline) if model]
    return [error_map.error_map(counted, model) for model in models or list(results.models.values())[:1]]


def _scatters(results: Results, counted: word_totals.Words) -> list[Figure | None]:
    """The model that the report is about first, then the others from the newest on."""
    others = [model for model in reversed(results.challengers) if model is not results.subject]
    chosen = [*([results.subject] if results.subject else []), *others][:MOST_SCATTERS]
    return [scatter.scatter(results, counted, model) for model in chosen]


def _alone(figure: Figure, style: str) -> str:
    """A figure as a separate file, with its style."""
    head, rest = str(figure.svg).split(">", 1)
    return f"{head}><style>{style}</style>{rest}"


def _data(results: Results, counted: word_totals.Words, places: dict[int, int]) -> dict[str, Any]:
    """Data for the script of every page: models, folders, words."""
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
        "brief": [folders.brief(name) for name in names],
        "order": [[model.name for model in results.by_age].index(name) for name in names],
        "shown": [names.index(name) for name in _side_by_side(results)],
        "baseline": names.index(results.baseline.name) if results.baseline else None,
        "subject": names.index(results.subject.name) if results.subject else 0,
        "folders": [
            {"id": number, "name": folder, "page": places.get(number), "wer": rates.get(folder, {})}
            for folder, number in numbers.items()
        ],
        "words": {
            escaping.short(word, escaping.LONGEST_CELL): [
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


def _notes(results: Results, addresses: playback.Addresses, parts: list[Part]) -> list[str]:
    notes = list(results.problems)
    if addresses.missing:
        missing = messages.counted(addresses.missing, "recording")
        notes.append(f"The audio of {missing} is not on this machine and cannot be played.")
    left_out = getattr(addresses, "left_out", 0)
    if left_out:
        beside = messages.counted(left_out, "recording")
        notes.append(
            f"The audio of {beside} is not inside this page, which would be too large: it is played from files."
        )
    if len(parts) > 1:
        elsewhere = messages.counted(sum(len(part.folders) for part in parts[1:]), "folder")
        pages = messages.counted(len(parts) - 1, "page")
        notes.append(f"The alignments of {elsewhere} are in {pages} beside this one, in report/.")
    return notes
