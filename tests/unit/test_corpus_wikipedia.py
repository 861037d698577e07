import importlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mediawiki_server as server
from clm.base.errors import UserError
from clm.corpus.collect import collect
from clm.corpus.domain import Domain
from clm.corpus.source import Lookup, LookupFailed, Outcome
from clm.corpus.sources.mediawiki import PATIENCE, Timeouts
from clm.corpus.sources.wikipedia import WikipediaSource
from runner import CHECKOUT

MOON = "The Moon goes round the Earth. Its craters keep the marks of old impacts."
IRON = "Iron is a metal. Rust eats it wherever water and air get at it."
PAGES = {
    "Moon": MOON,
    "Iron": IRON,
    "Uranus": "Uranus is a planet far from the Sun that rolls on its side.",
    "Uranium": "Uranium is a heavy metal.",
    "Kale": "Kale is a cabbage with curly leaves.",
    "Golgi apparatus": "The Golgi apparatus packs proteins. A cell may have many.",
    "Mercury (planet)": "Mercury is the planet nearest to the Sun.",
    "Mercury (element)": "Mercury is a liquid metal.",
    "Hermes": "Hermes carried messages.",
    "Mitochondrion": "A mitochondrion burns sugar.",
    "Cell biology": "Cell biology studies how a mitochondrion and other parts work.",
    "Blank": "",
    "Large": "Grain grows in the large field. " * 160_000,
    "😀": "A smiling face stands for a smile.",
}


@pytest.fixture
def wiki() -> Iterator[server.Wiki]:
    wiki = server.Wiki(
        dict(PAGES),
        redirects={
            "Dictyosome": "Golgi apparatus",
            "Golgi": "Dictyosome",
            "Loop": "Loop",
            "Ping": "Pong",
            "Pong": "Ping",
        },
        disambiguation={
            "Mercury": [
                "All pages with titles containing Mercury",
                "Hermes",
                "Mercury (planet)",
                "Mercury (no page)",
                "Mercury (element)",
            ],
            "Nil": ["Nil (no page)"],
        },
        suggestions={"moon": "iron", "uranus": "uranium", "kal": "kale"},
        similar={"mon": ["Moon"], "kal": ["Kale"]},
    )
    with server.serving(wiki):
        yield wiki


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def source(wiki: server.Wiki, tmp_path: Path, waits: list[float]) -> WikipediaSource:
    return new_source(wiki, tmp_path, waits)


def new_source(wiki: server.Wiki, cache: Path, waits: list[float], timeouts: Timeouts | None = None) -> WikipediaSource:
    return WikipediaSource(
        cache,
        contact="tests@example.org",
        api_url=wiki.url,
        sleep=waits.append,
        timeouts=timeouts or Timeouts(5, 5, 20),
    )


def titles(finding: Lookup) -> list[str]:
    return [article.title for article in finding.articles]


@pytest.mark.parametrize(
    ("query", "status", "expected"),
    [
        ("moon", Outcome.FOUND, ["Moon"]),
        ("uranus", Outcome.FOUND, ["Uranus"]),
        ("kale", Outcome.FOUND, ["Kale"]),
        ("kal", Outcome.NOTHING, []),  # neither the suggestion nor a similar word
        ("mon", Outcome.NOTHING, []),
        ("dictyosome", Outcome.REDIRECTED, ["Golgi apparatus"]),
        ("golgi", Outcome.REDIRECTED, ["Golgi apparatus"]),  # a redirect to a redirect
        ("mercury", Outcome.DISAMBIGUATED, ["Mercury (planet)", "Mercury (element)", "Hermes"]),
        ("nil", Outcome.NOTHING, []),
        ("mitochondrion", Outcome.FOUND, ["Mitochondrion", "Cell biology"]),
        ("curly leaves", Outcome.FOUND, ["Kale"]),
        ("curly 'leaves' -cabbage", Outcome.FOUND, ["Kale"]),  # no operator of the search
        ("xylophonist", Outcome.NOTHING, []),
        ("blank", Outcome.NOTHING, []),
        ("loop", Outcome.NOTHING, []),
        ("ping", Outcome.NOTHING, []),
        ("😀", Outcome.FOUND, ["😀"]),
    ],
)
def test_finds_the_page_that_is_meant(source: WikipediaSource, query: str, status: Outcome, expected: list[str]):
    finding = source.look_up(query, 3)

    assert (finding.status, titles(finding)) == (status, expected)


