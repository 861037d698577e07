"""Alignments of words: references, hypotheses, times and sound."""
