"""Other forms of a word: text about "plasmids" is evidence that "plasmid" will be spoken, too.

A form counts only if it is in a list of known words. For a word that is itself in no list only its number changes,
and only endings that make a verb for certain (-ate, -ize, -fy) make verb forms: everything else would be guessing.
"""

from __future__ import annotations

from collections.abc import Container

_SHORTEST = 4
_VOWELS = frozenset("aeiou")
_HISSING = ("s", "x", "z", "ch", "sh")
_CERTAIN_VERBS = ("ate", "ize", "ise", "fy")
#: Singular and plural endings of learned words; a pair of which only one word is known does no harm.
_LEARNED = (("um", "a"), ("on", "a"), ("us", "i"), ("is", "es"), ("a", "ae"), ("ix", "ices"), ("ex", "ices"))


def relatives(word: str, known: Container[str]) -> frozenset[str]:
    """Forms of `word` that are worth a place in the vocabulary, without the word itself.

    >>> sorted(relatives("plasmids", ())), sorted(relatives("binds", {"bind", "binds", "binding"}))
    (['plasmid'], ['bind', 'binding'])
    >>> sorted(relatives("phosphorylates", ()))
    ['phosphorylate', 'phosphorylated', 'phosphorylating']
    """
    if len(word) < _SHORTEST or not word.isalpha():
        return frozenset()
    bases = _bases(word) | {word}
    if word in known:
        found = {form for base in bases if base in known for form in _forms(base)} | _learned(word)
        found = {form for form in found if form in known}
    else:
        found = {form for form in _learned(word) if form in known} | {_other_number(word)}
        found |= {form for base in bases if base.endswith(_CERTAIN_VERBS) for form in _forms(base)}
    return frozenset(found - {word})


def _bases(word: str) -> set[str]:
    """Words that a regular ending may have been added to."""
    found: set[str] = set()
    if word.endswith(("ies", "ied")):
        found.add(word[:-3] + "y")
    if _is_plural(word):
        found |= {word[:-1]} | ({word[:-2]} if word.endswith("es") else set())
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word:
            found |= {stem, stem + "e"} | ({stem[:-1]} if stem[-2:-1] == stem[-1:] else set())
    return {base for base in found if len(base) >= _SHORTEST - 1}


def _forms(base: str) -> set[str]:
    """Regular forms of a noun or verb, the base among them."""
    if base.endswith("y") and base[-2] not in _VOWELS:
        return {base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"}
    found = {base, base + ("es" if base.endswith(_HISSING) else "s")}
    if base.endswith("e"):
        return found | {base + "d", base[:-1] + "ing"}
    found |= {base + "ed", base + "ing"}
    if base[-1] not in _VOWELS and base[-2] in _VOWELS:
        found |= {base + base[-1] + "ed", base + base[-1] + "ing"}
    return found


def _is_plural(word: str) -> bool:
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def _other_number(word: str) -> str:
    """Singular of a plural, plural of all else.

    >>> [_other_number(word) for word in ("biopsies", "introns", "caspase", "virus")]
    ['biopsy', 'intron', 'caspases', 'viruses']
    """
    if word.endswith("ies"):
        return word[:-3] + "y"
    if _is_plural(word):
        return word[:-1]
    return max(_forms(word), key=lambda form: form.endswith("s") and form != word)


def _learned(word: str) -> set[str]:
    """Latin and Greek singulars and plurals.

    >>> sorted(_learned("supernova")), sorted(_learned("nuclei"))
    (['supernovae', 'supernovon', 'supernovum'], ['nucleus'])
    """
    found = set()
    for singular, plural in _LEARNED:
        for one, other in ((singular, plural), (plural, singular)):
            if word.endswith(one) and len(word) - len(one) >= _SHORTEST - 1:
                found.add(word.removesuffix(one) + other)
    return found
