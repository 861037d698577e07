"""What docs/aws.md says of Amazon has a source; what botocore is quoted for, it says."""

import functools
import re
from typing import Any

import botocore.session
import pytest

from runner import CHECKOUT

TEXT = (CHECKOUT / "docs" / "aws.md").read_text(encoding="utf-8")
PAGE, _, SOURCES = TEXT.partition("\n## Sources\n")
ROWS = dict(re.findall(r"^\| (\d+) \| (.*) \|$", SOURCES, re.MULTILINE))
#: Words of botocore's documentation behind statements, by shape and member.
SAID = {
    "StartTranscriptionJobRequest.OutputEncryptionKMSKeyId": "your output is encrypted with the default Amazon S3 key",
    "EncryptionConfiguration.KMSKey": "Only full KMS key ARN format is supported",
    "Media.MediaFileUri": "must be located in the same Amazon Web Services Region where you're making",
    "LimitExceededException": "sent too many requests or your input file is too long",
    "CreateLanguageModelRequest.BaseModelName": "16,000 Hz or greater, choose WideBand",
    "ModelSettings.LanguageModelName": "the custom language model isn't applied. There are no errors or warnings",
    "Settings.ChannelIdentification": "then appends the output for each channel into one transcript",
    "StartTranscriptionJobRequest.TranscriptionJobName": "same name as an existing job, you get a ConflictException",
    "CreateLanguageModelRequest.ModelName": "existing custom language model, you get a ConflictException",
    "TranscriptionJob.FailureReason": "between 8,000 and 48,000 hertz",
    "CreateVocabularyRequest.Phrases": "unsupported characters, your custom vocabulary filter request fails",
    "InputDataConfig.DataAccessRoleArn": "permissions to access the Amazon S3 bucket",
}


@functools.cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def shape(name: str, service: str = "transcribe") -> Any:
    """A shape by its name, or that of a member."""
    name, _, member = name.partition(".")
    found = model(service).shape_for(name)
    return found.members[member] if member else found


def named(row: str) -> list[tuple[str, str]]:
    """Services and members of botocore that a row names."""
    source = row.rpartition(" | ")[2]
    parts = re.findall(r"botocore(?: \((\w+)\))?,((?: ?`[\w.]+`,?)+)", source)
    return [(service or "transcribe", name) for service, names in parts for name in re.findall(r"`([\w.]+)`", names)]


def test_every_number_has_a_source_and_is_used_where_the_page_says_something() -> None:
    used = {number for listed in re.findall(r"\[([\d, ?]+)\](?!\()", PAGE) for number in listed.split(", ")} - {"?"}
    assert used <= ROWS.keys()
    assert ROWS.keys() - used <= {"11", "24", "25"}  # of the code alone
    assert "[?]" in PAGE
    assert "We could not verify [?]" in SOURCES


@pytest.mark.parametrize("number", ROWS)
def test_members_of_botocore_are_there(number: str) -> None:
    for service, name in named(ROWS[number]):
        assert shape(name, service)


@pytest.mark.parametrize("name", SAID)
def test_botocore_says_so(name: str) -> None:
    assert name in {found for row in ROWS.values() for _, found in named(row)}
    said = re.sub(r"<[^>]+>|\s+", " ", shape(name).documentation)
    assert SAID[name].replace(" ", "") in said.replace(" ", "")


def test_nothing_of_a_job_is_promised_and_waiting_ends_after_six_hours() -> None:
    assert shape("TranscriptionJob").required_members == []
    waiter = botocore.session.get_session().get_waiter_model("transcribe").get_waiter("LanguageModelCompleted")
    assert waiter.delay * waiter.max_attempts == 6 * 3600
