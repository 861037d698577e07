"""Hesitations that are no words."""

# Hesitations, as NIST's scoring takes them, without those that answer or ask (huh, ha, oh), and without er: after
# lower-casing nothing tells it from the ER of a hospital or a cell.
_FILLERS = "ah eh erm hm hmm hmmm mhm mm mmm uh uhh uhm um umm"
FILLERS = frozenset(_FILLERS.split())
FILLED_LANGUAGES = frozenset({"en"})
