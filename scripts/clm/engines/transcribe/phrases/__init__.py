"""Custom vocabularies: phrases in Amazon's form, and their training."""
