"""The inputs and decisions of a run."""
