import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clm.corpus.clean import sentences

WIKI_PAGE = """\
The mitochondrion (; pl.: mitochondria) burns sugar.[2][3] The term was coined in 1898.[a][citation needed]
Its energy is well measured.


== Structure ==
Two membranes wrap it.<ref name="a">Smith {{cite|x}}, p. 3</ref> The inner one folds.<ref name="b"/>
=== Parts ===
Cristae
Matrix
* Ribosomes, which are small, make proteins.
{| class="wikitable"
! Part !! Size in micrometres of it
|-
| Matrix || 1.5
|}
{{Infobox organelle | name = {{PAGENAME}} | seen = It was seen first. }}

      E
      =
    {\\displaystyle E=mc^{2}}

12.3 14.5 16.7

== References ==
Smith, J. A. (2001). The cell, seen from near. Nature.
=== Older ===
More of them are dropped here.
== Coda ==
This is the end.
"""

MARKDOWN_PAGE = """\
# Golgi apparatus

The **Golgi apparatus** is a stack of sacs that sorts
proteins, as [Camillo Golgi](https://x.org/a_(b)) told Dr.
Smith in *Pavia*. It is `cool`; 5*3 is not, nor is cell_wall.

> A quoted line is kept.

- one
- A list may hold a sentence.

| a sentence | in a table. |
|---|---|

```python
print("No sentence.")
```
mitochondria make energy
"""


def test_a_wikipedia_page_gives_its_prose_only():
    assert sentences(WIKI_PAGE) == [
        "The mitochondrion burns sugar.",
        "The term was coined in 1898.",
        "Its energy is well measured.",
        "Two membranes wrap it.",
        "The inner one folds.",
        "Ribosomes, which are small, make proteins.",
        "This is the end.",
    ]


def test_a_markdown_page_gives_its_prose_only():
    assert sentences(MARKDOWN_PAGE) == [
        "The Golgi apparatus is a stack of sacs that sorts proteins, as Camillo Golgi told Dr. Smith in Pavia.",
        "It is cool; 5*3 is not, nor is cell_wall.",
        "A quoted line is kept.",
        "A list may hold a sentence.",
        "mitochondria make energy",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\n ", []),
        ("== Only a heading ==", []),
        ("1, 2, 3, 4.", []),
        ("Это русский текст.", []),
        ("日本語の文です。", []),
        ("The word митохондрия is Russian. It works.", ["It works."]),
        ("Paris, London, New York", []),
        ("Dr. Hooke met Mr. J. R. Smith. They ate.", ["Dr. Hooke met Mr. J. R. Smith.", "They ate."]),
        ("He left the U.S. Army in June. So be it.", ["He left the U.S. Army in June.", "So be it."]),
        ("He left the U.S. The army stayed.", ["He left the U.S.", "The army stayed."]),
        (
            "It costs $3.5 million, i.e. a lot. See no. 5 of it.",
            ["It costs $3.5 million, i.e. a lot.", "See no. 5 of it."],
        ),
        ("It is of kind 5. Cells of kind 6. exist.", ["It is of kind 5.", "Cells of kind 6. exist."]),
        ("The answer is no. The cell died.", ["The answer is no.", "The cell died."]),
        ('"Is it so?" he asked. "Yes, it is!" She left.', ['"Is it so?" he asked.', '"Yes, it is!"', "She left."]),
        ("Vienna (/viˈɛnə/; German: Wien [viːn] ) is old.", ["Vienna is old."]),
        ("Kyiv (Київ) is older (by far).", ["Kyiv is older (by far)."]),
        ("The sound /ˈsɛl/ and and/or stay apart.", ["The sound and and/or stay apart."]),
        ("An α-helix and 5 μm of it.", ["An α-helix and 5 μm of it."]),
        ("Water is H2O and salt is NaCl.", ["Water is H2O and salt is NaCl."]),
        ("A link to https://example.org/a?b=(c) is gone (www.example.org).", ["A link to (c) is gone."]),
        ("We saw [[Cell wall|walls]] and [[sap]] in ''every'' cell.", ["We saw walls and sap in every cell."]),
        ("Smith wrote it, doi:10.1000/182. We read it.", ["We read it."]),
        ("One brace } is alone. So is {this.", ["One brace is alone.", "So is this."]),
        ("cafe\u0301 au lait is\u00a0hot\u200b today.", ["café au lait is hot today."]),
        ("all in lower case. still two sentences.", ["all in lower case.", "still two sentences."]),
        ("It ends here...\r\nIt goes on.\rIt is over.", ["It ends here...", "It goes on.", "It is over."]),
        ("<!-- not\nthis. --> But this is text.", ["But this is text."]),
        ("Tags <b>are</b> dropped<br/>, a < b stays.", ["Tags are dropped, a < b stays."]),
    ],
)
def test_shapes(text: str, expected: list[str]):
    assert sentences(text) == expected


def test_a_text_without_punctuation_is_cut_and_keeps_its_words():
    words = [f"word{'abc'[n % 3]}" for n in range(1000)]

    cut = sentences(" ".join(words))

    assert len(cut) > 5
    assert " ".join(cut).split() == words


@pytest.mark.parametrize(
    "line",
    ["{", "(", "[", "([{<", ")]}>", ".", "A. ", "= ", "<ref>", "<a ", "''", "* ", "a [b|c ", "/ə", "|", "a-", "```\n",
     "[1]", "The cell divides often, and Dr. Hooke saw it. ", "the line was wrapped somewhere before it could end\n"],
)  # fmt: skip
def test_time_grows_with_length_only(line: str):
    """Half a megabyte takes tenths of a second; quadratic work would take minutes."""
    text = line * (500_000 // len(line))
    started = time.process_time()

    sentences(text)

    assert time.process_time() - started < 3


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_every_sentence_is_one_clean_line(text: str):
    for sentence in sentences(text):
        assert sentence == sentence.strip() == " ".join(sentence.splitlines()) != ""
        assert sentence == unicodedata.normalize("NFC", sentence)
        assert any(character.isalpha() for character in sentence)
