"""Bytes of sound: decoding, and what a file is without decoding it."""
