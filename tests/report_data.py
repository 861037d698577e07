"""Results folders for tests of the report: made from texts by the real programs, without recognising anything."""

import random
import wave
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import diagnose
import leaderboard
import summarize
from clm import config, files, normalize, scorecard
from clm.report import page
from runner import CHECKOUT

STOCK = "pocketsphinx"
FIRST, SECOND = f"{STOCK}-clm-001", f"{STOCK}-clm-002"
RATE = 8_000
SECONDS_PER_WORD = 0.5

#: What somebody may have written anywhere.
HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    '"><img src=x onerror=window.hacked=3>',
    "'><svg onload=window.hacked=4>",
    "javascript:window.hacked=5",
    "\u202eesrever",
    "nul\x00byte",
    "=cmd()|'/c calc'!A1",
    "{{7*7}}",
    "<!--",
    "]]>",
)


@dataclass
class Texts:
    """`references[folder][recording]`, and what each model heard: `heard[model][folder][recording]`."""

    references: dict[str, dict[str, str]]
    heard: dict[str, dict[str, dict[str, str]]]
    heldout: list[str] = field(default_factory=list)


def spoken(folders: int, models: Iterable[str], *, words: int = 60, seed: int = 1) -> Texts:
    """Folders of one recording in which every model misses fewer words than the one before."""
    source = random.Random(seed)
    vocabulary = [f"{a}{b}{c}" for a in ("ca", "lo", "mi", "re", "tu") for b in ("ba", "di", "ne", "so")
                  for c in ("l", "n", "rin", "tose", "x")]  # fmt: skip
    common = "the of and to in is that for was with as on are this have".split()
    references, heard = {}, {model: {} for model in models}
    for number in range(folders):
        name = f"talk {number + 1:04d}"
        text = [source.choice(vocabulary if source.random() < 0.35 else common) for _ in range(words)]
        references[name] = {"audio": " ".join(text)}
        for place, model in enumerate(heard):
            heard[model][name] = {"audio": " ".join(_mishear(text, 0.4 / (1 + 0.5 * place), source))}
    return Texts(references, heard)


def _mishear(words: list[str], share: float, source: random.Random) -> list[str]:
    heard = []
    for word in words:
        chance = source.random() / share
        if chance >= 1:
            heard.append(word)
        elif chance > 0.3:
            heard.append(f"{word[:2]}ish")
        if chance < 0.15:
            heard += ["uh-oh", word]
    return heard


def times(text: str) -> list[dict[str, Any]]:
    """A word every half second, in Amazon's shape."""
    return [
        {
            "type": "pronunciation", "start_time": f"{SECONDS_PER_WORD * at:.2f}",
            "end_time": f"{SECONDS_PER_WORD * (at + 1):.2f}", "alternatives": [{"confidence": "0.9", "content": word}],
        }
        for at, word in enumerate(text.split())
    ]  # fmt: skip


