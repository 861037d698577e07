"""Audio files: decoding, and their properties without decoding."""
