"""English words that are written in two ways: contractions, abbreviations, British and American spellings.

Families of words are given by their stems, so that a rule touches what is listed here and nothing that only looks
like it: "organise" is known, so "organised" is, but "promise" and "precise" are not. Where a list of known words can
decide, as for pronunciations, the regular differences are tried on any word.
"""

import re
from collections.abc import Container, Iterator
from functools import cache, lru_cache

_VERBS = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
_SUBJECTS_TEXT = """
i you we they he she it that there who what where how this these those would could should might must may not
"""
_BEFORE_VERBS = frozenset(_SUBJECTS_TEXT.split())
#: Words after which 's means is (or has); after any other word it may be a possessive and stays.
_IS_TEXT = """
it that there here he she what who where how when why this everything everybody something somebody nothing nobody
"""
_BEFORE_IS = frozenset(_IS_TEXT.split())
_NEGATABLE_TEXT = """
is are was were do does did has have had could would should might must need ought
"""
_NEGATABLE = frozenset(_NEGATABLE_TEXT.split())
_WHOLE = {"can't": "cannot", "won't": "will not", "shan't": "shall not", "let's": "let us", "y'all": "you all"}

_ABBREVIATIONS = {
    "mr": "mister", "mrs": "missus", "dr": "doctor", "jr": "junior", "sr": "senior", "prof": "professor",
    "vs": "versus", "etc": "et cetera", "ok": "okay", "gonna": "going to", "wanna": "want to", "gotta": "got to",
}  # fmt: skip
_PHRASES = {"per cent": "percent", "can not": "cannot", "all right": "alright", "e mail": "email", "e mails": "emails"}
_PHRASE = re.compile(rf"(?<!\S)(?:{'|'.join(_PHRASES)})(?!\S)")

_OUR_TEXT = """
arbo ardo armo behavio cando clamo colo demeano endeavo enamo favo fervo flavo harbo hono humo labo neighbo odo parlo
ranco rigo rumo savio savo splendo succo tumo valo vapo vigo
"""
_ISE_TEXT = """
agon alphabet amort anatom antagon apolog atom author autom brutal bureaucrat canon capital caramel categor central
character civil commercial commod computer conceptual contextual critic crystall custom decentral demon deput digit
dramat econom emphas energ equal evangel extern external factor familiar fantas fertil final formal fratern fossil
galvan general global harmon hospital hypothes ideal immun individual industrial initial institutional internal
international ion ital item jeopard legal legitim liberal local lion magnet marginal material maxim mechan memor
mesmer metabol minim mobil modern monet monopol moral nasal national neutral normal operational optim organ ostrac
oxid parallel pasteur patron penal personal philosoph polar polymer popular pressur priorit privat procedural
professional public pulver random rational real recogn regular revital revolution romant sanit satir scandal scrutin
secular securit sensit serial sexual social special stabil standard steril stigmat strateg subsid summar symbol
sympath synchron synthes systemat temporal terror theor token traumat trivial unional urban util vandal vapor
verbal victim virtual visual vocal weapon western
"""
_RE_TEXT = """
cent calib fib lit lust meag millilit millimet centimet kilomet met mit nanomet och sab scept sepulch somb spect theat
amphitheat
"""
_DOUBLED_TEXT = """
cancel channel counsel dial equal fuel funnel initial label level marshal marvel model panel pedal quarrel rival
signal spiral total towel travel tunnel unravel
"""


def _either(text: str) -> str:
    return "|".join(text.split())


#: Families of spellings: what matches a whole word, and the American form. A test holds each of them to its list.
FAMILIES: tuple[tuple[str, str], ...] = (
    (rf"((?:un|dis|mis|re)?(?:{_either(_OUR_TEXT)}))ur([a-z]*)", r"\1r\2"),
    (
        rf"((?:un|de|dis|re|over|under|pre|non)?(?:{_either(_ISE_TEXT)}))is(e|ed|es|er|ers|ing|ation|ations|able)",
        r"\1iz\2",
    ),
    (r"((?:psycho|re)?anal|catal|electrol|paral|hydrol|dial)ys(e|ed|er|ers|ing)", r"\1yz\2"),
    (rf"({_either(_RE_TEXT)})re(s?)", r"\1er\2"),
    (r"centr(ed|ing)", r"center\1"),
    (rf"({_either(_DOUBLED_TEXT)})l(ed|ing|er|ers|ings|ous|ors?)", r"\1\2"),
    (r"(catal|anal)ogue(s?)", r"\1og\2"),
    (r"(def|off|pret)ence(s?)", r"\1ense\2"),
    (r"licenc(e|es|ed|ing)", r"licens\1"),
    (r"practis(e|es|ed|ing)", r"practic\1"),
    (r"(an|leuk|isch|septic|hypoglyc|hyperglyc|tox)aemi(a|as|c)", r"\1emi\2"),
    (r"anaesthe(sia|tic|tics|tist|tists)", r"anesthe\1"),
    (r"haemo([a-z]{3,})", r"hemo\1"),
    (r"(ortho|)paed(ic|ics|iatric|iatrics|iatrician|iatricians)", r"\1ped\2"),
    (r"(gyn)aecolog([a-z]+)", r"\1ecolog\2"),
    (r"oesophag(us|eal)", r"esophag\1"),
    (r"oestrogen(s?)", r"estrogen\1"),
    (r"foet(us|uses|al)", r"fet\1"),
    (r"diarrhoea", "diarrhea"),
    (r"encyclopaedi(a|as|c)", r"encyclopedi\1"),
    (r"manoeuvre(s?)", r"maneuver\1"),
    (r"manoeuvr(ed|ing)", r"maneuver\1"),
    (r"sulph(ur|uric|ate|ates|ide|ides)", r"sulf\1"),
    (r"scepti(c|cs|cal|cism)", r"skepti\1"),
    (r"grey(s|ish|er|ed|ing)?", r"gray\1"),
    (r"tyre(s?)", r"tire\1"),
    (r"cheque(s?)", r"check\1"),
    (r"programme(s?)", r"program\1"),
    (r"plough(s|ed|ing)?", r"plow\1"),
    (r"mould(s|ed|ing|y)?", r"mold\1"),
    (r"cos(y|ier|iest|ily)", r"coz\1"),
    (r"ageing", "aging"),
    (r"(acknowledg|judg)ement(s?)", r"\1ment\2"),
    (r"artefact(s?)", r"artifact\1"),
    (r"pyjama(s?)", r"pajama\1"),
    (r"jewell(ers?)", r"jewel\1"),
    (r"jewellery", "jewelry"),
    (r"(fulfil|enrol|instil|distil)(s|ment|ments)?", r"\1l\2"),
    (r"instalment(s?)", r"installment\1"),
    (r"(skil|wil)ful(ly)?", r"\1lful\2"),
)

