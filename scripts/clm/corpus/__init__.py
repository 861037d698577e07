"""Text to learn from: sources, cleaning, keywords, training text."""
