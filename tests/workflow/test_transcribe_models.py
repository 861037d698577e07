"""Models and vocabularies at Amazon: which suit the recordings, what is cheaper, what there is to know of them."""

import re
from collections import Counter

import numpy as np
import pytest

from clm.base import files
from clm.corpus import report_card
from clm.evaluation import comparisons
from clm.reasons import codes
from team import BUCKET, FIRST, STOCK, VOCABULARY, Team


def test_a_model_for_another_language_is_refused_before_anything_starts(team: Team) -> None:
    team.s3.put_object(Bucket=BUCKET, Key="de/text.txt", Body=b"Guten Morgen und willkommen")
    client = team.loopback.client("transcribe")
    for name, language in (("german", "de-DE"), ("english", "en-US")):
        client.create_language_model(
            ModelName=name,
            LanguageCode=language,
            BaseModelName="WideBand",
            InputDataConfig={"S3Uri": f"s3://{BUCKET}/de/", "DataAccessRoleArn": team.role},
        )
    run = team.go(models=["german"], status=1)
    assert "german: it is a model for de-DE, but language is en-US" in run.output
    assert team.starts == 0
    run = team.go(models=["nobody"], status=1)
    assert "the account has no such CLM" in run.output
    assert team.starts == 0
    run = team.go(models=["english"])
    assert sorted(team.board()) == [STOCK, FIRST, "transcribe-english"]
    assert {start.model for start in team.service.starts} >= {"english"}
    run = team.go(top={"language": "en-GB"}, status=1)
    assert "transcribe-clm-001 in results is a model for en-US, not for en-GB" in run.output


