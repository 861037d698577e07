"""Which articles are used for which keyword: forms, phrases, ranking, topic, duplicates, budget."""

from pathlib import Path

import pytest

from clm.corpus.collect import Budget, collect
from clm.corpus.collection import write
from clm.corpus.domain import Domain
from clm.corpus.queries import Kind, Query, of_plan
from clm.corpus.source import Article, Lookup, LookupFailed, Outcome
from clm.english.words import content_terms, terms
from clm.results.plans import MissedWord, Plan

FILLER = "These plain words say nothing about any topic and only make the page as long as pages are. " * 5


WORDS = ["tree", "river", "cloud", "stone", "grass", "horse", "bread", "candle"]


class Shelf:
    """Articles by title, then those that contain all words; counts what it is asked."""

    name = "shelf"

    def __init__(self, **texts: str) -> None:
        self.articles = [
            Article(name.replace("_", " "), text, f"{name}.txt", "7", "70") for name, text in texts.items()
        ]
        self.asked: list[tuple[str, int]] = []

    def look_up(self, query: str, limit: int) -> Lookup:
        self.asked.append((query, limit))
        if query == "broken":
            raise LookupFailed("the shelf fell down")
        about = [article for article in self.articles if article.title.lower() == query.lower()]
        wanted = content_terms(query)
        using = [a for a in self.articles if wanted and wanted <= set(terms(f"{a.title} {a.text}")) and a not in about]
        found = tuple((about + using)[:limit])
        return Lookup(Outcome.FOUND if found else Outcome.NOTHING, found, min(len(about), limit))


def sources(collection, query: str) -> list[str]:
    [status] = [status for status in collection.statuses if status.keyword == query]
    return status.source.split(" | ") if status.source else []


def status_of(collection) -> dict[str, str]:
    return {status.keyword: str(status.status) for status in collection.statuses}


def test_a_common_missed_word_is_not_looked_up_but_a_keyword_is():
    shelf = Shelf(Power="Power drives it.", Kinesin="A kinesin walks.")
    queries = [Query("power", Kind.WORD), Query("kinesin", Kind.WORD)]

    assert status_of(collect(queries, shelf, 1, common={"power"})) == {"power": "too common", "kinesin": "found"}
    assert [query for query, _ in shelf.asked] == ["kinesin"]
    assert status_of(collect(["power"], shelf, 1, common={"power"})) == {"power": "found"}


@pytest.mark.parametrize(
    ("query", "title"),
    [("mitochondria", "Mitochondrion"), ("Golgi's", "Golgi"), ("viruses", "Virus"), ("cell bodies", "Cell_body")],
)
def test_plurals_and_possessives_fall_back_to_the_page_of_the_singular(query: str, title: str):
    shelf = Shelf(**{title: "It is a small thing.", "Other": f"This page only mentions {query}."})

    assert sources(collect([query], shelf, 1), query)[0] in (f"{title}.txt", "Other.txt")
    alone = Shelf(**{title: "It is a small thing."})
    assert sources(collect([query], alone, 1), query) == [f"{title}.txt"]


def test_other_articles_are_chosen_by_the_other_keywords_they_use():
    texts = {f"Page_{n}": "The membrane is thin." for n in range(3)}
    shelf = Shelf(**texts, Best="The membrane lets osmosis and a kinesin through.")
    shelf.articles = [*shelf.articles[:2], shelf.articles[3], shelf.articles[2]]

    collection = collect(["membrane", "osmosis", "kinesin"], shelf, 2)

    assert "Best.txt" in sources(collection, "membrane")
    assert len(sources(collection, "membrane")) == 2


def test_names_come_before_words_and_stand_for_them():
    shelf = Shelf(
        NextEra_Energy="NextEra Energy makes power.", Nextera="Nextera is a small town.", Energy="Energy is kept."
    )
    plan = Plan(
        words=(MissedWord("energy", {"one": 1}), MissedWord("nextera", {"one": 2})),
        phrases=(MissedWord("NextEra Energy", {"one": 2}),),
    )

    collection = collect(of_plan(plan), shelf, 1, common={"energy"})

    assert status_of(collection) == {"NextEra Energy": "found", "energy": "too common", "nextera": "found"}
    assert sources(collection, "nextera") == ["NextEra_Energy.txt"]
    assert [query for query, _ in shelf.asked] == ["NextEra Energy"]


def test_a_word_that_is_mostly_missed_elsewhere_gets_its_own_page():
    shelf = Shelf(Cell_membrane="A cell membrane is thin.", Membrane="A membrane parts rooms.")
    queries = [Query("cell membrane", Kind.RUN, count=1), Query("membrane", Kind.WORD, count=5)]

    assert sources(collect(queries, shelf, 1), "membrane") == ["Membrane.txt"]


def test_runs_need_a_page_of_their_own_and_leave_no_trace_without_one():
    shelf = Shelf(Sugar="A mitochondrion burns sugar.", Mitochondrion="A mitochondrion is small.")
    queries = [Query("mitochondrion burns", Kind.RUN), Query("mitochondrion", Kind.WORD)]

    assert status_of(collect(queries, shelf, 1)) == {"mitochondrion": "found"}
    assert sources(collect(queries, shelf, 1), "mitochondrion") == ["Mitochondrion.txt"]


