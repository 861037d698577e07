"""The report is there after every run, and Snakemake's own report shows it."""

import json
import re
import shutil
from collections import Counter

from clm.base import files
from runner import Workflow


def test_report_is_there_and_its_settings_write_nothing_else_anew(finished: Workflow) -> None:
    html = (finished.results / "report.html").read_text()
    for row in files.read_table(finished.results / "leaderboard.csv"):
        missing = [
            key for key in ("model", "wer", "wer_change", "fixed_words") if f'data-value="{row[key]}"' not in html
        ]
        assert not missing
    data = json.loads(re.search(r'id="data">(.*?)</script>', html)[1])
    records = json.loads(re.search(r'id="folder-0">(.*?)</script>', html)[1])
    assert (finished.results / records[0]["audio"]).resolve() == finished.data / "input" / "one" / "audio.wav"
    assert [folder["name"] for folder in data["folders"]] == ["one", "two"]
    assert (finished.results / "tables" / "missed.csv").exists()
    assert (finished.results / "report" / "wer.svg").exists()
    setting = ("--config", "report={embed_audio: true}")
    assert finished.run(*setting).jobs == Counter(report=1)
    assert "data:audio/mpeg;base64," in (finished.results / "report.html").read_text()
    assert finished.run(*setting).jobs == Counter()


def test_another_results_folder_writes_the_report_alone_anew(finished: Workflow) -> None:
    setting = ("--config", "report={compare: earlier run/results}")
    assert finished.run(*setting).jobs == Counter(report=1)
    assert "leaderboard.csv: not there" in (finished.results / "report.html").read_text()
    shutil.copytree(finished.results, finished.directory / "earlier run" / "results")
    assert finished.run(*setting).jobs == Counter(report=1)
    assert "WER before" in (finished.results / "report.html").read_text()
    assert finished.run(*setting).jobs == Counter()


def test_snakemake_makes_a_report_of_its_own(finished: Workflow) -> None:
    finished.run("--report", "snakemake-report.html")
    page = (finished.directory / "snakemake-report.html").read_text(encoding="utf-8")
    for words in ("Leaderboard", "Figures", "Tables", "WER is pooled", "wer.svg", "missed.csv", "leaderboard.csv"):
        assert words in page