@pytest.mark.long
def test_narrow_recordings_get_a_narrow_model_and_mixed_ones_an_explanation(team: Team) -> None:
    import soundfile

    def resample(folder: str, step: int) -> None:
        path = team.data / "input" / folder / "audio.wav"
        samples, rate = soundfile.read(path)
        soundfile.write(path, samples[::step], rate // step)

    resample("one", 2)
    run = team.go()
    assert "mixed sample rates: 1 folders have less than 16000" in run.output
    assert list(team.board()) == [STOCK]
    resample("two", 2)
    team.go()
    assert team.model()["details"]["base_model"] == "NarrowBand"
    [model] = team.service.models.all.values()
    assert model.request["BaseModelName"] == "NarrowBand"
    resample("two", 1)
    team.add("three", source=2)
    run = team.go()
    assert "transcribe-clm-001: its base model NarrowBand does not suit recordings of 16,000" in run.output


def test_a_vocabulary_is_the_cheaper_rival(team: Team) -> None:
    team.write("keywords/keywords.txt", "osmosis\n\nvitamin ☃\nlecture\n")
    run = team.go(vocabulary=True)
    assert set(team.board()) == {STOCK, FIRST, VOCABULARY}
    rows = files.read_table(team.results / "models" / VOCABULARY / "phrases.tsv", delimiter="\t")
    [dropped] = [row for row in rows if row["status"] == "dropped"]
    assert dropped["source"] == "keywords.txt line 3"
    assert "☃" in dropped["reason"]
    assert "keywords.txt line 3" in run.output
    assert int(team.board()[VOCABULARY]["fixed_words"]) > 0
    assert team.go(vocabulary=True).jobs == Counter()
    team.go("--forcerun", "heal", vocabulary=True)
    assert "transcribe-vocabulary-002" in team.board()
    assert team.go(vocabulary=True).jobs == Counter()
    starts = team.starts
    team.add("three", source=2)
    team.go()  # not wanted any more: no more money for vocabularies
    assert team.starts == starts + 3


@pytest.mark.long
def test_a_vocabulary_can_be_asked_for_later(team: Team) -> None:
    team.go()
    run = team.go(vocabulary=True)
    assert run.jobs["train_vocabulary"] == 1
    assert run.jobs["train_clm"] == 0
    assert VOCABULARY in team.board()
    assert team.go(vocabulary=True).jobs == Counter()


@pytest.mark.long
def test_comprehend_chooses_words_once(team: Team) -> None:
    run = team.go("--forcerun", "heal", comprehend=True, top={"keywords": "null"})
    assert run.jobs["heal"] == 1
    assert team.service.calls["Comprehend.BatchDetectSyntax"] == 1
    plan = files.read_json(team.results / "models" / FIRST / "plan.json")
    assert {item["word"] for item in plan["words"]} >= {"osmosis", "mitochondria"}
    team.go("--forcerun", "heal", comprehend=True, top={"keywords": "null"})
    assert team.service.calls["Comprehend.BatchDetectSyntax"] == 1


@pytest.mark.long
def test_news_about_models_is_shown(team: Team) -> None:
    team.go()
    team.service.settings.upgradable = "."
    team.add("three", source=2)
    assert "transcribe-clm-001: Amazon has a newer base model" in team.go().output
    team.service.models.all.clear()
    team.add("four", source=3)
    run = team.go(status=1)
    assert "transcribe-clm-001: clm-en-us-" in run.output
    assert "is not in the account any more" in run.output
    assert team.board()[STOCK]["recordings"] == "4"
    assert team.board()[FIRST]["status"] == "incomplete"
    chosen = team.go("--config", f"models=[{STOCK}]")
    assert "incomplete" in team.board()[FIRST]["status"]
    assert "not finished:" not in chosen.output


def test_a_clm_and_a_vocabulary_in_one_job_are_a_row_of_their_own(team: Team) -> None:
    both = f"{FIRST}+vocabulary-001"
    run = team.go(vocabulary=True, combine=True)
    assert "8 jobs" in run.output
    assert set(team.board()) == {STOCK, FIRST, VOCABULARY, both}
    together = [start for start in team.service.starts if start.model and start.vocabulary]
    assert len(together) == 2
    assert int(team.board()[both]["fixed_words"]) >= int(team.board()[FIRST]["fixed_words"])
    starts = team.starts
    assert team.go(vocabulary=True, combine=True).jobs.keys() <= {"complete"}
    team.add("three", source=2)
    team.go(vocabulary=True, combine=True)
    assert team.starts == starts + 4
    team.go(vocabulary=True)  # what was made stays on the board
    assert both in team.board()


def test_channels_are_recognised_apart_and_scored_as_one(team: Team) -> None:
    import soundfile

    text = "Good morning and welcome. To the first lecture today. On osmosis and power."
    path = team.data / "input" / "one"
    samples, rate = soundfile.read(path / "audio.wav")
    soundfile.write(path / "audio.wav", np.stack([samples, samples], axis=1), rate)
    (path / "transcript.txt").write_text(text)
    team.service.settings.error_rate = 0.0
    run = team.go(channels=True, top={"keywords": "null"})
    assert "billed: 45 s" in run.output  # one recording of two channels, one of one
    [two] = [start for start in team.service.starts if "ChannelIdentification" in start.settings]
    assert team.board()[STOCK]["wer"] == "0.000000"
    [job] = [job for job in team.service.jobs.all.values() if job.name == two.name]
    assert job.request["Settings"] == {"ChannelIdentification": True}


def test_own_tags_are_on_jobs_and_models(team: Team) -> None:
    team.go(tags={"cost-center": "42"})
    for found in (team.service.jobs.all, team.service.models.all):
        assert {entry.tags["cost-center"] for entry in found.values()} == {"42"}


def test_a_model_of_the_account_for_other_rates_is_told_and_marked(team: Team) -> None:
    phone = "transcribe-phone"
    team.s3.put_object(Bucket=BUCKET, Key="old/text.txt", Body=b"Good morning and welcome")
    team.loopback.client("transcribe").create_language_model(
        ModelName="phone",
        LanguageCode="en-US",
        BaseModelName="NarrowBand",
        InputDataConfig={"S3Uri": f"s3://{BUCKET}/old/", "DataAccessRoleArn": team.role},
    )
    said = f"{phone}: its base model NarrowBand does not suit recordings of 16,000 samples per second or more"
    run = team.go(models=["phone"], top={"keywords": "null"})
    assert said in run.output.partition("Transcribing with")[0]
    assert f"Warning: {said}" in " ".join(run.end.split())
    assert re.search(rf"^ *\d  {phone}(?: \*)? !", run.end, re.MULTILINE)
    marks = comparisons.read(team.results / "comparisons.json").marks
    assert marks == {phone: [codes.other_rates("NarrowBand", ["one", "two"])]}
    assert "its base model NarrowBand does not suit" in (team.results / "report.html").read_text(encoding="utf-8")
    again = team.go(models=["phone"], top={"keywords": "null"})
    assert not again.jobs
    assert said in again.output


def test_a_base_model_that_the_user_names_is_told_before_anything_is_trained(team: Team) -> None:
    run = team.go("-n", base_model="NarrowBand")
    assert f"{FIRST}: its base model NarrowBand does not suit recordings of 16,000" in run.output


def test_a_wrong_owner_of_the_bucket_stops_the_run_with_its_own_message(team: Team) -> None:
    run = team.go(bucket_owner="999999999999", status=1)
    assert f"config: transcribe.bucket_owner: S3 does not let you use {BUCKET}" in run.output
    assert team.starts == 0


def test_the_text_of_a_model_is_reported_on_before_it_is_trained(team: Team) -> None:
    team.write("text.txt", "Mitochondria are the power of a cell. Osmosis moves water.\n")
    own = {"keywords": "null", "training_data": "data/text.txt"}
    told = "training_data has 10 words, and a model from fewer than 200 is never proven better"
    assert told in team.go("-n", top=own).output
    assert team.starts == 0
    run = team.go(top=own)
    assert told in run.output.partition("This run: ")[0]
    before, _, after = " ".join(run.output.split()).partition("Training the language model: ")
    assert f"Text of {FIRST}: 10 words in 2 sentences." in before
    assert "Fewer than 200 words are too few to prove anything." in before
    assert "Related text alone is the least robust" in before
    assert f"Text of {FIRST}" not in after
    card = report_card.read(team.results / "models" / FIRST / "report_card.json")
    assert card.words == 10
    assert card.missed_covered > 0
    assert "few_words" in files.read_json(team.results / "models" / FIRST / "report_card.json")["findings"]


def test_a_training_that_failed_for_its_role_is_tried_again_and_others_are_named_at_every_run(team: Team) -> None:
    team.service.faults.fail("model", ".", "The role can't be assumed")
    run = team.go(status=1)
    assert "The role can't be assumed" in run.output
    team.service.faults.clear()
    team.go()
    assert team.board()[FIRST]["status"] == "finished"
    team.add("three", source=2, text="Mitochondria are the power of a cell.")
    team.service.faults.fail("model", ".", "too little text")
    team.go("--forcerun", "heal")
    run = team.go()
    assert "transcribe-clm-002 could not be made: Amazon could not train" in run.output
    assert "retry_failed=True" in run.output


@pytest.mark.long
def test_a_vocabulary_that_failed_is_named_and_made_again_as_the_hint_says(team: Team) -> None:
    team.service.faults.fail("vocabulary", ".", "row 1 is malformed")
    run = team.go(vocabulary=True)
    assert team.board()[VOCABULARY]["status"] == "failed"
    team.service.faults.clear()
    run = team.go("--forcerun", "heal", vocabulary=True, top={"retry_failed": True})
    assert f"{VOCABULARY} could not be made: Amazon could not make the vocabulary" in run.output
    assert "--forcerun heal --config retry_failed=True" in run.output
    assert team.board()["transcribe-vocabulary-002"]["status"] == "finished"


def test_an_input_in_another_region_is_refused(team: Team) -> None:
    elsewhere = team.loopback.client("s3", region_name="eu-west-1")
    elsewhere.create_bucket(Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for path in (team.data / "input").rglob("*.*"):
        team.s3.put_object(Bucket="far-away", Key=str(path.relative_to(team.data)), Body=path.read_bytes())
    run = team.go(status=1, top={"input": "s3://far-away/input", "keywords": "null"})
    assert "config: input: far-away is in eu-west-1, but the region is us-east-1" in run.output
    assert team.starts == 0


def test_an_archived_recording_leaves_out_its_folder_alone(team: Team) -> None:
    for path in (team.data / "input").rglob("*.*"):
        cold = {"StorageClass": "GLACIER"} if "two" in str(path) and path.suffix == ".wav" else {}
        team.s3.put_object(Bucket=BUCKET, Key=str(path.relative_to(team.data)), Body=path.read_bytes(), **cold)
    run = team.go(top={"input": f"s3://{BUCKET}/input", "keywords": "null"})
    assert "'two' is left out: audio.wav is archived in S3 (GLACIER)" in run.output
    assert team.board()[STOCK]["folders"] == "1"


def test_tuning_text_out_of_references_that_are_not_held_out(team: Team) -> None:
    for number in range(6):
        team.add(
            f"talk {number}", source=number % 4, start=1.0 + number, text=f"This is talk number {number} about cells."
        )
    run = team.go(top={"tuning_data": "references", "evaluation": {"heldout": ["one", "two"]}})
    assert "Tuning text: references of talk" in run.output
    [model] = team.service.models.all.values()
    assert "about cells." in model.corpus.tuning.lower()
    assert not set(model.corpus.tuning.splitlines()) & set(model.corpus.text.splitlines())
    plan = files.read_json(team.results / "models" / FIRST / "plan.json")
    assert [name for name in plan["recordings"] if name.startswith("talk")]
    assert not {"one", "two"} & plan["recordings"].keys()
