"""Collection of training text for keywords and missed words, with the result for each of them.

First every query is looked up; then, with all articles known, those to use are chosen: those of the right
topic, each text once, within the budget. The text depends on the articles only, not on the order of the queries.
"""

import logging
import time
from collections.abc import Collection as Group
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from clm.base.errors import UserError
from clm.corpus.clean import sentences
from clm.corpus.collection import Collection, Origin, Status, in_words
from clm.corpus.domain import Domain
from clm.corpus.duplicates import near_duplicates
from clm.corpus.queries import DEEPEST, Kind, Query, as_queries, fallbacks
from clm.corpus.source import Article, Lookup, LookupFailed, Outcome, Source
from clm.english.verbalize import verbalize
from clm.english.words import content_terms, plain, terms

#: Candidates that are examined beyond the articles wanted.
SPARE = 2

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Budget:
    """Most articles, and most megabytes of their text, of one corpus."""

    articles: int = 10_000
    megabytes: float = 500.0


@dataclass
class _Answer:
    """Result of a query: articles in the order of their relevance, of which the first `about` are about it."""

    query: Query
    status: Outcome
    articles: list[Article] = field(default_factory=list)
    about: int = 0
    note: str = ""  # for status.csv
    reason: str = ""  # for the log


def collect(
    queries: Iterable[str | Query],
    source: Source,
    limit: int,
    *,
    domain: Domain | None = None,
    common: Group[str] = (),
    budget: Budget | None = None,
    language: str = "en",
) -> Collection:
    """Look up every query, clean what was found, and put it together.

    A failed look-up is recorded and does not affect the others.

    Args:
        queries: keywords (or plain strings), phrases and missed words, phrases before their words.
        source: where articles come from.
        limit: most articles for a query; words that are still missed after `depth` generations get more.
        domain: what the recordings are about; it rules out pages about something else.
        common: words of general English, for which no article is looked up if they were missed.
        budget: most articles and megabytes.
        language: of the articles; numbers are spelled out in English ones.

    """
    wanted = as_queries(queries)
    collector = _Collector(source, limit, wanted, domain or Domain(), common, budget or Budget())
    answers = []
    for number, query in enumerate(wanted, start=1):
        began = time.perf_counter()
        answer = collector.answer(query)
        seconds = time.perf_counter() - began
        if answer.articles or answer.status is Outcome.ERROR or not query.is_phrase:
            answers.append(answer)
            level = logging.WARNING if answer.status is Outcome.ERROR else logging.INFO
            found = collector.progress(answer)
            _log.log(level, "%d of %d: %s: %s (%.1f s)", number, len(wanted), query.text, found, seconds)
    return _Assembly(answers, collector.texts, collector.domain, collector.budget, language).collection()


