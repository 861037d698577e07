"""Cache of S3 answers: Snakemake asks for the same objects each time it checks the jobs."""

from __future__ import annotations

from typing import Any

_WRITES = ("PutObject", "DeleteObject", "CompleteMultipartUpload")
#: Operations, and the parameters besides the bucket that distinguish two requests.
_QUESTIONS = {"HeadBucket": "", "HeadObject": "Key", "ListObjects": "Prefix"}
_MARK = "clm_question"


def remember(client: Any) -> None:
    """Let a client of S3 remember which objects there are and what they are, until it writes to them itself.

    Only for a process that is the only one to write these objects. A missing object is never remembered.
    """
    _Memory().listen(client.meta.events)


class _Memory:
    """Answers by operation, bucket, and key or prefix (one that ends in a slash)."""

    def __init__(self) -> None:
        self._answers: dict[Any, tuple[Any, dict[str, Any]]] = {}

    def listen(self, events: Any) -> None:
        for operation in _QUESTIONS:
            events.register(f"before-parameter-build.s3.{operation}", self._note)
            events.register(f"before-call.s3.{operation}", self._answer)
            events.register(f"after-call.s3.{operation}", self._keep)
        for operation in _WRITES:
            events.register(f"before-parameter-build.s3.{operation}", self._note_write)
            events.register(f"after-call.s3.{operation}", self._forget)

    def _note(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        detail = _QUESTIONS[model.name]
        special = params.keys() - {"Bucket", "EncodingType", detail}
        if not special and (model.name != "ListObjects" or params.get("Prefix", "").endswith("/")):
            context[_MARK] = (model.name, params["Bucket"], params.get(detail, ""))

    def _answer(self, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]] | None:
        known = self._answers.get(context.get(_MARK))
        return known and (known[0], dict(known[1]))

    def _keep(self, http_response: Any, parsed: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        if _MARK in context and http_response.status_code == 200:
            self._answers[context[_MARK]] = (http_response, dict(parsed))

    def _note_write(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[_MARK] = ("", params["Bucket"], params["Key"])
        self._forget(context)

    def _forget(self, context: dict[str, Any], **_: Any) -> None:
        """Forget before a write, and again after it, since a request may have come meanwhile."""
        _, bucket, key = context[_MARK]
        self._answers.pop(("HeadObject", bucket, key), None)
        for end, letter in enumerate(key, 1):
            if letter == "/":
                self._answers.pop(("ListObjects", bucket, key[:end]), None)
