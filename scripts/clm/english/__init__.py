"""English: words, spellings, inflections, numbers."""
