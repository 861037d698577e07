import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import mediawiki_server as server
from clm.corpus import Finding, LookupFailed, Outcome
from clm.corpus.collect import collect
from clm.corpus.mediawiki import PATIENCE, Timeouts
from clm.corpus.wikipedia import WikipediaSource
from clm.errors import UserError

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


def titles(finding: Finding) -> list[str]:
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