class _Collector:
    """Look-up of queries, one after another."""

    def __init__(
        self,
        source: Source,
        limit: int,
        queries: list[Query],
        domain: Domain,
        common: Group[str],
        budget: Budget,
    ) -> None:
        self._source = source
        self._limit = limit
        self._common = common
        self.domain = domain
        self.budget = budget
        self._topics = {term for query in queries for term in content_terms(query.text)}
        self.texts: dict[Article, list[str]] = {}
        self._phrases: dict[str, tuple[int, _Answer]] = {}
        self._terms: dict[Article, frozenset[str]] = {}

    def answer(self, query: Query) -> _Answer:
        """Everything that a query leads to."""
        if query.kind is Kind.WORD and query.text in self._common:
            return _Answer(query, Outcome.TOO_COMMON)
        covered = self._covered(query)
        if covered:
            return covered
        if len(self.texts) >= self.budget.articles:
            reason = f"not looked up: the budget is {self.budget.articles} articles (corpus.max_articles)"
            return _Answer(query, Outcome.NOTHING, note=reason)
        try:
            lookup = self._find(query)
        except LookupFailed as error:
            return _Answer(query, Outcome.ERROR, note=str(error), reason=str(error))
        except UserError as error:
            # the source is closed now; what it gave before, and what it still has in its cache, is used
            return _Answer(query, Outcome.ERROR, note=error.message, reason=str(error))
        for article in lookup.articles:
            if article not in self.texts:
                self.texts[article] = sentences(article.text)
        answer = _Answer(query, lookup.status, list(lookup.articles), lookup.about)
        if query.is_phrase and answer.articles:
            for word in plain(query.text):
                if word not in self._phrases or self._phrases[word][0] < query.count:
                    self._phrases[word] = (query.count, answer)
        return answer

    def progress(self, answer: _Answer) -> str:
        """An answer in a few words."""
        if answer.status is Outcome.ERROR:
            return answer.reason
        with_text = sum(bool(self.texts[article]) for article in answer.articles)
        status = answer.status if with_text or answer.status is Outcome.TOO_COMMON else Outcome.NOTHING
        return in_words(Status(answer.query.text, status, with_text))

    def _covered(self, query: Query) -> _Answer | None:
        """Answer of a phrase to a word that is mostly missed as a part of it, unless that did not help."""
        count, found = self._phrases.get(query.text, (0, None))
        if query.kind is not Kind.WORD or found is None or query.depth or 2 * count < query.count:
            return None
        return _Answer(query, found.status, found.articles, found.about)

    def _find(self, query: Query) -> Lookup:
        """The best articles for a query: those about it, then those that have most to do with the other queries."""
        limit = 1 if query.kind is Kind.RUN else self._limit * (1 + min(query.depth, DEEPEST))
        asked = limit if limit == 1 else limit + SPARE
        lookup = self._source.look_up(query.text, asked)
        if not lookup.about and not query.is_phrase:
            lookup = self._in_another_form(query.text, lookup, asked)
        articles, about = list(lookup.articles), lookup.about
        if query.is_phrase:
            articles = [a for n, a in enumerate(articles) if n < about or self._uses_name(query, a)]
        own = content_terms(query.text)
        ranked = sorted(articles[about:], key=lambda article: -len((self._terms_of(article) & self._topics) - own))
        chosen = {*articles[:about], *ranked[: max(0, limit - about)]}
        kept = [article for article in articles if article in chosen][:limit]
        return Lookup(lookup.status if kept else Outcome.NOTHING, tuple(kept), min(about, limit))

    def _in_another_form(self, text: str, lookup: Lookup, limit: int) -> Lookup:
        """The singular of a word, if its page is among those found, or if nothing was found at all."""
        forms = fallbacks(text)
        titles = {" ".join(plain(form)) for form in forms}
        titled = [article for article in lookup.articles if " ".join(plain(article.title)) in titles]
        if titled:
            return Lookup(lookup.status, tuple(dict.fromkeys((*titled, *lookup.articles))), len(titled))
        for form in () if lookup.articles else forms:
            other = self._source.look_up(form, limit)
            if other.about:
                return other
        return lookup

    def _uses_name(self, query: Query, article: Article) -> bool:
        phrase = f" {' '.join(terms(query.text))} "
        return query.kind is Kind.NAME and phrase in f" {' '.join(terms(f'{article.title} {article.text}'))} "

    def _terms_of(self, article: Article) -> frozenset[str]:
        if article not in self._terms:
            self._terms[article] = frozenset(terms(f"{article.title} {article.text}")) & self._topics
        return self._terms[article]


