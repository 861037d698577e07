"""Profile `whisper`: the text normalizer published with OpenAI's Whisper, for comparison with public leaderboards.

The rules are those of the package `whisper-normalizer` (MIT), an optional dependency; English texts get the English
rules, all others the basic ones. They are not ours to change, and not idempotent ("mario's" becomes "mario is"); only
an error in their list of spellings, which writes a piece of markup into "archeology", is corrected here.
"""

from clm.base.errors import UserError
from clm.normalization.basic import Rule


def rules(english: bool) -> tuple[Rule, ...]:
    """The published rules, and the correction.

    Raises:
        UserError: the package is not installed.

    """
    try:
        from whisper_normalizer import basic
        from whisper_normalizer import english as published
    except ImportError as error:
        raise UserError(
            "normalizer.profile: whisper needs the package whisper-normalizer, which is not installed",
            ".venv/bin/pip install whisper-normalizer, or choose profile spoken",
        ) from error
    normalize = published.EnglishTextNormalizer() if english else basic.BasicTextNormalizer()

    def whisper_rules(text: str) -> str:
        return normalize(text)

    def mend_markup(text: str) -> str:
        return " ".join(text.replace("</span>", "").split())

    return whisper_rules, mend_markup
