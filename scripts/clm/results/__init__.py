"""The results folder: its files, their paths and formats."""
