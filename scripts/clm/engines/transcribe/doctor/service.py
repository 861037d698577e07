"""Amazon Transcribe and Comprehend: permissions, language, models of the account, quotas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from clm.base.messages import nearest
from clm.base.redaction import scrub
from clm.engines.transcribe.doctor.findings import (
    NOBODY,
    NOT_OK,
    OK,
    UNKNOWN,
    Case,
    Finding,
    failed,
    missing,
    permission,
)
from clm.engines.transcribe.inventory import language_models, vocabularies
from clm.engines.transcribe.transcribe_settings import CLM_LANGUAGES, TAG

#: Error codes for something that does not exist.
_ABSENT = ("NotFoundException", "BadRequestException")
#: Languages of Comprehend's syntax analysis (SyntaxLanguageCode in its API reference).
_SYNTAX = ("de", "en", "es", "fr", "it", "pt")
#: More bytes than a document, and more documents than a batch may have: they are refused, and so cost nothing.
_TOO_LONG, _TOO_MANY = 5001, 26
_TOO_LARGE = ("TextSizeLimitExceededException", "BatchSizeLimitExceededException", "InvalidRequestException")
#: Amazon's names of the quotas that the configuration has as `transcribe.limits`, by key.
_QUOTAS = {
    "models": re.compile("total .*custom language models", re.IGNORECASE),
    "training": re.compile("train.* custom language models", re.IGNORECASE),
    "vocabularies": re.compile("total .*vocabularies", re.IGNORECASE),
}
#: Names of the quotas for jobs and starts per second, by the key of `transcribe` that must stay below.
_PACES = {
    "max_jobs": re.compile("concurrent batch transcription jobs", re.IGNORECASE),
    "starts_per_second": re.compile("transactions per second, starttranscriptionjob", re.IGNORECASE),
}


def check(case: Case) -> Iterator[Finding]:
    """All checks of Transcribe; those that only IAM can answer come last."""
    transcribe = case.client("transcribe")
    yield from _languages(case, transcribe)
    yield from _reading(case, transcribe)
    yield from _models(case, transcribe)
    yield from _account_quotas(case)
    if case.comprehend:
        yield from _comprehend(case)
    yield from _simulated(case)


def _languages(case: Case, transcribe: Any) -> Iterator[Finding]:
    language = case.settings.language
    known = list(transcribe.meta.service_model.shape_for("LanguageCode").enum)
    if language in known:
        yield Finding(OK, "language", language)
    else:
        yield Finding(NOT_OK, "language", f"Transcribe does not know {language}", nearest(language, known))
    if language in CLM_LANGUAGES:
        yield Finding(OK, "language for CLMs", language)
        return
    wanted = bool(case.settings.role_arn or case.settings.models)
    detail = f"Amazon has no custom language models for {language}"
    hint = f"they exist for {', '.join(CLM_LANGUAGES)}; transcribe.vocabulary: true works in any language"
    yield Finding(NOT_OK if wanted else OK, "language for CLMs", detail, hint)


def _reading(case: Case, transcribe: Any) -> Iterator[Finding]:
    """Try the operations that have no effect."""
    arn = _arn(case, f"transcription-job/{NOBODY}")
    calls = {
        "ListTranscriptionJobs": lambda: transcribe.list_transcription_jobs(MaxResults=1),
        "GetTranscriptionJob": lambda: transcribe.get_transcription_job(TranscriptionJobName=NOBODY),
        "DescribeLanguageModel": lambda: transcribe.describe_language_model(ModelName=NOBODY),
        "ListTagsForResource": lambda: transcribe.list_tags_for_resource(ResourceArn=arn),
    }
    if case.vocabulary:
        calls["GetVocabulary"] = lambda: transcribe.get_vocabulary(VocabularyName=NOBODY)
    for name, call in calls.items():
        action = f"transcribe:{name}"
        yield permission(f"permission {action}", action, call, absent=_ABSENT)


def _models(case: Case, transcribe: Any) -> Iterator[Finding]:
    """The account's models: those to be compared, and how many more there may be."""
    limits = case.settings.limits
    try:
        models = {model["ModelName"]: model for model in language_models(transcribe)}
    except Exception as error:
        yield failed(error, "models of the account", "transcribe:ListLanguageModels")
    else:
        for name in case.settings.models:
            yield _model(name, models, case.settings.language)
        training = sum(model["ModelStatus"] == "IN_PROGRESS" for model in models.values())
        yield _quota("quota of models", len(models), limits["models"], "models")
        detail = f"{training} of {limits['training']:g} at once"
        waits = training >= limits["training"]
        yield Finding(OK, "models in training", detail, "a new one waits until one of them is done" if waits else "")
    if case.vocabulary:
        try:
            count = sum(1 for _ in vocabularies(transcribe))
            yield _quota("quota of vocabularies", count, limits["vocabularies"], "vocabularies")
        except Exception as error:
            yield failed(error, "quota of vocabularies", "transcribe:ListVocabularies")


