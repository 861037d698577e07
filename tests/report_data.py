"""Results folders for tests of the report: made from texts by the real programs, without recognising anything."""

import json
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
import wer
from clm import config
from clm.base import files
from clm.report import page
from clm.results import controls
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
    common = ("the", "of", "and", "to", "in", "is", "that", "for", "was", "with", "as", "on", "are", "this", "have")
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
        self.config = config.load(settings, CHECKOUT, CHECKOUT).public()
        self.config["keywords"] = None
        self.config["evaluation"] |= {"heldout": texts.heldout, "resamples": 1000}

    def write(self) -> "ResultsFolder":
        """Write everything, scores included, up to the leaderboard."""
        files.write_text(self.directory / "config.yaml", yaml.safe_dump(self.config))
        files.write_json(self.directory / "config.json", {"config": self.config})
        folders = {name: sorted(recordings) for name, recordings in self.texts.references.items()}
        items = {name: self.manifest(name, recordings)["recordings"] for name, recordings in folders.items()}
        index = {"folders": folders, "left_out": {}, "keywords": {}, "text_only": [], "manifests": items}
        files.write_json(self.directory / "inputs.json", index)
        for name, recordings in self.texts.references.items():
            files.write_json(self.directory / "inputs" / f"{name}.json", self.manifest(name, recordings))
        for model, by_folder in self.texts.heard.items():
            for name, heard in by_folder.items():
                self._run(model, name, heard)
        return self.score()

    def manifest(self, folder: str, recordings: Iterable[str]) -> dict[str, Any]:
        """What inputs/<folder>.json says; the audio need not be there."""
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
        base = self.directory / "runs" / STOCK / folder / "normalized.tsv"
        baseline = ["--baseline", str(base)] if model != STOCK and base.exists() else []
        made_from = [
            "--normalized",
            str(directory / "normalized.tsv"),
            "--transcript",
            str(directory / "transcript.json"),
        ]
        wer.main([*made_from, *baseline, "--output", str(directory / "wer.json")])

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
            corpora = sorted(str(path) for path in (self.directory / "models" / name / "corpus").glob("*.txt"))
            runs = ["--runs", str(self.directory / "runs" / name), "--corpora", *corpora]
            diagnose.main(["--settings", str(self.directory / "config.json"), "--index", index, *runs, *diagnosis])
        return self.compare()

    def compare(self) -> "ResultsFolder":
        """The leaderboard, from summaries and diagnoses."""
        index, models = str(self.directory / "inputs.json"), list(self.texts.heard)
        outputs = [
            part
            for option, name in (
                ("leaderboard", "leaderboard.csv"),
                ("runs", "runs.csv"),
                ("comparisons", "comparisons.json"),
            )
            for part in (f"--{option}", str(self.directory / name))
        ]
        leaderboard.main([
            "--settings", str(self.directory / "config.json"), "--index", index,
            "--models", str(self.directory / "models"),
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


def many(directory: Path, folders: int, models: int, *, words: int = 150, distinct: int = 10) -> ResultsFolder:
    """Many folders quickly: a few distinct ones, and the others with equal contents under other names."""
    names = [STOCK, *(f"{STOCK}-clm-{number:03d}" for number in range(1, models))]
    results = ResultsFolder(directory, spoken(distinct, names, words=words))
    for name in names[1:]:
        results.model(name)
    results.write()
    twins = {f"talk {number + 1:04d}": f"talk {number % distinct + 1:04d}" for number in range(distinct, folders)}
    index = files.read_json(results.directory / "inputs.json")
    index["folders"] |= {twin: list(index["folders"][original]) for twin, original in twins.items()}
    index["manifests"] |= {twin: results.manifest(twin, ["audio"])["recordings"] for twin in twins}
    files.write_json(results.directory / "inputs.json", index)
    for twin in twins:
        files.write_json(results.directory / "inputs" / f"{twin}.json", results.manifest(twin, ["audio"]))
    for name in names:
        for twin, original in twins.items():
            (results.directory / "runs" / name / twin).symlink_to(original)
        for kind, keys in (("summaries", ("folders",)), ("diagnosis", ("keywords", "findings"))):
            path = results.directory / kind / f"{name}.json"
            content = files.read_json(path)
            for key in keys:
                content[key] |= {twin: content[key][first] for twin, first in twins.items() if first in content[key]}
            files.write_json(path, content, indent=None)
    results.compare()
    return results


def hostile(tmp_path: Path) -> ResultsFolder:
    """Every kind of text that people write, hostile."""
    names = [name for name in HOSTILE if "/" not in name and "\x00" not in name]
    long = "w" * 1_000_000
    line = " ".join(name.replace(" ", "_") for name in HOSTILE)
    ends = dict.fromkeys(names, "") | {"plain": f" {long}"}
    references = {name: {"audio": f"{line} alpha beta{end}"} for name, end in ends.items()}
    wrong = {name: {"audio": f"{line[::-1].replace(' ', '_')} alpha{end}"} for name, end in ends.items()}
    right = {name: {"audio": f"{line} alpha beta gamma{end}"} for name, end in ends.items()}
    folder = ResultsFolder(tmp_path, Texts(references, {STOCK: wrong, FIRST: right}))
    folder.model(FIRST, created=HOSTILE[0], details={"weight": HOSTILE[1], "marks": list(HOSTILE)},
                 versions={HOSTILE[0]: HOSTILE[2]}, sources={HOSTILE[2]: 3})  # fmt: skip
    folder.write()
    index = files.read_json(folder.directory / "inputs.json")
    files.write_json(folder.directory / "inputs.json", {**index, "left_out": {name: name for name in names}})
    home = folder.directory / "models" / FIRST
    listed = [{"word": name, "folders": {name: 1}, "tried": [{"model": name, "status": name}]} for name in names]
    files.write_json(home / "plan.json", {"reason": HOSTILE[0], "words": listed, "phrases": []})
    rows = [{"keyword": name, "status": name, "articles": "1", "words": "2", "source": f"{name} | https://a.example/{n}"}
            for n, name in enumerate(HOSTILE)]  # fmt: skip
    files.write_table(home / "corpus" / "status.csv", ("keyword", "status", "articles", "words", "source"), rows)
    articles = [{"title": name, "url": name, "revision": name, "licence": name, "words": "1", "note": name}
                for name in HOSTILE]  # fmt: skip
    columns = ("title", "page_id", "revision", "url", "licence", "words", "note")
    files.write_table(home / "corpus" / "sources.tsv", columns, articles, delimiter="\t")
    lexicon = [{"word": name, "phones": name, "source": name, "rank": "1", "count": name} for name in HOSTILE]
    files.write_table(home / "lexicon.tsv", ("word", "phones", "source", "rank", "count"), lexicon, delimiter="\t")
    path = folder.directory / "diagnosis" / f"{FIRST}.json"
    finding = {"finding": HOSTILE[0], "detail": HOSTILE[2], "next_step": HOSTILE[1]}
    newer = {"code": HOSTILE[3], "arguments": {HOSTILE[1]: HOSTILE[2]}}
    counts = {name: [1, 0, 0] for name in (*HOSTILE, "half of a \ud800 character")}
    found = {**files.read_json(path), "by_keyword": counts, "findings": {"plain": [finding, newer]}}
    path.write_text(json.dumps(found))
    leak = {"leaked": True, "ngram_share": 0.5, "sentence_share": 0.5, "sources": {HOSTILE[1]: {}}, "example": long}
    files.write_json(folder.directory / "leakage" / f"{FIRST}.json", {"folders": {names[0]: leak}})
    runs = files.read_table(folder.directory / "runs.csv")
    failed = [{**row, "status": "failed", "reason": HOSTILE[0] + HOSTILE[2]} for row in runs[:1]]
    files.write_table(folder.directory / "runs.csv", tuple(runs[0]), [*failed, *runs[1:]])
    return folder


#: Shares of words that the stock model and the first generation mishear, by what that comes to.
OUTCOMES = {
    "better": (0.4, 0.15), "leaked": (0.4, 0.1), "as the control": (0.4, 0.2), "no gain": (0.3, 0.32),
    "worse": (0.2, 0.45), "nothing": (0.35, None),
}  # fmt: skip
CONTROL = f"{STOCK}-control-001"
#: Shares that the controls of some of these mishear.
CONTROLS = {"better": 0.38, "as the control": 0.2}


def outcome(directory: Path, name: str) -> ResultsFolder:
    """Twelve folders, nine of them held out, with one of the `OUTCOMES`; a third of "leaked" is in the model's text."""
    before, now = OUTCOMES[name]
    shares = {STOCK: before, FIRST: now, CONTROL: CONTROLS.get(name)}
    texts = spoken(12, (STOCK,), words=120)
    texts.heldout = [f"talk {number:04d}" for number in range(1, 10)]
    for number, (model, share) in enumerate(shares.items()):
        if share is not None:
            texts.heard[model] = {
                folder: {"audio": " ".join(_mishear(said["audio"].split(), share, random.Random(f"{number} {folder}")))}
                for folder, said in texts.references.items()
            }
    results = ResultsFolder(directory, texts)
    if now is not None:
        results.model(FIRST, corpus_words=900)
        plan = {"training_inputs": {"settings": {}}, "train": True}
        files.write_json(results.directory / "models" / FIRST / "plan.json", plan)
        files.write_text(results.directory / "models" / FIRST / "corpus" / "keywords.txt", "text about other things\n")
    if name in CONTROLS:
        results.model(CONTROL, corpus_words=1000, made_from=controls.settings_digest({}))
    results.write()
    if name == "leaked":
        found = {
            "leaked": True,
            "ngram_share": 0.8,
            "sentence_share": 0.5,
            "sources": {"keywords": {}},
            "example": "the",
        }
        leaks = dict.fromkeys(("talk 0001", "talk 0002"), found)
        files.write_json(results.directory / "leakage" / f"{FIRST}.json", {"folders": leaks})
    return results


def trouble(results: ResultsFolder) -> ResultsFolder:
    """Left-out folders, remarks on files and audio, articles that could not be fetched, an unusual command line."""
    index = files.read_json(results.directory / "inputs.json")
    index["left_out"] = {f"interview {number}": "no audio file" for number in range(1, 6)}
    labels = [{"code": "labels", "arguments": {"names": ["Ann", "Bob"]}}]
    index["notices"] = {"": [], "talk 0001": labels, "talk 0002": labels}
    files.write_json(results.directory / "inputs.json", index)
    path = results.directory / "runs" / STOCK / "talk 0003" / "transcript.json"
    transcript = files.read_json(path)
    transcript["recordings"][0]["notices"] = [{"code": "silent_channels", "arguments": {"silent": 1, "channels": 2}}]
    files.write_json(path, transcript)
    rows = [{"keyword": word, "status": status, "articles": 0, "words": 0, "source": ""}
            for word, status in (("kinase", "error"), ("cell", "found"))]  # fmt: skip
    status = results.directory / "corpus" / "keywords" / "status.csv"
    files.write_table(status, ("keyword", "status", "articles", "words", "source"), rows)
    command = ["/opt/clm/.venv/bin/snakemake", "-s", "/opt/clm/Snakefile", "-d", "my talks", "--configfile", "my.yaml"]
    files.write_json(results.directory / "invocation.json", {"command": command})
    return results