class ResultsFolder:
    """Writes a results folder below `directory`, with `input/` beside it."""

    def __init__(self, directory: Path, texts: Texts, **settings: Any) -> None:
        self.directory = directory / "results"
        self.input = directory / "input"
        self.texts = texts
        self.config = config.without_private(config.load(settings, CHECKOUT, CHECKOUT))
        self.config["keywords"] = None
        self.config["evaluation"] |= {"heldout": texts.heldout, "resamples": 1000}
        self.normalizer = normalize.create("basic")

    def write(self) -> "ResultsFolder":
        """Write everything, scores included, up to the leaderboard."""
        files.write_text(self.directory / "config.yaml", yaml.safe_dump(self.config))
        folders = {name: sorted(recordings) for name, recordings in self.texts.references.items()}
        index = {"folders": folders, "left_out": {}, "keywords": {}, "text_only": []}
        files.write_json(self.directory / "inputs.json", index)
        for name, recordings in self.texts.references.items():
            files.write_json(self.directory / "inputs" / f"{name}.json", self._manifest(name, recordings))
        for model, by_folder in self.texts.heard.items():
            for name, heard in by_folder.items():
                self._run(model, name, heard)
        return self.score()

    def _manifest(self, folder: str, recordings: Iterable[str]) -> dict[str, Any]:
        items = [
            {"recording": name, "audio": str(self.input / folder / f"{name}.wav"), "audio_sha256": f"{folder} {name}",
             "text": "", "text_sha256": f"{folder} {name}"}
            for name in recordings
        ]  # fmt: skip
        return {"folder": folder, "recordings": items}

    def _run(self, model: str, folder: str, heard: Mapping[str, str]) -> None:
        directory = self.directory / "runs" / model / folder
        references = self.texts.references[folder]
        about = {"model": model, "folder": folder, "engine": model.split("-")[0], "versions": {"clm-proof": "0.1.0"}}
        recordings = [
            {"recording": name, "audio": "", "sha256": "", "seconds": SECONDS_PER_WORD * len(text.split()),
             "result": {"results": {"transcripts": [{"transcript": text}], "items": times(text)}}}
            for name, text in heard.items()
        ]  # fmt: skip
        files.write_json(directory / "transcript.json", {**about, "recordings": recordings})
        rows = [{"recording": name, "reference": references[name], "hypothesis": heard[name]} for name in heard]
        files.write_table(directory / "normalized.tsv", ("recording", "reference", "hypothesis"), rows, delimiter="\t")
        stock = self.texts.heard.get(STOCK, {}).get(folder, {})
        base = [{**row, "hypothesis": stock[row["recording"]]} for row in rows if row["recording"] in stock]
        score = scorecard.score_folder(rows, base if model != STOCK else None, [], self.normalizer)
        seconds = sum(item["seconds"] for item in recordings)
        files.write_json(directory / "wer.json", {**about, "seconds": seconds, **score})

    def model(self, name: str, **about: Any) -> None:
        """Write the model.json of a generation."""
        path = self.directory / "models" / name / "model.json"
        known = {"model": name, "engine": name.split("-")[0], "created": "2026-01-02", "digest": name,
                 "versions": {}, "corpus_words": 100, "details": {}}  # fmt: skip
        files.write_json(path, {**known, **about})

    def score(self) -> "ResultsFolder":
        """Summaries, diagnoses and leaderboard, by the programs of the workflow."""
        index = str(self.directory / "inputs.json")
        models = list(self.texts.heard)
        for name in models:
            summary = str(self.directory / "summaries" / f"{name}.json")
            summarize.main(["--index", index, "--runs", str(self.directory / "runs" / name), "--output", summary])
            diagnosis = ["--output", str(self.directory / "diagnosis" / f"{name}.json")]
            diagnose.main(["--results", str(self.directory), "--index", index, "--model", name, *diagnosis])
        outputs = [
            part
            for option, name in (("leaderboard", "leaderboard.csv"), ("runs", "runs.csv"), ("comparisons", "comparisons.json"))
            for part in (f"--{option}", str(self.directory / name))
        ]
        leaderboard.main([
            "--results", str(self.directory), "--index", index,
            "--summaries", *(str(self.directory / "summaries" / f"{name}.json") for name in models),
            "--diagnoses", *(str(self.directory / "diagnosis" / f"{name}.json") for name in models), *outputs,
        ])  # fmt: skip
        return self

    def sound(self, seconds: float = 30.0) -> None:
        """Give every recording an audio file: a quiet tone."""
        samples = bytes(int(128 + 20 * ((at // 20) % 2)) for at in range(int(seconds * RATE)))
        for folder, recordings in self.texts.references.items():
            for name in recordings:
                path = self.input / folder / f"{name}.wav"
                path.parent.mkdir(parents=True, exist_ok=True)
                with wave.open(str(path), "wb") as file:
                    file.setnchannels(1)
                    file.setsampwidth(1)
                    file.setframerate(RATE)
                    file.writeframes(samples)

    def report(self, **options: Any) -> str:
        """Write the report and give its HTML."""
        output = page.Output(self.directory / "report.html", self.directory / "tables", self.directory / "report")
        self.notes = page.write(self.directory, output, **options)
        return output.page.read_text(encoding="utf-8")
