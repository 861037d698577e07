"""Subject of the recordings: the vocabulary that distinguishes a page from its namesakes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from clm.english.words import content_terms, singular, terms

#: Of an article, the beginning is compared: it says what the article is about, and long ones have no advantage.
_BEGINNING = 500
# with fewer terms in the domain, or fewer words in an article, there is no decision
_FEWEST_TERMS, _FEWEST_WORDS = 8, 50
# an article with less than this share of what is usual in this collection is about something else
_USUAL_SHARE = 0.2
_FEWEST_ARTICLES = 5


@dataclass(frozen=True)
class Domain:
    """Terms (plain, singular words) that keywords, missed words and references use and general English seldom does."""

    terms: frozenset[str] = frozenset()

    @classmethod
    def of(cls, texts: Iterable[str], common: Collection[str] = ()) -> "Domain":
        """The domain of keywords, missed words and references, without the `common` words of the language."""
        usual = {singular(word) for word in common}
        return cls(frozenset(term for text in texts for term in content_terms(text) if len(term) > 1) - usual)

    def shared(self, text: str, query: str = "") -> int:
        """Number of different terms of the domain, except those of the query, at the beginning of a text.

        >>> Domain.of(["planet orbit", "mercury"]).shared("Mercury is a planet. Planets have orbits.", "mercury")
        2
        """
        beginning = " ".join(text[: 12 * _BEGINNING].split(None, _BEGINNING)[:_BEGINNING])
        return len((self.terms & set(terms(beginning))) - content_terms(query))

    def doubtful(self, text: str, share: int, shares: Iterable[int]) -> bool:
        """True if an article with this number of shared terms is about something outside this domain.

        It is if it shares none at all, or next to none of what the articles about the other keywords do (`shares`).

        >>> domain = Domain.of(["one two three four five six seven eight nine"])
        >>> [domain.doubtful("word " * 60, share, [6, 7, 8, 9, 20]) for share in (0, 1, 2)]
        [True, True, False]
        >>> Domain().doubtful("word " * 60, 0, []), domain.doubtful("too short to tell", 0, [])
        (False, False)
        """
        if len(self.terms) < _FEWEST_TERMS or len(text.split(None, _FEWEST_WORDS)) < _FEWEST_WORDS:
            return False
        ordered = sorted(shares)
        usual = ordered[len(ordered) // 2] if len(ordered) >= _FEWEST_ARTICLES else 0
        return share <= _USUAL_SHARE * usual
