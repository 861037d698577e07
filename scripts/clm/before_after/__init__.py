"""Two results folders of the same recordings: before and after a change of normalizer, engine or text."""
