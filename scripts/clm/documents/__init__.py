"""Text out of files that people have: transcripts, data sets, keywords, and text to learn from."""
