"""Several models compared."""
