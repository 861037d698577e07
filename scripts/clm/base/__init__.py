"""Only Python and the disk: errors, files, digests, locks, progress."""
