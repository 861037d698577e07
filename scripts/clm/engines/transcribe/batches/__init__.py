"""Transcription jobs of one model, all at once."""