def test_an_article_has_its_text_and_address(wiki: server.Wiki, source: WikipediaSource):
    [article] = source.look_up("golgi  apparatus", 1).articles

    assert article.text == PAGES["Golgi apparatus"]
    assert article.source == wiki.url.replace("/w/api.php", "/wiki/Golgi_apparatus")


def test_the_package_is_left_as_it_was(wiki: server.Wiki, source: WikipediaSource) -> None:
    package = importlib.import_module("wikipedia.wikipedia")
    before = package.requests, package.API_URL
    source.look_up("moon", 1)
    wiki.private = True
    with pytest.raises(UserError, match="permission"):
        source.look_up("iron", 1)
    assert (package.requests, package.API_URL) == before


def test_one_article_wanted_needs_two_requests(wiki: server.Wiki, source: WikipediaSource):
    source.look_up("moon", 1)

    assert [request.get("prop") for request in wiki.requests] == ["info|pageprops", "extracts|revisions"]


@pytest.mark.parametrize(
    "query",
    ["'; DROP TABLE pages; --", '"', "../../etc/passwd", "https://example.org/a?b=c", "a|b", "C#", "{{x}}", "[[y]]",
     "x" * 5000, "митохондрия", "日本", "de:Berlin", "Special:Export", "<b>", "%41", "🧬", "__", "-", "a\x00b", " "],
)  # fmt: skip
def test_odd_queries_get_an_answer_and_never_a_path(source: WikipediaSource, tmp_path: Path, query: str):
    assert source.look_up(query, 2).status is Outcome.NOTHING
    assert all(len(path.stem) == 64 for path in tmp_path.rglob("*.json"))


def test_every_request_is_polite(wiki: server.Wiki, source: WikipediaSource):
    for query in ("moon", "mercury", "mitochondrion"):
        source.look_up(query, 3)

    assert {agent.partition("/")[0] for agent in wiki.agents} == {"clm-proof"}
    assert all("(tests@example.org)" in agent for agent in wiki.agents)
    assert {request["maxlag"] for request in wiki.requests} == {"5"}
    assert wiki.most_in_flight == 1


def test_a_rerun_asks_nothing(wiki: server.Wiki, tmp_path: Path, waits: list[float]):
    queries = ["moon", "golgi", "mercury", "xylophonist", "ping", "blank"]
    first = [new_source(wiki, tmp_path, waits).look_up(query, 3) for query in queries]
    asked = len(wiki.requests)

    again = [new_source(wiki, tmp_path, waits).look_up(query, 3) for query in queries]

    assert again == first
    assert len(wiki.requests) == asked


def test_nothing_is_fetched_twice_after_a_failure(wiki: server.Wiki, tmp_path: Path, waits: list[float]):
    undisturbed = new_source(wiki, tmp_path / "a", waits).look_up("mitochondrion", 2)
    needed = len(wiki.requests)
    wiki.requests.clear()
    breaking = new_source(wiki, tmp_path / "b", waits)
    breaking.look_up("mitochondrion", 1)
    wiki.private = True
    with pytest.raises(UserError, match="read permission"):
        breaking.look_up("mitochondrion", 2)
    wiki.private = False

    assert new_source(wiki, tmp_path / "b", waits).look_up("mitochondrion", 2) == undisturbed
    assert len(wiki.requests) == needed + 1  # the refused one