def test_a_name_may_stand_in_the_text():
    shelf = Shelf(Storms="Tropical storm Anna Maria came.", Both="Maria met Anna.")

    assert status_of(collect([Query("Anna Maria", Kind.NAME)], shelf, 3)) == {"Anna Maria": "found"}
    assert sources(collect([Query("Anna Maria", Kind.NAME)], shelf, 3), "Anna Maria") == ["Storms.txt"]


def test_a_failed_phrase_is_an_error_so_that_it_is_asked_again():
    assert status_of(collect([Query("broken", Kind.NAME)], Shelf(), 3)) == {"broken": "error"}


def test_words_still_missed_get_more_articles_each_round():
    shelf = Shelf(**{f"Page_{n}": f"The kinase number {n} acts." for n in range(20)})

    found = [len(sources(collect([Query("kinase", Kind.WORD, depth)], shelf, 2), "kinase")) for depth in (0, 1, 2, 9)]

    assert found == [2, 4, 6, 8]


DOMAIN = Domain.of(["kinase ligand receptor enzyme substrate catalyst membrane osmosis protein"])


def test_a_page_about_something_else_is_doubtful():
    shelf = Shelf(
        Kinase=f"A kinase is an enzyme with a substrate. {FILLER}",
        Receptor=f"A receptor binds a ligand of the membrane. {FILLER}",
        Substrate=f"The band Substrate plays the guitar. {FILLER}",
    )

    collection = collect(["kinase", "receptor", "substrate"], shelf, 1, domain=DOMAIN)

    assert status_of(collection) == {"kinase": "found", "receptor": "found", "substrate": "doubtful"}
    assert any("guitar" in sentence for sentence in collection.sentences)  # the user named it
    assert {origin.title: origin.note for origin in collection.origins}["Substrate"] == "doubtful"
    missed = collect([Query(word, Kind.WORD) for word in ("kinase", "substrate")], shelf, 1, domain=DOMAIN)
    assert not any("guitar" in sentence for sentence in missed.sentences)
    assert status_of(missed)["substrate"] == "doubtful"


def test_nearly_equal_articles_count_once_whatever_the_order_of_keywords():
    text = " ".join(f"Sentence number {n} tells of the osmosis in a cell of kind {n % 7}." for n in range(60))
    shelf = Shelf(
        Osmosis=text, Osmosis_copy=text.replace("number 7 ", "numeral 7 "), Other="Osmosis is something else."
    )

    collection = collect(["osmosis", "osmosis copy"], shelf, 3)
    backwards = collect(["osmosis copy", "osmosis"], shelf, 3)

    assert sources(collection, "osmosis copy") == ["Osmosis.txt"]
    assert "nearly the same as Osmosis" in {origin.title: origin.note for origin in collection.origins}["Osmosis copy"]
    assert collection.sentences == backwards.sentences
    assert len(collection.sentences) == 61


def test_the_budget_gives_every_keyword_its_best_article_first():
    texts = {name: f"The {name.lower()} is here." for name in ("Anode", "Boron", "Cobalt")}
    shelf = Shelf(**texts, **{f"More_{word}": f"Anode, boron, cobalt: {(word + ' ') * 9}" for word in WORDS})
    queries = ["anode", "boron", "cobalt"]

    collection = collect(queries, shelf, 3, budget=Budget(articles=12))
    tight = collect(queries, shelf, 3, budget=Budget(articles=4))
    small = collect(queries, shelf, 1, budget=Budget(megabytes=0.00004))

    assert 4 < sum(bool(origin.words) for origin in collection.origins) <= 12
    assert sum(bool(origin.words) for origin in tight.origins) <= 4
    assert "corpus.max_articles" in sources(tight, "cobalt")[0]
    assert status_of(small) == {"anode": "found", "boron": "found", "cobalt": "nothing"}
    assert {origin.title: origin.note for origin in small.origins}["Cobalt"] == "over the budget, not used"


def test_sources_say_where_the_text_is_from(tmp_path: Path):
    collection = collect(["osmosis"], Shelf(Osmosis="Osmosis moves water."), 1)
    write(collection, tmp_path / "text", tmp_path / "status", tmp_path / "sources.tsv")

    assert (tmp_path / "sources.tsv").read_text(encoding="utf-8") == (
        "title\tpage_id\trevision\turl\tlicence\twords\tnote\nOsmosis\t7\t70\tOsmosis.txt\t\t3\t\n"
    )


def test_numbers_are_spelled_out_in_english_only():
    shelf = Shelf(Osmosis="Osmosis was seen in 1748.")

    assert collect(["osmosis"], shelf, 1).sentences == ["Osmosis was seen in seventeen forty eight."]
    assert collect(["osmosis"], shelf, 1, language="de-DE").sentences == ["Osmosis was seen in 1748."]


def test_ten_thousand_keywords_of_all_kinds():
    odd = [
        "'; DROP TABLE x; --",
        "../../etc/passwd",
        "https://example.org",
        "🧬",
        "митохондрия",
        "日本",
        '"',
        "x" * 5000,
    ]
    shelf = Shelf(Osmosis="Osmosis moves water.")

    collection = collect([*odd, *(f"word{n}" for n in range(10_000)), "osmosis"], shelf, 3)

    assert {str(status.status) for status in collection.statuses[:-1]} == {"nothing"}
    assert str(collection.statuses[-1].status) == "found"
