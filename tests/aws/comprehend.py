"""Comprehend's syntax operations, with a tagger of a few word lists and endings."""

import re
from typing import Any

from aws.access import Caller
from aws.errors import AwsError
from aws.resources import Answer, Request

MAX_BYTES = 5000
MAX_DOCUMENTS = 25
_CLOSED = {
    "DET": "a an the this that these those every each",
    "ADP": "of in on at by for with from to into as",
    "PRON": "i you he she it we they them him her us",
    "CCONJ": "and or but nor",
    "AUX": "is are was were be been am has have had do does did will would can could may must shall should",
    "PART": "not n't",
}
_TAG_OF = {word: tag for tag, words in _CLOSED.items() for word in words.split()}
_ENDINGS = (("ADV", "ly"), ("VERB", "ing|ed|ize|ise|ify"), ("ADJ", "ous|ful|ive|able|ible|ic|al"))
_TOKEN = re.compile(r"\w+|[^\w\s]")


def detect_syntax(request: Request, _: Caller) -> Answer:
    """DetectSyntax."""
    text = request["Text"]
    if message := _too_large(text):
        raise AwsError("TextSizeLimitExceededException", message)
    return {"SyntaxTokens": _tokens(text)}


def batch_detect_syntax(request: Request, _: Caller) -> Answer:
    """BatchDetectSyntax: a document that is too large is an entry of the error list, the others succeed."""
    texts = request["TextList"]
    if len(texts) > MAX_DOCUMENTS:
        raise AwsError("BatchSizeLimitExceededException", f"A batch holds at most {MAX_DOCUMENTS} documents.")
    results, errors = [], []
    for index, text in enumerate(texts):
        if message := _too_large(text):
            errors.append({"Index": index, "ErrorCode": "TEXT_SIZE_LIMIT_EXCEEDED", "ErrorMessage": message})
        else:
            results.append({"Index": index, "SyntaxTokens": _tokens(text)})
    return {"ResultList": results, "ErrorList": errors}


def _too_large(text: str) -> str:
    size = len(text.encode("utf-8"))
    return f"The text has {size} bytes; at most {MAX_BYTES} are allowed." if size > MAX_BYTES else ""


def _tokens(text: str) -> list[dict[str, Any]]:
    return [
        {
            "TokenId": number,
            "Text": match[0],
            "BeginOffset": match.start(),
            "EndOffset": match.end(),
            "PartOfSpeech": {"Tag": _tag(match[0]), "Score": 0.99},
        }
        for number, match in enumerate(_TOKEN.finditer(text), 1)
    ]


def _tag(word: str) -> str:
    if not word[0].isalnum():
        return "PUNCT"
    if word[0].isdigit():
        return "NUM"
    lower = word.lower()
    if lower in _TAG_OF:
        return _TAG_OF[lower]
    if word[0].isupper():
        return "PROPN"
    return next((tag for tag, endings in _ENDINGS if re.search(f"(?:{endings})$", lower)), "NOUN")
