"""Another results folder beside this one: what a change of normalizer, engine or text did."""

from dataclasses import dataclass, field
from pathlib import Path

from clm.base.errors import UserError
from clm.before_after import change_text, two_results
from clm.before_after.two_results import BeforeAfter, ModelChange
from clm.report.escaping import public
from clm.report.figures import folder_changes
from clm.report.figures.folder_changes import Change
from clm.report.figures.svg import Figure
from clm.report.gather import Results
from clm.report.tables.table import Column, Table, rate


@dataclass(frozen=True)
class OtherResults:
    """The view of another results folder; where `problem` says why there is none, all else is empty.

    `words` are lines on words that are no longer, or newly, missed, by model.
    """

    problem: str = ""
    headline: str = ""
    remarks: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


def compare(results: Results, other: Path) -> OtherResults:
    """Compare with a results folder that was made before a change; one that cannot be compared stops no report."""
    try:
        found = two_results.compare(two_results.Side.read(other), two_results.Side.read(results.directory))
    except UserError as error:
        return OtherResults(
            problem=public(f"No comparison: {error.message}. {error.hint[:1].upper()}{error.hint[1:]}.")
        )
    except (OSError, TypeError, ValueError, LookupError) as error:
        return OtherResults(
            problem=public(f"No comparison: {other} is not readable ({type(error).__name__}: {error}).")
        )
    detailed = change_text.detailed(found)
    drawn = (_figure(results, found, change, number) for number, change in enumerate(detailed, 1))
    return OtherResults(
        headline=public(change_text.headline(found, change_text.telling(found))),
        remarks=tuple(map(public, change_text.remarks(found))),
        tables=(_models(found),),
        figures=tuple(figure for figure in drawn if figure),
        words={change_text.title(change): tuple(change_text.words(change)) for change in detailed},
    )


def _models(found: BeforeAfter) -> Table:
    rows = []
    for change in found.models:
        data = change_text.model_data(change)
        relative = data["change"]
        rows.append([
            change_text.title(change), rate(data["wer_before"]), rate(data["wer_after"]),
            None if relative is None else f"{relative:.6f}", change_text.p_value(change), data["verdict"] or "",
            data["folders_better"], data["folders_worse"], data["folders_same"],
            "held out" if data["scope"] == "heldout" else data["scope"],
        ])  # fmt: skip
    columns = [
        Column("model", "Model"), Column("wer_before", "WER before", "rate"), Column("wer_after", "WER now", "rate"),
        Column("change", "Change", "rate"), Column("p_value", "p", "exact"), Column("verdict", "Verdict"),
        Column("folders_better", "Folders better", "count"), Column("folders_worse", "worse", "count"),
        Column("folders_same", "same", "count"), Column("scope", "Scope"),
    ]  # fmt: skip
    note = f"Before: {found.before}. Now: {found.after}. On recordings whose audio and transcript are the same in both."
    return Table("before_after", "Models before and now", note, columns, rows)


def _figure(results: Results, found: BeforeAfter, change: ModelChange, number: int) -> Figure | None:
    folders = [Change(item.folder, *item.wers) for item in change_text.by_gain(change)]
    if len(folders) < 2 or all(item.before == item.now for item in folders):
        return None
    heading = f"{change_text.title(change)}, folder by folder"
    sides = (str(found.before), str(found.after))
    return folder_changes.drawing(results, f"before-after-{number}", heading, folders, sides)