def _model(name: str, models: dict[str, dict[str, Any]], language: str) -> Finding:
    what = f"model {name}"
    model = models.get(name)
    if model is None:
        return Finding(NOT_OK, what, "the account has no such model in this region", nearest(name, list(models)))
    if model["ModelStatus"] == "IN_PROGRESS":
        return Finding(NOT_OK, what, "it is still in training", "wait, or take it out of transcribe.models")
    if model["ModelStatus"] != "COMPLETED":
        reason = scrub(model.get("FailureReason") or "Amazon gave no reason")
        return Finding(NOT_OK, what, f"its training failed: {reason}", "take it out of transcribe.models")
    if model["LanguageCode"] != language:
        detail = f"it is for {model['LanguageCode']}, the recordings are in {language}"
        return Finding(NOT_OK, what, detail, "Amazon would ignore it without a word: take it out of transcribe.models")
    newer = "; Amazon has a newer base model" if model.get("UpgradeAvailability") else ""
    return Finding(OK, what, f"{model['LanguageCode']}, {model['BaseModelName']}{newer}")


def _quota(what: str, used: int, limit: float, kind: str) -> Finding:
    detail = f"{used} of {limit:g} used"
    if used < limit:
        return Finding(OK, what, detail)
    hint = (
        f"scripts/clean.py --only {kind} shows which could go; if Amazon allows you more (Service Quotas in the AWS"
        f" console), set transcribe.limits.{kind}"
    )
    return Finding(NOT_OK, what, detail, hint)


def _account_quotas(case: Case) -> Iterator[Finding]:
    """Compare the account's real quotas, where they can be read, with the configuration."""
    what, action = "limits in the configuration", "servicequotas:ListServiceQuotas"
    try:
        pages = case.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="transcribe")
        values = {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}
    except Exception as error:
        trouble = failed(error, what, action)
        yield Finding(UNKNOWN, what, trouble.detail, trouble.hint)
        return
    yield from _paces(case, values)
    found = {key: value for key, name in _QUOTAS.items() for quota, value in values.items() if name.search(quota)}
    other = {key: value for key, value in found.items() if value != case.settings.limits[key]}
    if other:
        hint = f"set {', '.join(f'transcribe.limits.{key}: {value:g}' for key, value in other.items())}"
        yield Finding(NOT_OK, what, "the account's quotas are others", hint)
    elif found:
        yield Finding(
            OK, what, f"the account's quotas: {', '.join(f'{value:g} {key}' for key, value in found.items())}"
        )
    else:
        yield Finding(UNKNOWN, what, "Service Quotas does not list them")


def _paces(case: Case, values: dict[str, float]) -> Iterator[Finding]:
    """Jobs at once and starts per second against what the account may do; others of the account need some of it."""
    for key, name in _PACES.items():
        quota = next((value for quota, value in values.items() if name.search(quota)), None)
        if quota is None:
            continue
        wanted = getattr(case.settings, key)
        detail = f"{wanted:g} of the {quota:g} that the account may have; {max(0.0, quota - wanted):g} left for others"
        if wanted > quota:
            yield Finding(NOT_OK, f"transcribe.{key}", detail, f"set transcribe.{key} below {quota:g}")
        else:
            yield Finding(OK, f"transcribe.{key}", detail)


def _comprehend(case: Case) -> Iterator[Finding]:
    language = case.settings.language.split("-")[0]
    if language not in _SYNTAX:
        detail = f"its syntax analysis does not know {language}"
        yield Finding(NOT_OK, "Comprehend", detail, "set transcribe.comprehend: false; an offline filter does the job")
        return
    client = case.client("comprehend")
    calls = {
        "DetectSyntax": lambda: client.detect_syntax(Text="a" * _TOO_LONG, LanguageCode=language),
        "BatchDetectSyntax": lambda: client.batch_detect_syntax(TextList=["a"] * _TOO_MANY, LanguageCode=language),
    }
    for name, call in calls.items():
        action = f"comprehend:{name}"
        yield permission(f"permission {action}", action, call, absent=_TOO_LARGE)


def _simulated(case: Case) -> Iterator[Finding]:
    """Ask IAM about operations that would start or create something."""
    context = {"transcribe:OutputBucketName": case.settings.bucket or "", "aws:TagKeys": [TAG]}
    needed = ["transcribe:StartTranscriptionJob", "transcribe:TagResource"]
    if case.settings.role_arn:
        needed.append("transcribe:CreateLanguageModel")
    if case.vocabulary:
        needed.append("transcribe:CreateVocabulary")
    allowed = case.simulate(needed, "*", context)
    if allowed is None:
        hint = f"{missing('iam:SimulatePrincipalPolicy')}, or see in a first small run"
        yield Finding(UNKNOWN, f"permission {', '.join(needed)}", "IAM does not let you ask", hint)
        return
    for action in needed:
        status = OK if allowed.get(action) else NOT_OK
        yield Finding(status, f"permission {action}", hint="" if status == OK else missing(action))
    for action, kind in (
        ("transcribe:DeleteTranscriptionJob", "transcription-job"),
        ("transcribe:DeleteLanguageModel", "language-model"),
        ("transcribe:DeleteVocabulary", "vocabulary"),
    ):
        if not (case.simulate([action], _arn(case, f"{kind}/{NOBODY}"), {}) or {}).get(action):
            note = "not allowed, and not needed but for scripts/clean.py"
            yield Finding(OK, f"permission {action}", note, missing(action))


def _arn(case: Case, resource: str) -> str:
    """ARN of a resource of Transcribe's in the account and region of the caller."""
    caller = case.known_caller
    return f"arn:{caller.partition}:transcribe:{case.region}:{caller.account}:{resource}"