class _Assembly:
    """Choice of the articles to use, and their text."""

    def __init__(
        self,
        answers: list[_Answer],
        texts: Mapping[Article, list[str]],
        domain: Domain,
        budget: Budget,
        language: str,
    ) -> None:
        self._answers = answers
        found = {article for answer in answers for article in answer.articles}
        ordered = sorted(found, key=lambda article: (article.title, article.source))
        self._texts = {article: texts[article] for article in ordered}
        self._domain = domain
        self._budget = budget
        self._language = language
        self._notes: dict[Article, str] = {}

    def collection(self) -> Collection:
        """The text, what each query brought, and what each article is."""
        self._leave_out_doubtful()
        self._join_duplicates()
        used = self._within_budget()
        kept = {article: text for article, text in self._texts.items() if article in used}
        unique = dict.fromkeys(sentence for text in kept.values() for sentence in text)
        speak = verbalize if self._language.split("-")[0] == "en" else str
        origins = [
            Origin.of(article, _count(text) if article in used else 0, self._notes.get(article, ""))
            for article, text in self._texts.items()
        ]
        return Collection(
            list(dict.fromkeys(map(speak, unique))), [self._status(answer, used) for answer in self._answers], origins
        )

    def _leave_out_doubtful(self) -> None:
        """Mark pages about something else; pages that a keyword of the user names are used anyway."""
        share = {
            (answer.query.text, article): self._domain.shared(article.text, answer.query.text)
            for answer in self._answers
            for article in answer.articles
        }
        usual = [share[answer.query.text, answer.articles[0]] for answer in self._answers if answer.about]
        trusted: set[Article] = set()
        doubtful: dict[Article, bool] = {}
        for answer in self._answers:
            for number, article in enumerate(answer.articles):
                if not self._domain.doubtful(article.text, share[answer.query.text, article], usual):
                    trusted.add(article)
                    continue
                named = answer.query.kind is Kind.KEYWORD and number < answer.about
                doubtful[article] = doubtful.get(article, False) or named
        for article, named in doubtful.items():
            if article not in trusted:
                self._notes[article] = "doubtful" if named else "doubtful, not used"
        for answer in self._answers:
            if answer.articles and all(article in self._notes for article in answer.articles):
                answer.status = Outcome.DOUBTFUL
            answer.articles = [a for a in answer.articles if not self._notes.get(a, "").endswith("not used")]

    def _join_duplicates(self) -> None:
        """Of articles that say nearly the same, the first by title stands for all."""
        used = {article for answer in self._answers for article in answer.articles}
        names = {f"{article.title}\n{article.source}": article for article in self._texts if article in used}
        same = near_duplicates({name: self._texts[article] for name, article in names.items() if self._texts[article]})
        instead = {names[name]: names[other] for name, other in same.items()}
        for article, other in instead.items():
            self._notes[article] = f"nearly the same as {other.title}, not used"
        for answer in self._answers:
            answer.articles = list(dict.fromkeys(instead.get(article, article) for article in answer.articles))

    def _within_budget(self) -> set[Article]:
        """Articles that give text, as far as the budget goes: the best of every query before the next best of any."""
        rounds = max((len(answer.articles) for answer in self._answers), default=0)
        ordered = sorted(self._answers, key=lambda answer: answer.query.text)
        ranked = (a.articles[rank] for rank in range(rounds) for a in ordered if rank < len(a.articles))
        used: set[Article] = set()
        size = 0.0
        for article in dict.fromkeys(ranked):
            length = sum(len(sentence.encode()) + 1 for sentence in self._texts[article]) / 1e6
            if not length:
                continue
            if len(used) >= self._budget.articles or size + length > self._budget.megabytes:
                self._notes[article] = "over the budget, not used"
                continue
            used.add(article)
            size += length
        return used

    def _status(self, answer: _Answer, used: set[Article]) -> Status:
        articles = [article for article in answer.articles if article in used]
        status = answer.status
        if not articles and status not in (Outcome.ERROR, Outcome.TOO_COMMON, Outcome.DOUBTFUL):
            status = Outcome.NOTHING
        words = sum(_count(self._texts[article]) for article in articles)
        places = " | ".join(article.source for article in articles)
        return Status(answer.query.text, status, len(articles), words, places or answer.note)


def _count(text: list[str]) -> int:
    return sum(len(sentence.split()) for sentence in text)
