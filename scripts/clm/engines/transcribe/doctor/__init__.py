"""Checks of the requirements of a run on Amazon, before it starts."""
