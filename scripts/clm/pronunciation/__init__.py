"""Pronunciations of words that a dictionary lacks."""
