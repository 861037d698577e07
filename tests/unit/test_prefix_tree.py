import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from clm.lm.prefix_tree import ROOT, PrefixTree

TOKENS = st.lists(st.integers(0, 4), min_size=1, max_size=4)


@given(st.lists(TOKENS, min_size=1, max_size=30))
def test_a_node_has_all_words_that_begin_with_its_tokens(words: list[list[int]]) -> None:
    tree = PrefixTree((tokens, number) for number, tokens in enumerate(words))
    scores = np.arange(float(len(words)))
    for word in words:
        node = ROOT
        for length, token in enumerate(word, 1):
            node = tree.children[node][token]
            below = [number for number, other in enumerate(words) if other[:length] == word[:length]]
            assert tree.best_below(node, scores) == max(below)


@given(st.lists(TOKENS, min_size=1, max_size=30))
def test_first_tokens_have_the_best_of_their_words(words: list[list[int]]) -> None:
    tree = PrefixTree((tokens, number) for number, tokens in enumerate(words))
    best = tree.best_firsts(np.arange(float(len(words))))
    firsts = {token: max(n for n, word in enumerate(words) if word[0] == token) for token in {w[0] for w in words}}
    assert dict(zip(tree.first_tokens.tolist(), best.tolist(), strict=True)) == firsts


def test_a_word_that_several_sequences_write_is_found_by_each() -> None:
    tree = PrefixTree([((1, 2), 0), ((3,), 0), ((1,), 1), ((), 2)])
    assert len(tree.owner) == 3
    assert tree.best_below(tree.children[ROOT][3], np.array([5.0, 1.0, 9.0])) == 5.0
