"""The workflow with Wikipedia as its source, through the real client, against a MediaWiki on loopback."""

import shutil

import mediawiki_server as server
from clm import files
from runner import ARTICLES, Run, Workflow

FIRST = "pocketsphinx-clm-001"


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
        assert "could not be fetched" in first.output.split("steps (100%) done")[1]
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
