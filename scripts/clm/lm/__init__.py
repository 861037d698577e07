"""N-gram language models as plain numpy arrays: estimation, mixing, and pocketsphinx's binary trie."""
