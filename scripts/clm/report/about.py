"""Context of the figures: how they were made, the origins of models."""

from collections.abc import Iterator
from dataclasses import dataclass

from clm.base.errors import UserError
from clm.base.messages import counted
from clm.corpus import report_card
from clm.normalization.profiles import VERSIONS
from clm.reasons.sentences import statement
from clm.report import escaping
from clm.report.gather import ModelResults, Results
from clm.results import models
from clm.results.models import ModelRecord


def legend(results: Results) -> str:
    """Basis of the leaderboard's figures, as one sentence."""
    settings = results.config.get("normalizer", {})
    without = f" without {', '.join(settings['without'])}" if settings.get("without") else ""
    equal = " and equivalents" if settings.get("equivalents") else ""
    name = settings.get("profile", "basic")
    profile = f"after normalizer {name} {VERSIONS.get(name, '')}{without}{equal}" if settings else ""
    heldout = any(model.row.get("scope") == "heldout" for model in results.models.values())
    where = "the held-out recordings" if heldout else "the same recordings"
    compared = f"; change and p-value against the baseline on {where}" if results.challengers else ""
    return f"Word error rates {profile}{compared}."


@dataclass(frozen=True)
class Origin:
    """A model, the day it was made, and facts about it by label."""

    name: str
    created: str
    facts: list[tuple[str, str]]


def origin(results: Results, model: ModelResults) -> Origin:
    """Origin of a model, as far as it is known."""
    about, plan = model.about, model.plan
    facts: list[tuple[str, str]] = []
    if about is None:
        facts.append(("Made of", "the engine's own model, unchanged"))
    if model.row.get("engine") == "imported":
        facts.append(("Made of", "transcripts of another recogniser"))
    if models.is_control(model.name):
        facts.append(("Made of", "the stock model and text drawn from general English, as a generation of its size"))
    if models.number(model.name):
        facts.append(("Made of", "the stock model and all text so far"))
    if why := statement(plan.reason):
        facts.append(("Why", why))
    if plan.words:
        names = counted(len(plan.phrases), "name or term", "names and terms")
        facts.append(("Learned", f"{counted(len(plan.words), 'missed word')}, {names}"))
    if said := _report_card(results, model):
        facts.append(("Its text", said))
    if about is not None:
        facts += _facts(about)
    return Origin(model.name, model.row.get("created", ""), [(label, escaping.public(value)) for label, value in facts])


def _report_card(results: Results, model: ModelResults) -> str:
    """What the report card of a model's text says, if it has one."""
    try:
        return report_card.sentence(report_card.read(results.directory / "models" / model.name / report_card.FILE))
    except (UserError, OSError, TypeError, LookupError):
        return ""


def _facts(about: ModelRecord) -> Iterator[tuple[str, str]]:
    """Facts of model.json, by label."""
    if about.sources:
        named = {name.replace("_", " "): count for name, count in about.sources.items()}
        yield "Text", ", ".join(f"{name} {counted(count, 'word')}" for name, count in named.items())
    if about.digest:
        yield "Digest", about.digest
    for key, value in about.details.items():
        if isinstance(value, bool | int | float | str) and value != "":
            whole = isinstance(value, int) and not isinstance(value, bool)
            yield key.replace("_", " ").capitalize(), f"{value:,}" if whole else str(value)
        elif key == "evaluation" and isinstance(value, dict):
            known = ((name, part.get("perplexity")) for name, part in value.items() if isinstance(part, dict))
            yield "Perplexity", ", ".join(f"{name} {figure}" for name, figure in known if figure is not None)
    if about.versions:
        yield "Versions", ", ".join(f"{name} {version}" for name, version in sorted(about.versions.items()))