def test_a_damaged_cache_file_is_fetched_again(wiki: server.Wiki, tmp_path: Path, waits: list[float]):
    first = new_source(wiki, tmp_path, waits).look_up("moon", 1)
    for path in tmp_path.rglob("*.json"):
        path.write_text('{"format": 1, "answ', encoding="utf-8")

    assert new_source(wiki, tmp_path, waits).look_up("moon", 1) == first


def test_two_wikis_do_not_mix(source: WikipediaSource, tmp_path: Path, waits: list[float]):
    with server.serving(server.Wiki({"Moon": "A moon of another world."})) as other:
        second = new_source(other, tmp_path, waits)
        assert source.look_up("moon", 1).articles[0].text == MOON
        assert second.look_up("moon", 1).articles[0].text == "A moon of another world."
        assert titles(source.look_up("rust", 1)) == ["Iron"]
        assert second.look_up("rust", 1).status is Outcome.NOTHING


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (server.status(429, "7"), 7),
        (server.status(429), 2),
        (server.status(503), 2),
        (server.lagged("5"), 5),
        (server.cut, 2),
        (server.status(200), 2),  # an HTML page instead of JSON
    ],
)
def test_what_may_pass_is_asked_again(
    wiki: server.Wiki, source: WikipediaSource, waits: list[float], fault: server.Fault, wait: float
):
    wiki.faults = [fault]

    assert titles(source.look_up("moon", 1)) == ["Moon"]
    assert waits == [wait]


def test_gzip_is_read(wiki: server.Wiki, source: WikipediaSource):
    wiki.faults = [server.compressed, server.compressed]

    assert titles(source.look_up("moon", 1)) == ["Moon"]


def test_a_page_of_five_megabytes_is_read(source: WikipediaSource):
    assert len(source.look_up("large", 1).articles[0].text) > 5_000_000


@pytest.mark.parametrize("fault", [server.silent(1.5), server.dripping(0.02, 200)])
def test_slow_answers_are_given_up(wiki: server.Wiki, tmp_path: Path, waits: list[float], fault: server.Fault):
    wiki.faults = [fault]
    started = time.monotonic()

    finding = new_source(wiki, tmp_path, waits, Timeouts(1, 0.3, 0.5)).look_up("moon", 1)

    assert titles(finding) == ["Moon"]
    assert waits == [2]
    assert time.monotonic() - started < 1.4


def test_patience_ends_and_the_failure_is_not_kept(wiki: server.Wiki, source: WikipediaSource, waits: list[float]):
    wiki.faults = [server.status(503)] * 4
    with pytest.raises(LookupFailed, match="503"):
        source.look_up("moon", 1)

    assert waits == [2, 10, 30]
    assert titles(source.look_up("moon", 1)) == ["Moon"]


def test_a_long_retry_after_is_not_waited_for(wiki: server.Wiki, source: WikipediaSource, waits: list[float]):
    wiki.faults = [server.status(429, "3600")]
    with pytest.raises(LookupFailed, match="429"):
        source.look_up("moon", 1)

    assert waits == []


def test_a_wiki_that_is_down_is_left_alone_but_the_cache_answers(wiki: server.Wiki, source: WikipediaSource):
    source.look_up("moon", 1)
    wiki.requests.clear()
    wiki.faults = [server.status(403)] * 1000

    collection = collect(["iron", *(f"word {n}" for n in range(50)), "moon"], source, 1)

    assert [status.status for status in collection.statuses] == [Outcome.ERROR] * 51 + [Outcome.FOUND]
    assert len(wiki.requests) == PATIENCE


def test_one_failing_keyword_costs_the_others_nothing(
    wiki: server.Wiki, source: WikipediaSource, caplog: pytest.LogCaptureFixture
):
    wiki.faults = [server.status(404)]

    collection = collect(["kale", "moon"], source, 1)

    assert [status.status for status in collection.statuses] == [Outcome.ERROR, Outcome.FOUND]
    assert "HTTP 404" in caplog.text


def test_nobody_there_is_a_failed_look_up(tmp_path: Path, waits: list[float]):
    closed = server.Wiki({}, url="http://127.0.0.1:9/w/api.php")

    with pytest.raises(LookupFailed, match="no answer"):
        new_source(closed, tmp_path, waits).look_up("moon", 1)


