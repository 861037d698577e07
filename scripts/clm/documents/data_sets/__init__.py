"""Data sets with a list of recordings: the list, the audio that it names, and folders to work on."""
