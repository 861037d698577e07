"""What stands around the figures: what they are made of, where models come from, what to beware of."""

from collections.abc import Iterable
from dataclasses import dataclass

from clm.normalization.profiles import VERSIONS
from clm.report import escaping, leaderboard_text
from clm.report.gather import ModelResults, Results
from clm.results import models


def legend(results: Results) -> str:
    """What the figures of the leaderboard stand on."""
    settings = results.config.get("normalizer", {})
    without = f" without {', '.join(settings['without'])}" if settings.get("without") else ""
    equal = " and equivalents" if settings.get("equivalents") else ""
    name = settings.get("profile", "basic")
    profile = f"after normalizer {name} {VERSIONS.get(name, '')}{without}{equal}" if settings else ""
    return f"Word error rates {profile}; change and p-value against the baseline on the same recordings."


def warnings(results: Results, notes: Iterable[str]) -> list[str]:
    """What may make figures untrue; `notes` are those on making the page."""
    leaks = leaderboard_text.leaks({model.name: model.leakage for model in results.models.values() if model.leakage})
    days = {
        model.name: {folder: part.get("made", []) for folder, part in model.summary.get("folders", {}).items()}
        for model in results.models.values()
    }
    known = all({"verdict", "engine"} <= row.keys() for row in results.board)  # not in an older version
    apart = leaderboard_text.far_apart(results.board, days) if known else []
    mixed = leaderboard_text.mixed_normalizers(
        {
            model.name: [part.get("normalizer", {}) for part in model.summary.get("folders", {}).values()]
            for model in results.models.values()
        }
    )
    lines = [line.removeprefix("Warning: ") for line in (*leaks, *apart, *mixed)]
    for model in results.models.values():
        for mark in model.about.get("details", {}).get("marks", []):
            lines.append(f"{model.name}: {mark}")
        if model.about.get("failed"):
            lines.append(f"{model.name}: its training failed: {model.about['failed']}")
    return [escaping.public(line) for line in [*lines, *notes]]


@dataclass(frozen=True)
class Origin:
    """A model, the day it was made, and facts about it by label."""

    name: str
    created: str
    facts: list[tuple[str, str]]


def origin(model: ModelResults) -> Origin:
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
        facts.append(
            ("Versions", ", ".join(f"{name} {version}" for name, version in sorted(about["versions"].items())))
        )
    return Origin(model.name, model.row.get("created", ""), [(label, escaping.public(value)) for label, value in facts])
