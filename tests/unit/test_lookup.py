"""The program that collects text, as the workflow starts it: killed in the middle, and started again."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import mediawiki_server as server
from clm import settings
from clm.base import files
from clm.config import load
from clm.healing.lookup import domain_texts
from runner import CHECKOUT


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results"


def command(results: Path, wiki: server.Wiki, keywords: list[str], *arguments: str) -> list[str]:
    results.mkdir(exist_ok=True)
    file = results / "keywords.txt"
    file.write_text("\n".join(keywords), encoding="utf-8")
    corpus = {"source": "wikipedia", "wikipedia": {"api_url": wiki.url, "contact": "tests@example.org"}}
    settings.write(load({"corpus": corpus, "keywords": str(file)}, CHECKOUT, results), results / "config.json")
    files.write_json(results / "inputs.json", {"manifests": {}})
    given = {"settings": results / "config.json", "index": results / "inputs.json", "store": results / "store",
             "keywords": file, "text": results / "text.txt", "status": results / "status.csv",
             "sources": results / "sources.tsv"}  # fmt: skip
    options = [f"--{name}={value}" for name, value in given.items()]
    return [sys.executable, str(CHECKOUT / "scripts" / "keyword_corpus.py"), *options, *arguments]


def asked(wiki: server.Wiki) -> list[tuple]:
    return [tuple(sorted(request.items())) for request in wiki.requests]


def test_killed_in_the_middle_and_started_again_nothing_is_fetched_twice(results: Path):
    pages = {f"Thing{n}": f"A thing{n} is a thing of the number {n}." for n in range(30)}
    with server.serving(server.Wiki(pages, latency=0.02)) as wiki:
        arguments = command(results, wiki, [f"thing{n}" for n in range(30)])
        process = subprocess.Popen(arguments, stderr=subprocess.DEVNULL)
        while len(wiki.requests) < 40 and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not (results / "text.txt").exists()
        time.sleep(0.1)
        answered = asked(wiki)[:-1]  # the last one may have been on its way
        before = len(wiki.requests)
        assert before < 90

        subprocess.run(arguments, check=True, stderr=subprocess.DEVNULL)

        assert not set(asked(wiki)[before:]) & set(answered)
        assert {row["status"] for row in files.read_table(results / "status.csv")} == {"found"}
        text = (results / "text.txt").read_bytes()
        wiki.requests.clear()
        subprocess.run(arguments, check=True, stderr=subprocess.DEVNULL)
        assert wiki.requests == []
        assert (results / "text.txt").read_bytes() == text


def test_one_more_keyword_fetches_one_keyword(results: Path):
    pages = {f"Thing{n}": f"A thing{n} is of one kind." for n in range(4)}
    with server.serving(server.Wiki(pages)) as wiki:
        subprocess.run(command(results, wiki, ["thing1", "thing2"]), check=True, stderr=subprocess.DEVNULL)
        wiki.requests.clear()
        subprocess.run(command(results, wiki, ["thing3", "thing1", "thing2"]), check=True, stderr=subprocess.DEVNULL)
        assert wiki.requests
        assert all("hing3" in str(request) for request in wiki.requests)


def test_refresh_asks_for_revisions(results: Path):
    with server.serving(server.Wiki({"Thing": "A thing is a thing."})) as wiki:
        subprocess.run(command(results, wiki, ["thing"]), check=True, stderr=subprocess.DEVNULL)
        wiki.pages["Thing"], wiki.revisions["Thing"] = "A thing has changed.", 5000
        subprocess.run(command(results, wiki, ["thing"]), check=True, stderr=subprocess.DEVNULL)
        assert (results / "text.txt").read_text(encoding="utf-8") == "A thing is a thing.\n"
        subprocess.run(command(results, wiki, ["thing"], "--refresh"), check=True, stderr=subprocess.DEVNULL)
        assert (results / "text.txt").read_text(encoding="utf-8") == "A thing has changed.\n"
        [row] = files.read_table(results / "sources.tsv", delimiter="\t")
        assert (row["revision"], row["licence"]) == ("5000", "CC BY-SA 4.0")


def test_held_out_references_say_nothing_about_the_domain(tmp_path: Path):
    manifests = {}
    for name, word in (("one", "osmosis"), ("two", "kinase")):
        text = tmp_path / f"{name}.txt"
        text.write_text(f"About {word}.", encoding="utf-8")
        item = {"recording": "a", "audio_sha256": name * 20, "text": str(text)}
        item["text_sha256"] = files.sha256_of_file(text)
        manifests[name] = [item]
    files.write_json(tmp_path / "inputs.json", {"manifests": manifests})
    chosen = load({"keywords": None, "evaluation": {"heldout": ["two"]}}, CHECKOUT, tmp_path)

    texts = domain_texts(chosen, tmp_path / "inputs.json")

    assert texts == ["About osmosis."]
