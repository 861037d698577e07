"""Custom language models at Amazon through the real boto3, on a clock that runs fast."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aws.server import Loopback, serving
from clm.aws.clients import Aws
from clm.base.errors import PassingError, UserError
from clm.base.s3_path import S3Path
from clm.config import load
from clm.engines.transcribe.artifacts import encryption
from clm.engines.transcribe.base_models import choose_base
from clm.engines.transcribe.language_models import Trainer, check_text
from clm.engines.transcribe.phrases.custom_vocabulary import VocabularyMaker
from clm.engines.transcribe.phrases.phrase_table import Phrase, build
from clm.engines.transcribe.transcribe_settings import TranscribeSettings
from clm.types import TrainingFailed, TrainingText
from runner import CHECKOUT

BUCKET = "training"
WIDE = {"one": frozenset([16_000, 48_000])}


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    with serving(scale=1000.0, model_seconds=100.0) as loopback:
        for name, value in loopback.environment.items():
            monkeypatch.setenv(name, value)
        loopback.client("s3").create_bucket(Bucket=BUCKET)
        yield loopback


@pytest.fixture
def settings(loopback: Loopback) -> TranscribeSettings:
    section = {"bucket": BUCKET, "role_arn": loopback.create_role(), "poll_seconds": 0.02}
    return TranscribeSettings.of(load({"engine": "transcribe", "transcribe": section}, CHECKOUT, CHECKOUT))


@pytest.fixture
def text(tmp_path: Path) -> TrainingText:
    path = tmp_path / "keywords.txt"
    path.write_text("Osmosis moves water.\n", encoding="utf-8")
    tuning = tmp_path / "tuning_data.txt"
    tuning.write_text("Water moves.\n", encoding="utf-8")
    return TrainingText({"keywords": path}, tuning, WIDE)


def train(settings: TranscribeSettings, text: TrainingText, **options: bool) -> dict:
    return Trainer(Aws(), settings).train(text, **options)


def test_a_model_is_made_once_with_all_that_amazon_asks_for(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText
) -> None:
    details = train(settings, text)
    assert train(settings, text) == details
    assert loopback.service.calls["Transcribe.CreateLanguageModel"] == 1
    [model] = loopback.service.models.all.values()
    assert model.name == details["amazon_model"]
    assert model.request["BaseModelName"] == details["base_model"] == "WideBand"
    assert "Osmosis moves water." in model.corpus.text
    assert "Water moves." in model.corpus.tuning
    assert list(model.tags) == ["clm-proof"]


def test_a_lost_answer_is_no_second_model(loopback: Loopback, settings: TranscribeSettings, text: TrainingText) -> None:
    loopback.service.faults.add("CreateLanguageModel", first=1, reset=True, applied=True)
    train(settings, text)
    assert len(loopback.service.models.all) == 1


def test_too_many_in_training_are_waited_for(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText
) -> None:
    loopback.service.settings.max_training = 1
    other = text.sources["keywords"].with_name("other.txt")
    other.write_text("Another text.\n", encoding="utf-8")
    client = loopback.client("transcribe")
    loopback.client("s3").put_object(Bucket=BUCKET, Key="other/text.txt", Body=b"Another text.")
    data = {"S3Uri": f"s3://{BUCKET}/other/", "DataAccessRoleArn": settings.role_arn}
    client.create_language_model(
        ModelName="other", LanguageCode="en-US", BaseModelName="WideBand", InputDataConfig=data
    )
    assert train(settings, text)["amazon_model"] in loopback.service.models.all


def test_a_full_account_says_which_of_ours_could_go(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText
) -> None:
    first = train(settings, text)["amazon_model"]
    loopback.service.settings.max_models = 1
    text.sources["keywords"].write_text("Something else.\n", encoding="utf-8")
    full = replace(settings, limits={**settings.limits, "models": 1})
    with pytest.raises(PassingError, match=first) as error:
        train(full, text)
    assert "clean.py" in error.value.hint


def test_a_model_that_fails_says_why_and_is_tried_again_on_purpose_only(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText
) -> None:
    loopback.service.faults.fail("model", ".", "not enough text")
    for _ in range(2):
        with pytest.raises(TrainingFailed, match="not enough text"):
            train(settings, text)
    assert loopback.service.calls["Transcribe.CreateLanguageModel"] == 1
    loopback.service.faults.clear()
    assert train(settings, text, retry=True)["amazon_model"].endswith("-r2")


def test_a_name_that_is_taken_is_told(loopback: Loopback, settings: TranscribeSettings, text: TrainingText) -> None:
    name = train(settings, text)["amazon_model"]
    loopback.service.models.all[name].request["LanguageCode"] = "de-DE"
    with pytest.raises(UserError, match="taken by a different one"):
        train(settings, text)


def test_strange_files_beside_the_text_are_not_trained_from(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText
) -> None:
    name = train(settings, text)["amazon_model"]
    place = settings.training(name)
    loopback.client("transcribe").delete_language_model(ModelName=name)
    loopback.client("s3").put_object(Bucket=BUCKET, Key=f"{place.folder}extra.txt", Body=b"x")
    with pytest.raises(UserError, match=r"other files.*extra\.txt"):
        train(settings, text)


def test_patience_ends(loopback: Loopback, settings: TranscribeSettings, text: TrainingText) -> None:
    loopback.service.clock.scale = 0.0
    with pytest.raises(PassingError, match="patience_hours"):
        train(replace(settings, patience_hours=0.1 / 3600), text)
    loopback.service.clock.scale = 1000.0
    train(settings, text)
    assert loopback.service.calls["Transcribe.CreateLanguageModel"] == 1


def test_what_is_missing_is_named(loopback: Loopback, settings: TranscribeSettings, text: TrainingText) -> None:
    with pytest.raises(PassingError, match="role_arn"):
        train(replace(settings, role_arn=None), text)
    with pytest.raises(UserError, match="no custom language models for fr-FR"):
        train(replace(settings, language="fr-FR"), text)
    with pytest.raises(UserError, match="scripts/doctor"):
        train(replace(settings, role_arn="arn:aws:iam::123456789012:role/nobody"), text)
    assert "Transcribe.StartTranscriptionJob" not in loopback.service.calls


@pytest.mark.parametrize(
    ("rates", "base"), [(WIDE, "WideBand"), ({"a": frozenset([8000])}, "NarrowBand"), ({}, "WideBand")]
)
def test_the_base_model_follows_the_sample_rates(rates: dict[str, frozenset[int]], base: str) -> None:
    assert choose_base(rates, None) == base
    assert choose_base(rates, "NarrowBand") == "NarrowBand"


def test_mixed_rates_are_explained() -> None:
    with pytest.raises(UserError, match=r"1 folders .*\(a\) and 1 have more \(b\)") as error:
        choose_base({"a": frozenset([8000]), "b": frozenset([16_000])}, None)
    assert "base_model" in error.value.hint


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"good\n\xff\xfeb\n", r"line 2: not UTF-8"), (b"a\nb\nsee <b>this</b>\n", r"line 3: markup \('<b>'\)")],
)
def test_bad_text_is_named_by_file_and_line(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=what) as error:
        check_text(path)
    assert str(path) in error.value.message


def test_places_in_the_bucket(settings: TranscribeSettings) -> None:
    assert settings.audio == S3Path(BUCKET, "clm/audio")
    assert replace(settings, prefix="").training("m") == S3Path(BUCKET, "training/m")


@pytest.mark.parametrize(
    "reason",
    [
        "The role arn:aws:iam::1:role/x can't be assumed by Transcribe",
        "Access denied to s3://b/k",
        "The bucket is in another region",
        "not authorized to perform kms:Decrypt",
    ],
)
def test_a_training_that_failed_for_role_or_access_is_tried_again_by_itself(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText, reason: str
) -> None:
    loopback.service.faults.fail("model", ".", reason)
    with pytest.raises(PassingError, match="could not train") as error:
        train(settings, text)
    assert "doctor.py" in error.value.hint
    loopback.service.faults.clear()
    assert train(settings, text)["amazon_model"].endswith("-r2")
    assert train(settings, text)["amazon_model"].endswith("-r2")
    assert loopback.service.calls["Transcribe.CreateLanguageModel"] == 2


@pytest.mark.usefixtures("loopback")
def test_a_role_that_is_refused_at_once_may_be_put_right(settings: TranscribeSettings, text: TrainingText) -> None:
    nobody = replace(settings, role_arn=settings.role_arn.replace("loopback-transcribe", "nobody"))
    with pytest.raises(PassingError, match="creating model"):
        train(nobody, text)
    train(settings, text)


def test_the_users_key_and_tags_are_for_models_too(
    loopback: Loopback, settings: TranscribeSettings, text: TrainingText
) -> None:
    key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
    mine = replace(settings, kms_key=key, tags={"cost-center": "42"})
    [model] = [loopback.service.models.all[train(mine, text)["amazon_model"]]]
    assert model.request["EncryptionConfiguration"] == {"KMSKey": key}
    assert model.tags["cost-center"] == "42"
    details = VocabularyMaker(Aws(), mine).make(build([Phrase("osmosis", "x")], "en-US").text)
    vocabulary = loopback.service.vocabularies.all[details["vocabulary"]]
    assert vocabulary.request["EncryptionConfiguration"] == {"KMSKey": key}
    assert vocabulary.tags["cost-center"] == "42"
    by_alias = replace(settings, kms_key="alias/talks")
    assert encryption(Aws(), "CreateLanguageModel", by_alias) == {}


def test_a_vocabulary_that_failed_for_access_is_made_again_and_others_on_purpose_only(
    loopback: Loopback, settings: TranscribeSettings
) -> None:
    maker = VocabularyMaker(Aws(), settings)
    osmosis, cell = (build([Phrase(word, "x")], "en-US").text for word in ("osmosis", "cell"))
    loopback.service.faults.fail("vocabulary", ".", "The S3 bucket denied access")
    with pytest.raises(PassingError, match="denied access"):
        maker.make(osmosis)
    loopback.service.faults.clear()
    assert maker.make(osmosis)["vocabulary"].endswith("-r2")
    loopback.service.faults.fail("vocabulary", ".", "row 1 is malformed")
    for _ in range(2):
        with pytest.raises(TrainingFailed, match="malformed"):
            maker.make(cell)
    loopback.service.faults.clear()
    assert maker.make(cell, retry=True)["vocabulary"].endswith("-r2")
    assert loopback.service.calls["Transcribe.CreateVocabulary"] == 4


def test_an_unknown_rate_is_not_taken_for_wideband() -> None:
    rates = {"one": frozenset([16_000]), "two": frozenset([0])}
    with pytest.raises(PassingError, match=r"unknown \(two\)"):
        choose_base(rates, None)
    assert choose_base(rates, "NarrowBand") == "NarrowBand"


@pytest.mark.usefixtures("loopback")
def test_tuning_text_that_was_trained_on_is_refused_with_the_lines(
    settings: TranscribeSettings, text: TrainingText
) -> None:
    text.sources["keywords"].write_text("It rains.\nWater moves through a membrane.\nThank you.\n", encoding="utf-8")
    text.tuning.write_text("Thank you.\n\nwater moves through a membrane.\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"line 3 is line 2 of keywords\.txt"):
        train(settings, text)
