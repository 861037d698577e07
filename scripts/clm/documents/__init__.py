"""Text of users' files: transcripts, data sets, keywords, and text to learn from."""