def test_a_wiki_without_plain_text_says_so(wiki: server.Wiki, source: WikipediaSource):
    bare = b'{"query": {"pages": {"1": {"pageid": 1, "ns": 0, "title": "Moon"}}}}'
    wiki.faults = [lambda handler: handler.reply(b'{"query": {"pages": {"1": {"title": "Moon", "fullurl": "x"}}}}'),
                   lambda handler: handler.reply(bare)]  # fmt: skip
    with pytest.raises(LookupFailed, match="TextExtracts"):
        source.look_up("moon", 1)


def test_other_json_is_no_answer(wiki: server.Wiki, source: WikipediaSource):
    for body in (b"[]", b'{"batchcomplete": ""}', b'{"error": {"code": "x", "info": "no such thing"}}'):
        wiki.faults = [lambda handler, body=body: handler.reply(body)]
        with pytest.raises(LookupFailed, match=r"api\.php"):
            source.look_up("moon", 1)


def test_settings_that_cannot_be(tmp_path: Path):
    with pytest.raises(UserError, match=r"corpus\.wikipedia\.language"):
        WikipediaSource(tmp_path, "en.evil.example/")
    with pytest.raises(UserError, match=r"corpus\.wikipedia\.api_url"):
        WikipediaSource(tmp_path, api_url="ftp://example.org")


def test_a_contact_is_asked_for(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.WARNING)
    WikipediaSource(tmp_path)

    assert "corpus.wikipedia.contact" in caplog.text


@pytest.mark.parametrize("contact", ["日本@example.org", "a\r\nX-Evil: 1"])
def test_an_odd_contact_makes_a_valid_header(wiki: server.Wiki, tmp_path: Path, contact: str):
    source = WikipediaSource(tmp_path, contact=contact, api_url=wiki.url)

    assert titles(source.look_up("moon", 1)) == ["Moon"]


SPACE = Domain.of(["planet", "Sun", "orbit", "crater"])
CHEMISTRY = Domain.of(["metal", "liquid", "rust", "thermometer"])


@pytest.mark.parametrize(("domain", "expected"), [(SPACE, "Mercury (planet)"), (CHEMISTRY, "Mercury (element)")])
def test_the_sense_that_shares_vocabulary_wins(
    wiki: server.Wiki, tmp_path: Path, caplog: pytest.LogCaptureFixture, domain: Domain, expected: str
):
    caplog.set_level(logging.INFO)
    source = WikipediaSource(tmp_path, contact="tests@example.org", api_url=wiki.url, domain=domain)

    finding = source.look_up("mercury", 3)

    assert (finding.status, titles(finding)[0], finding.about) == (Outcome.DISAMBIGUATED, expected, 1)
    assert f"taken for {expected}" in caplog.text


def test_a_sense_far_down_the_list_is_found_by_its_description(wiki: server.Wiki, tmp_path: Path):
    senses = [f"Mercury ({number})" for number in range(40)]
    wiki.pages |= dict.fromkeys(senses, "Something else that bears the name.")
    wiki.pages["Freddie"] = "Freddie sang about a planet."
    wiki.disambiguation["Mercury"] = [*senses, "Mercury (planet)"]
    wiki.described = {"Mercury (planet)": "the planet that is nearest to the Sun"}
    source = WikipediaSource(tmp_path, contact="tests@example.org", api_url=wiki.url, domain=SPACE)

    assert titles(source.look_up("mercury", 1)) == ["Mercury (planet)"]
    assert len(wiki.requests) < 15


def test_without_vocabulary_in_common_all_likely_senses_are_given(wiki: server.Wiki, tmp_path: Path):
    domain = Domain.of(["bank", "loan"])
    source = WikipediaSource(tmp_path, contact="tests@example.org", api_url=wiki.url, domain=domain)

    assert titles(source.look_up("mercury", 2)) == ["Mercury (planet)", "Mercury (element)"]


