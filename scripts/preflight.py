"""Check account and settings before anything starts that costs money: bucket, region, and the CLMs' languages.

Amazon silently ignores a model for another language than that of the recording, so that is an error here.
scripts/doctor.py checks more, for setting up an account.
"""

import argparse
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from clm import cli
from clm.aws import encryption
from clm.aws.clients import Aws, code_of, explain, is_denied
from clm.aws.s3 import bucket_region
from clm.base import files
from clm.base.errors import UserError
from clm.base.progress import Progress
from clm.base.s3_path import S3Path, is_address
from clm.engines.transcribe import base_models
from clm.engines.transcribe.inventory import explained, language_models
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.reasons import sentences
from clm.results import manifests, models
from clm.results.models import ModelRecord
from clm.settings import read

log = logging.getLogger(__name__)

ENGINE = "transcribe"


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = cli.parser(__doc__)
    cli.add_settings_option(parser)
    parser.add_argument("--index", type=Path, required=True, help="recordings of all folders (JSON)")
    parser.add_argument("--models", type=Path, required=True, help="directory of the models")
    parser.add_argument("--output", type=Path, required=True, help="output: record of this check (JSON)")
    return parser.parse_args(argv)


def check_bucket(aws: Aws, bucket: str, key: str) -> None:
    """Refuse a bucket that is missing or in another region: Transcribe reads only from its own region.

    Args:
        aws: the account.
        bucket: name of the bucket.
        key: of the configuration that names it.

    Raises:
        UserError: it cannot be used.

    """
    try:
        found = bucket_region(aws.s3, bucket)
    except Exception as error:
        if code_of(error) in ("NoSuchBucket", "404"):
            raise UserError(
                f"config: {key}: there is no bucket {bucket!r}",
                "correct the name, or make it: aws s3 mb s3://NAME (docs/aws.md)",
            ) from error
        if is_denied(error) and aws.owned and aws.owned[0] == bucket:
            raise UserError(
                f"config: transcribe.bucket_owner: S3 does not let you use {bucket} as a bucket of that account",
                "correct bucket_owner, or bucket if it is another's; if both are right, add policies/s3-user.json",
            ) from error
        raise explain(error, f"looking at bucket {bucket}", "s3") from error
    here = aws.s3.meta.region_name
    if found != here:
        raise UserError(
            f"config: {key}: {bucket} is in {found}, but the region is {here}; Amazon Transcribe reads from its own "
            "region only",
            f"set transcribe.region: {found}, or take a bucket in {here}",
        )


def check_encryption(aws: Aws, settings: TranscribeSettings) -> Iterator[str]:
    """Refuse a bucket that takes nothing without a KMS key if none is set; tells where transcripts will have another.

    Raises:
        UserError: Amazon could not write its results.

    """
    if settings.kms_key:
        return
    if encryption.policy_demands_key(aws.s3, settings.bucket):
        raise UserError(
            f"config: transcribe.kms_key: the policy of {settings.bucket} refuses what is written without a KMS key",
            "set transcribe.kms_key to the ARN of that key",
        )
    if (default := encryption.default(aws.s3, settings.bucket)) and default.startswith("aws:kms"):
        yield (
            f"The default encryption of {settings.bucket} is {default}; Amazon Transcribe encrypts its results with "
            "S3's own key (SSE-S3) all the same, unless transcribe.kms_key names one."
        )


def check_models(
    wanted: Mapping[str, ModelRecord], account: Mapping[str, Mapping[str, Any]], language: str
) -> Iterator[str]:
    """Refuse CLMs of the account that cannot be used as requested; return warnings about the others.

    `wanted` holds the model.json by name, `account` Amazon's descriptions by Amazon's names.

    Raises:
        UserError: a CLM named in the configuration is missing, not ready, or for another language.

    """
    for name, about in wanted.items():
        amazon_model = about.details.get("amazon_model")
        if amazon_model is None:
            continue
        found = account.get(amazon_model)
        if not models.is_own(name):
            check_account_model(amazon_model, found, language)
        if found is None:
            yield f"{name}: {amazon_model} is not in the account any more; new recordings cannot be run with it."
        elif found.get("UpgradeAvailability"):
            yield f"{name}: Amazon has a newer base model; a new generation would use it (snakemake --forcerun heal)."


def check_account_model(name: str, found: Mapping[str, Any] | None, language: str) -> None:
    """Refuse a CLM from `transcribe.models` that cannot be used.

    Raises:
        UserError: it is missing, not ready, or for another language.

    """
    where = f"config: transcribe.models: {name}"
    if found is None:
        raise UserError(f"{where}: the account has no such CLM in this region", "correct the name, or take it out")
    if found["LanguageCode"] != language:
        raise UserError(
            f"{where}: it is a model for {found['LanguageCode']}, but language is {language}: Amazon would silently "
            "not use it",
            "correct language, or take the model out of the list",
        )
    if found["ModelStatus"] != "COMPLETED":
        reason = f" ({found['FailureReason']})" if found.get("FailureReason") else ""
        raise UserError(f"{where}: its state is {found['ModelStatus']}{reason}", "wait for it, or take it out")


def check_bases(
    wanted: Mapping[str, ModelRecord],
    account: Mapping[str, Mapping[str, Any]],
    directory: Path,
    rates: Mapping[str, frozenset[int]],
) -> Iterator[str]:
    """Note base models of CLMs of the account, and tell which do not suit the recordings: Amazon does not say it."""
    new = {}
    for name, about in wanted.items():
        base = account.get(about.details.get("amazon_model", ""), {}).get("BaseModelName")
        if base and not models.is_own(name) and about.details.get("base_model") != base:
            models.describe_account_model(directory / name / "model.json", base)
            new[name] = {"base_model": base}
    for name, marks in base_models.marks(new, rates).items():
        yield from (sentences.full(mark, f"{name}: ") for mark in marks)


def wanted_models(directory: Path, settings: TranscribeSettings) -> dict[str, ModelRecord]:
    """The model.json of our own CLMs and of those that the configuration names."""
    names = [
        *models.finished(directory, ENGINE),
        *models.finished(directory, ENGINE, models.CONTROL),
        *(f"{ENGINE}-{name}" for name in settings.models),
    ]
    return {name: models.read_record(directory / name / "model.json") for name in names}


def check_language(aws: Aws, language: str) -> None:
    """Refuse a language that Transcribe does not know.

    Raises:
        UserError: names it.

    """
    known = aws.transcribe.meta.service_model.shape_for("LanguageCode").enum
    if language not in known:
        raise UserError(f"config: language: Amazon Transcribe has no {language}", f"it has: {', '.join(sorted(known))}")


def main(argv: list[str] | None = None) -> None:
    """Run the program."""
    args = parse_args(argv)
    everything = read(args.settings)
    settings = TranscribeSettings.of(everything)
    aws = settings.connect()
    check_language(aws, settings.language)
    check_bucket(aws, settings.bucket, "transcribe.bucket")
    if is_address(everything.input) and (place := S3Path.parse(everything.input)).bucket != settings.bucket:
        check_bucket(aws, place.bucket, "input")
    wanted = wanted_models(args.models, settings)
    held = explained(language_models(aws.transcribe), "listing language models") if wanted else []
    account = {model["ModelName"]: model for model in held}
    notes = [*check_encryption(aws, settings), *check_models(wanted, account, settings.language)]
    notes += check_bases(wanted, account, args.models, manifests.sample_rates(args.index))
    progress = Progress()
    for note in notes:
        log.warning("%s", note)
        progress.show(note, now=True)
    files.write_json(args.output, {"notes": notes})


if __name__ == "__main__":
    cli.run(main)
