"""Word for word: references, hypotheses, times and sound."""