def test_an_article_has_its_page_revision_and_licence(wiki: server.Wiki, tmp_path: Path):
    source = WikipediaSource(tmp_path, contact="a@example.org", api_url=wiki.url, licence="CC BY-SA 4.0")
    [article] = source.look_up("moon", 1).articles

    assert (article.page_id, article.revision, article.licence) == ("1", "1001", "CC BY-SA 4.0")


def test_a_refresh_fetches_only_pages_with_a_new_revision(wiki: server.Wiki, tmp_path: Path, waits: list[float]):
    for query in ("moon", "iron"):
        new_source(wiki, tmp_path, waits).look_up(query, 1)
    wiki.requests.clear()
    wiki.pages["Moon"] = "The Moon has changed."
    wiki.revisions["Moon"] = 2000
    refreshing = WikipediaSource(tmp_path, contact="tests@example.org", api_url=wiki.url, refresh=True)

    texts = [refreshing.look_up(query, 1).articles[0].text for query in ("moon", "iron", "moon")]

    assert texts == ["The Moon has changed.", IRON, "The Moon has changed."]
    assert [request["prop"] for request in wiki.requests] == ["info|pageprops", "extracts|revisions", "info|pageprops"]
    asked = len(wiki.requests)
    assert new_source(wiki, tmp_path, waits).look_up("moon", 1).articles[0].text == "The Moon has changed."
    assert len(wiki.requests) == asked


def test_a_refresh_that_fails_leaves_what_there_is(wiki: server.Wiki, tmp_path: Path, waits: list[float]):
    new_source(wiki, tmp_path, waits).look_up("moon", 1)
    wiki.faults = [server.status(403)] * 10
    refreshing = WikipediaSource(tmp_path, contact="tests@example.org", api_url=wiki.url, refresh=True)

    assert refreshing.look_up("moon", 1).articles[0].text == MOON


def test_two_processes_ask_one_after_the_other_and_nothing_twice(wiki: server.Wiki, tmp_path: Path):
    wiki.latency = 0.02
    code = (
        "import sys; from pathlib import Path; from clm.corpus.sources.wikipedia import WikipediaSource\n"
        "source = WikipediaSource(Path(sys.argv[1]), contact='tests@example.org', api_url=sys.argv[2])\n"
        "for query in ('moon', 'iron', 'kale', 'uranus', 'golgi', 'mitochondrion'): source.look_up(query, 2)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path), wiki.url]
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "scripts")}
    processes = [subprocess.Popen(command, env=environment) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]

    asked = [tuple(sorted(request.items())) for request in wiki.requests]
    assert len(asked) == len(set(asked))
    assert wiki.most_in_flight == 1


def test_a_login_page_stops_the_source(wiki: server.Wiki, source: WikipediaSource):
    wiki.faults = [server.status(401)]
    with pytest.raises(UserError, match="requires a login"):
        source.look_up("moon", 1)


def test_a_wiki_that_wants_a_login_is_asked_once_and_the_cache_still_answers(
    wiki: server.Wiki, tmp_path: Path, waits: list[float]
):
    new_source(wiki, tmp_path, waits).look_up("moon", 1)
    wiki.requests.clear()
    wiki.private = True

    collection = collect(["iron", "kale", "moon", "uranus"], new_source(wiki, tmp_path, waits), 1)

    assert [status.status for status in collection.statuses] == ["error", "error", "found", "error"]
    assert "read permission" in collection.statuses[0].source
    assert len(wiki.requests) == 1


def test_a_dead_wiki_is_waited_for_once(wiki: server.Wiki, source: WikipediaSource, waits: list[float]):
    wiki.faults = [server.status(503)] * 100

    collection = collect([f"word {n}" for n in range(20)], source, 1)

    assert {status.status for status in collection.statuses} == {Outcome.ERROR}
    assert waits == [2, 10, 30]
    assert len(wiki.requests) == PATIENCE + len(waits)
