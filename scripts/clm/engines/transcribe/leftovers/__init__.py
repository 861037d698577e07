"""Leftovers of the workflow at Amazon, and their deletion."""
