"""Basics that need only Python and the disk: errors, files, digests, locks, progress."""
