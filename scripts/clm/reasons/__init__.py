"""Reasons as codes with arguments, which is how JSON holds them, and the English sentences made of them."""
