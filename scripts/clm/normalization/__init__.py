"""Text normalization before scoring, by profiles."""