#: Regular differences (Webster's reforms); bold, since a result counts only if it is a known word.
_REGULAR = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"is(e|ed|es|er|ers|ing|able|ation|ations)$", r"iz\1"),
        (r"ys(e|ed|es|er|ers|ing)$", r"yz\1"),
        (r"our(?=$|s|ed|ing|al|able|ite|less|er|ful)", "or"),
        (r"(?<=[bcdhtv])re(?=$|s$|d$)", "er"),
        (r"ae|oe", "e"),
        (r"ll(?=ed$|ing$|er$|ers$)", "l"),
        (r"ogue(?=$|s$)", "og"),
        (r"ence(?=$|s$)", "ense"),
        (r"mme$", "m"),
        (r"ph(?=ur)", "f"),
        (r"(?<=alumin)ium$", "um"),
    )
)


def expand_contractions(text: str) -> str:
    """Write contractions in full; 's after a noun stays, since it may be a possessive.

    >>> expand_contractions("it's mario's and we don't say he can't or that'll do")
    "it is mario's and we do not say he cannot or that will do"
    """
    return " ".join(_expanded(word) if "'" in word else word for word in text.split())


@lru_cache(maxsize=10_000)
def _expanded(word: str) -> str:
    if word in _WHOLE or word.count("'") > 2:
        return _WHOLE.get(word, word)
    head, _, verb = word.rpartition("'")
    before = _expanded(head) if "'" in head else head  # shouldn't've
    if verb == "t" and before.endswith("n") and before[:-1] in _NEGATABLE:
        return f"{before[:-1]} not"
    if verb == "s" and before in _BEFORE_IS:
        return f"{before} is"
    if verb in _VERBS and before.rpartition(" ")[2] in _BEFORE_VERBS:
        return f"{before} {_VERBS[verb]}"
    return word


def expand_abbreviations(text: str) -> str:
    """Write titles and a few other words and phrases in the one form that is said.

    >>> expand_abbreviations("mr smith vs dr lee can not e mail etc")
    'mister smith versus doctor lee cannot email et cetera'
    """
    words = " ".join(_ABBREVIATIONS.get(word, word) for word in text.split())
    return _PHRASE.sub(lambda match: _PHRASES[match[0]], words)


@lru_cache(maxsize=100_000)
def american(word: str) -> str:
    """The American spelling of a British one; any other word stays.

    >>> [american(word) for word in ("colours", "organisation", "travelled", "metres", "promise", "hour", "four")]
    ['colors', 'organization', 'traveled', 'meters', 'promise', 'hour', 'four']
    """
    stem, apostrophe, rest = word.partition("'")
    if not _any_family().fullmatch(stem):
        return word
    for pattern, replacement in _families():
        if match := pattern.fullmatch(stem):
            return match.expand(replacement) + apostrophe + rest
    return word


@cache
def _families() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), replacement) for pattern, replacement in FAMILIES)


@cache
def _any_family() -> re.Pattern[str]:
    return re.compile("|".join(pattern for pattern, _ in FAMILIES))


def unify_spelling(text: str) -> str:
    """Write British spellings as American ones.

    >>> unify_spelling("the colour of paediatric centres")
    'the color of pediatric centers'
    """
    return " ".join(map(american, text.split()))


def known_american(word: str, known: Container[str]) -> str | None:
    """The first known American spelling of a word, or None.

    >>> british = ("neutralising", "leukaemia", "tumours")
    >>> [known_american(word, {"neutralizing", "leukemia", "tumors"}) for word in british]
    ['neutralizing', 'leukemia', 'tumors']
    """
    return next((spelling for spelling in _regular_spellings(word) if spelling in known and spelling != word), None)


def _regular_spellings(word: str) -> Iterator[str]:
    """The word with one rule applied, then with all of them."""
    changed = word
    for pattern, replacement in _REGULAR:
        yield pattern.sub(replacement, word)
        changed = pattern.sub(replacement, changed)
    yield changed
