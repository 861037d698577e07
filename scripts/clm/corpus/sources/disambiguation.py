"""Choice among the senses of an ambiguous title: the one that shares most vocabulary with keywords and references."""

import logging
import re
from collections.abc import Callable, Iterable, Mapping

from clm.corpus.domain import Domain
from clm.corpus.source import Article
from clm.english.words import terms

#: Senses that are read beyond the articles wanted.
SPARE = 3
# links on a disambiguation page that do not lead to a sense of the word
_NO_SENSE = re.compile(r"all pages|lists? of|(?:help|special|category|template|wiktionary|talk|file|portal):", re.I)

_log = logging.getLogger(__name__)


def choose(
    title: str,
    described: Mapping[str, str],
    read: Callable[[str], Article | None],
    domain: Domain,
    limit: int,
) -> tuple[list[Article], bool]:
    """The article of the sense that fits the domain best, and True; else those of the likeliest senses, and False.

    The senses to read are chosen by their titles and their descriptions on the disambiguation page.

    Args:
        title: what was looked up.
        described: titles of the senses, in order, with the description of each on the disambiguation page.
        read: gives the article of a title, or None.
        domain: what the recordings are about.
        limit: most articles wanted.

    """
    candidates = sensible(title, described)
    shares = {sense: domain.shared(f"{sense} {described[sense]}", title) for sense in candidates}
    candidates.sort(key=lambda sense: -shares[sense])
    articles = [article for sense in candidates[: limit + SPARE] if (article := read(sense))]
    scores = [domain.shared(article.text, title) for article in articles]
    if not any(scores):
        return articles[:limit], False
    best = scores.index(max(scores))
    others = ", ".join(f"{a.title}: {score}" for a, score in zip(articles, scores, strict=True) if a != articles[best])
    _log.info(
        "%s is ambiguous; taken for %s, which shares %d terms with keywords and references (%s)",
        title, articles[best].title, scores[best], others or "no other sense",
    )  # fmt: skip
    return [articles[best]], True


def sensible(title: str, options: Iterable[str]) -> list[str]:
    """Options of a disambiguation page, those that contain the title's words first.

    >>> sensible("Mercury", ["All pages with Mercury", "Hermes", "Mercury (planet)", "Mercury"])
    ['Mercury (planet)', 'Hermes']
    """
    words = set(terms(title))
    unique = dict.fromkeys(option for option in options if option.casefold() != title.casefold())
    senses = [option for option in unique if not _NO_SENSE.match(option)]
    return sorted(senses, key=lambda option: not words.issubset(terms(option)))
