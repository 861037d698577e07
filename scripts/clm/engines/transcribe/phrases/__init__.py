"""Custom vocabularies: phrases as Amazon takes them, and what it makes of them."""
