"""Requests and time that a corpus from Wikipedia takes, against a MediaWiki on loopback, and the speed of cleaning.

KEYWORDS keywords, LATENCY milliseconds for each answer. Half of the keywords have a page of their own, a quarter are
redirects, the others stand in other pages or nowhere. Then the same again, which must ask nothing.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import mediawiki_server as server
from clm.corpus import clean
from clm.corpus.collect import collect
from clm.corpus.sources.wikipedia import WikipediaSource
from clm.english.verbalize import verbalize

CHECKOUT = Path(__file__).parents[1]
MEGABYTES = 20


def articles() -> list[str]:
    """The articles of the demo."""
    return [path.read_text(encoding="utf-8") for path in sorted((CHECKOUT / "sample-data" / "articles").iterdir())]


def wiki(count: int, latency: float) -> server.Wiki:
    """A wiki with pages named term0, term1, ..., each with the text of an article of the demo."""
    texts = articles()
    pages = {
        f"Term{n}": f"A term{n} goes with term{n + 2}, seldom with term{n + 3}. {texts[n % len(texts)]}"
        for n in range(0, count, 2)
    }
    redirects = {f"Term{n}": f"Term{n - 1}" for n in range(1, count, 4)}
    return server.Wiki(pages, redirects=redirects, latency=latency)


def marked_up(text: str) -> str:
    """A page with a heading, a template, a table row or an entry of a list for nearly every sentence of the text."""
    kinds = (
        "== {0} ==\n{{{{Infobox|name={0}|text={2}}}}}",
        "* '''{0}''' ([[{0} (term)|{0}]]){1}{2}.<ref name=\"a\">{{{{cite|title={0}}}}}</ref>",
        "{0} (Latin: ''{0}'', pronounced /ɪkˈsɑːmpəl/; formula H<sub>2</sub>O){1}{2}.[1][2]",
        "| {0} || 12.5 || 1,204 ||{1}{2}",
    )
    sentences = enumerate(sentence for sentence in text.replace("\n", " ").split(". ") if sentence)
    return "\n".join(kinds[n % len(kinds)].format(*sentence.partition(" ")) for n, sentence in sentences)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("keywords", type=int, nargs="?", default=500)
    parser.add_argument("latency", type=float, nargs="?", default=20)
    args = parser.parse_args()
    print("articles  run    requests  per keyword  most in flight  seconds")
    for limit in (1, 3):
        with server.serving(wiki(args.keywords, args.latency / 1000)) as served, tempfile.TemporaryDirectory() as cache:
            for title in ("first", "rerun"):
                served.requests.clear()
                served.most_in_flight = 0
                start = time.perf_counter()
                source = WikipediaSource(Path(cache), contact="benchmark@example.org", api_url=served.url)
                collect([f"term{n}" for n in range(args.keywords)], source, limit)
                asked = len(served.requests)
                print(
                    f"{limit:8}  {title:6} {asked:8} {asked / args.keywords:12.2f} {served.most_in_flight:15}"
                    f" {time.perf_counter() - start:8.1f}"
                )
    prose = "\n\n".join(articles())
    for kind, text in (("prose", prose), ("nearly all markup", marked_up(prose))):
        page = "\n\n".join([text] * (1 + MEGABYTES * 1_000_000 // len(text)))
        size, start = len(page.encode()) / 1e6, time.process_time()
        found = clean.sentences(page)
        print(f"cleaning, {kind}: {size / (time.process_time() - start):.1f} MB/s per core")
    start = time.process_time()
    for sentence in found:
        verbalize(sentence)
    size = sum(len(sentence.encode()) for sentence in found) / 1e6
    print(f"spelling out numbers: {size / (time.process_time() - start):.1f} MB/s per core")


if __name__ == "__main__":
    main()
