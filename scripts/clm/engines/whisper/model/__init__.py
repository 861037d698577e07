"""A Whisper model on disk: its folder or where it is fetched from, its weights, the graphs made of them."""
