"""The workflow with Wikipedia as its source, through the real client, against a MediaWiki on loopback."""

import shutil
from pathlib import Path

import pytest

import mediawiki_server as server
import zim_maker
from clm.base import files
from runner import ARTICLES, Run, Workflow

FIRST, SECOND = "pocketsphinx-clm-001", "pocketsphinx-clm-002"


def run(workflow: Workflow, wiki: server.Wiki, *arguments: str) -> Run:
    corpus = f"corpus={{source: wikipedia, wikipedia: {{api_url: '{wiki.url}', contact: 'tests@example.org'}}}}"
    return workflow.run("--config", corpus, *arguments)


def test_articles_are_fetched_once_and_failures_are_asked_for_again(fresh: Workflow) -> None:
    shutil.rmtree(fresh.data / "articles")
    fresh.write("keywords/keywords.txt", "osmosis, power\n")
    pages = {title: text * 3 for title, text in ARTICLES.items()}
    with server.serving(server.Wiki(pages)) as wiki:
        wiki.faults = [server.status(403)]
        first = run(fresh, wiki)
        statuses = files.read_table(fresh.results / "corpus" / "keywords" / "status.csv")
        assert sorted(row["status"] for row in statuses) == ["error", "found"]
        assert "could not be fetched" in first.end
        assert len(files.read_table(fresh.results / "leaderboard.csv")) == 1  # the stock model is judged all the same
        asked = len(wiki.requests)
        second = run(fresh, wiki)
        assert second.jobs["train_clm"] == 1
        assert {model for _, model in second.transcribed} == {FIRST}
        assert 0 < len(wiki.requests) - asked < asked + 4
        asked = len(wiki.requests)
        assert not run(fresh, wiki).jobs
        run(fresh, wiki, "--forcerun", "keyword_corpus")
        assert len(wiki.requests) == asked
        assert all("tests@example.org" in agent for agent in wiki.agents)


def unwrapped(run: Run) -> str:
    """What a run printed, on one line."""
    return " ".join(run.output.split())


def sources(workflow: Workflow, model: str) -> dict[str, dict[str, str]]:
    """Articles that a generation's missed words led to, by title."""
    path = workflow.results / "models" / model / "corpus" / "sources.tsv"
    return {row["title"]: row for row in files.read_table(path, delimiter="\t") if row["words"] != "0"}


def test_missed_words_of_two_runs_lead_to_their_pages(fresh: Workflow, tmp_path: Path) -> None:
    shutil.rmtree(fresh.data / "articles")
    shutil.rmtree(fresh.data / "keywords")
    (fresh.data / "input" / "two").rename(tmp_path / "later")
    pages = {
        "Osmosis": "Osmosis moves water through a membrane.",
        "Mitochondrion": "A mitochondrion gives the cell its energy. Cells have many mitochondria.",
        "First World War": "The first world war was long.",
    }
    with server.serving(server.Wiki(pages, redirects={"Mitochondria": "Mitochondrion"})) as wiki:
        run(fresh, wiki, "self_heal=true")
        first = sources(fresh, FIRST)
        assert set(first) == {"Osmosis"}
        assert first["Osmosis"]["licence"] == "CC BY-SA 4.0"
        assert first["Osmosis"]["revision"] == "1001"
        (tmp_path / "later").rename(fresh.data / "input" / "two")
        run(fresh, wiki, "self_heal=true")
        assert set(sources(fresh, SECOND)) == {"Osmosis", "Mitochondrion"}
        asked = [tuple(sorted(request.items())) for request in wiki.requests]
        assert len(asked) == len(set(asked))
        assert wiki.most_in_flight == 1
    plan = files.read_json(fresh.results / "models" / SECOND / "plan.json")
    words = {item["word"]: item for item in plan["words"]}
    assert words["mitochondria"]["folders"] == {"two": 1}
    assert words["osmosis"]["tried"][0]["model"] == FIRST
    statuses = files.read_table(fresh.results / "models" / SECOND / "corpus" / "status.csv")
    found = {row["keyword"]: row["status"] for row in statuses}
    assert (found["mitochondria"], found["osmosis"]) == ("redirected", "found")


def test_a_closed_wiki_trains_nothing_unless_half_a_corpus_is_allowed(fresh: Workflow) -> None:
    shutil.rmtree(fresh.data / "articles")
    fresh.write("keywords/keywords.txt", "osmosis, power\n")
    pages = {"Osmosis": "Osmosis moves water.", "Power": "The power of a cell comes from sugar."}
    with server.serving(server.Wiki(pages)) as wiki:
        wiki.faults = [server.status(404)]  # for osmosis; power is in the cache from now on
        run(fresh, wiki)
        wiki.private = True
        assert "could not be fetched" in unwrapped(run(fresh, wiki))
        wiki.private = False
        wiki.faults = [server.status(403)] * 100
        for _ in range(3):
            assert not (fresh.results / "models" / FIRST / "model.json").exists()
            assert "could not be fetched" in unwrapped(run(fresh, wiki))
        partial = f"allow_partial: true, wikipedia: {{api_url: '{wiki.url}', contact: 'tests@example.org'}}"
        output = fresh.run("--config", f"corpus={{source: wikipedia, {partial}}}")
        assert "Keywords: 1 error, 1 found" in unwrapped(output)
    assert files.read_json(fresh.results / "models" / FIRST / "training.json")["trained"]


@pytest.mark.long
def test_a_zim_file_that_is_cut_and_then_whole(fresh: Workflow) -> None:
    shutil.rmtree(fresh.data / "articles")
    path = zim_maker.make(fresh.data / "wiki.zim", {"Osmosis": "<p>Osmosis moves water through a membrane.</p>"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    corpus = ("--config", "corpus={source: zim, zim: data/wiki.zim}")
    assert "is not a readable ZIM file" in fresh.run(*corpus).output
    assert len(files.read_table(fresh.results / "leaderboard.csv")) == 1
    path.write_bytes(whole)
    fresh.run(*corpus)
    assert (
        files.read_table(fresh.results / "corpus" / "keywords" / "sources.tsv", delimiter="\t")[0]["page_id"]
        == "Osmosis"
    )
    assert len(files.read_table(fresh.results / "leaderboard.csv")) == 2
