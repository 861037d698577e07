"""Scores of one model on one folder."""
