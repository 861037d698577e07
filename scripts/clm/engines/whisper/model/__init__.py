"""A Whisper model on disk: its folder or source, its weights, the graphs made of them."""
