"""Warnings and next steps: one source for page, terminal and JSON, in the order of cause."""

from pathlib import Path

import pytest

from clm.base import files
from clm.engines.pocketsphinx.sphinx_engine import PocketSphinx
from clm.evaluation import verdict_text
from clm.reasons import codes
from clm.report import advice, cards, cautions, first_screen, scope
from clm.report.gather import read
from clm.results import invocation
from clm.run.command_line import repeatable
from clm.scoring import model_diagnosis
from clm.scoring.model_diagnosis import ModelDiagnosis
from report_data import FIRST, SECOND, STOCK, ResultsFolder, outcome, spoken, trouble


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ResultsFolder]:
    """Results of each kind, read only."""
    return {name: outcome(tmp_path_factory.mktemp(name), name) for name in ("better", "worse", "no gain", "nothing")}


def titles(folder: ResultsFolder) -> list[str]:
    return [step.title for step in advice.next_steps(read(folder.directory))]


@pytest.mark.parametrize("name", ["worse", "no gain"])
def test_more_recordings_are_not_asked_for_where_the_figures_are_against_the_model(
    made: dict[str, ResultsFolder], name: str
) -> None:
    results = read(made[name].directory)
    steps = advice.next_steps(results)
    assert steps[0].title == "Use other text"
    assert "contains 0 of the" in steps[0].text
    assert not [step for step in steps if "recordings" in step.title]
    judged = first_screen.judge(results)
    for text in (judged.proof, *judged.sentences):
        assert "more words would" not in text
        assert "More recordings would help" not in text


def test_text_that_has_the_missed_words_and_brings_nothing_is_told_apart(tmp_path: Path) -> None:
    folder = outcome(tmp_path, "no gain")
    said = "\n".join(text for recordings in folder.texts.references.values() for text in recordings.values())
    files.write_text(folder.directory / "models" / FIRST / "corpus" / "keywords.txt", said)
    step = advice.next_steps(read(folder.directory))[0]
    assert "(100%)" in step.text
    assert "pronunciations" in step.text


def test_steps_come_in_the_order_of_cause(tmp_path: Path) -> None:
    folder = trouble(outcome(tmp_path, "worse"))
    diagnosis = ModelDiagnosis(FIRST, findings={"talk 0009": (codes.swapped("audio", "talk 0008"),)})
    model_diagnosis.write(folder.directory / "diagnosis" / f"{FIRST}.json", diagnosis)
    assert titles(folder)[:4] == [
        "Repair 5 folders that are left out",
        "Text and audio are probably swapped",
        "Use other text",
        "Heal: train the next generation",
    ]


def test_nothing_trained_names_three_ways_to_give_text(made: dict[str, ResultsFolder]) -> None:
    results = read(made["nothing"].directory)
    commands = [step.command for step in advice.next_steps(results)[:3]]
    assert [command.partition("4 ")[2] for command in commands] == [
        "--forcerun heal", "--config keywords=terms.txt", "--config training_data=texts",
    ]  # fmt: skip
    (found,) = [item for item in cautions.warnings(results) if item.kind == "untrained"]
    assert found.grave
    assert "no text to learn from" in found.text


def test_why_nothing_was_trained_is_the_reason_of_the_training(tmp_path: Path) -> None:
    folder = outcome(tmp_path, "nothing")
    home = folder.directory / "models" / FIRST
    files.write_json(home / "plan.json", {"train": True})
    files.write_json(home / "training.json", {"trained": False, "reason": codes.corpus_incomplete(["cell"]).as_json()})
    (found,) = [item for item in cautions.warnings(read(folder.directory)) if item.kind == "untrained"]
    assert "articles could not be fetched for cell" in found.text
    files.write_json(home / "plan.json", {"train": False})
    (found,) = [item for item in cautions.warnings(read(folder.directory)) if item.kind == "untrained"]
    assert "no missed word to learn" in found.text


def test_good_results_have_nothing_to_warn_of_but_audio_that_is_not_here(made: dict[str, ResultsFolder]) -> None:
    found = cautions.warnings(read(made["better"].directory), ["the audio is not here"])
    assert [(item.kind, item.grave) for item in found] == [("results", False)]
    assert "Nothing to warn of." not in made["better"].report()  # there is no audio


def test_each_trouble_is_a_warning(tmp_path: Path) -> None:
    folder = trouble(outcome(tmp_path, "leaked"))
    folder.model(FIRST, corpus_words=900, details={"marks": [codes.forgets(2.5).as_json()]})
    runs = files.read_table(folder.directory / "runs.csv")
    failed = {**runs[0], "status": "failed", "reason": "not decodable"}
    files.write_table(folder.directory / "runs.csv", tuple(runs[0]), [failed, *runs[1:]])
    (folder.directory / "comparisons.json").unlink()
    files.write_json(folder.directory / "state.json", {"unusable_keywords": "keywords.txt: no keyword in it"})
    found = {item.kind: item for item in cautions.warnings(read(folder.directory))}
    grave = {kind for kind, item in found.items() if item.grave}
    assert grave == {"left_out", "without_result", "leak", "harm", "keywords", "articles"}
    assert found["articles"].command.startswith("/opt/clm/.venv/bin/snakemake -s")
    assert "perplexity" in found["harm"].text
    assert len(found["left_out"].details) == 5


def test_harm_of_an_older_generation_is_a_remark(tmp_path: Path) -> None:
    texts = spoken(8, (STOCK, FIRST, SECOND))
    texts.heard[FIRST] = {name: {"audio": "nothing of it"} for name in texts.references}
    folder = ResultsFolder(tmp_path, texts)
    for number, name in enumerate((FIRST, SECOND)):
        folder.model(name, created=f"2026-01-0{number + 1}", corpus_words=900)
    results = read(folder.write().directory)
    assert results.subject
    assert results.subject.name == SECOND
    harm = [item for item in cautions.warnings(results) if item.kind == "harm"]
    assert [(item.text.partition(" ")[0], item.grave) for item in harm] == [(FIRST, False)]


def test_models_of_another_recipe_are_named(tmp_path: Path) -> None:
    folder = outcome(tmp_path, "better")
    for recipe, kinds in ((PocketSphinx.recipe, []), (0, ["recipe"])):
        folder.model(FIRST, corpus_words=900, recipe=recipe)
        assert [item.kind for item in cautions.warnings(read(folder.directory))] == kinds


def test_a_baseline_alone_has_a_verdict_and_its_size(made: dict[str, ResultsFolder]) -> None:
    results = read(made["nothing"].directory)
    assert results.champion is None
    assert [card.label for card in cards.cards(results)] == ["Word error rate", "Measured on"]
    assert first_screen.judge(results).headline.startswith(f"{STOCK} has a word error rate of")


@pytest.mark.parametrize("name", ["better", "worse", "no gain", "nothing"])
def test_the_one_page_has_the_figures_of_the_verdict_and_its_basis(made: dict[str, ResultsFolder], name: str) -> None:
    found = cards.cards(read(made[name].directory))
    chosen = cards.three(found)
    assert chosen[0] == found[0]
    assert [card.label for card in chosen].count(cards.MEASURED_ON if name == "nothing" else cards.JUDGED_ON) == 1
    assert len(chosen) == min(3, len(found)) == len(set(chosen))
    assert [card for _, group in cards.groups(found) for card in group] == found
    assert all(card.scope for card in found)


def test_a_range_is_made_as_those_of_the_leaderboard_are(made: dict[str, ResultsFolder]) -> None:
    results = read(made["better"].directory)
    assert results.subject
    everything = scope.interval(results, results.subject, scope.recordings(results, results.folders))
    row = results.subject.row
    assert [f"{end:.6f}" for end in everything] == [row["wer_low"], row["wer_high"]]
    heldout = scope.recordings(results, scope.folders(results, results.subject))
    assert len(heldout) == 9
    low, high = scope.interval(results, results.subject, heldout)
    assert low < float(row["heldout_wer"]) < high
    assert scope.interval(results, results.subject, heldout[:2]) == (None, None)


def test_a_model_that_is_better_only_where_it_has_read_the_text_is_not_called_better(tmp_path: Path) -> None:
    folder = outcome(tmp_path, "leaked")
    for number in range(3, 10):
        name = f"talk {number:04d}"
        folder.texts.heard[FIRST][name] = dict(folder.texts.heard[STOCK][name])
    for name in ("talk 0001", "talk 0002"):
        folder.texts.heard[STOCK][name] = {"audio": "nothing of it"}
    found = files.read_json(folder.directory / "leakage" / f"{FIRST}.json")
    folder.write()
    files.write_json(folder.directory / "leakage" / f"{FIRST}.json", found)
    results = read(folder.directory)
    judged = first_screen.judge(results)
    assert judged.headline == (
        f"On the 7 held-out folders that its text does not hold, {FIRST} makes as many errors as {STOCK}."
    )
    assert judged.tone == "open"
    assert not judged.answer.startswith("Yes")
    assert judged.answer != verdict_text.LEAKED
    assert cards.cards(results)[0].before == cards.cards(results)[0].value


def test_too_few_recordings_are_told_from_chance(tmp_path: Path) -> None:
    texts = spoken(3, (STOCK, FIRST))
    folder = ResultsFolder(tmp_path, texts)
    folder.model(FIRST, corpus_words=900)
    results = read(folder.write().directory)
    assert first_screen.judge(results).proof == (
        f"It may be chance: {sum(len(said['audio'].split()) for said in texts.references.values())} words in 3"
        " recordings are too few to tell."
    )
    assert cards.cards(results)[0].detail == "too few recordings for a range"


def test_a_finding_says_what_its_title_does_not(tmp_path: Path) -> None:
    folder = outcome(tmp_path, "worse")
    found = ModelDiagnosis(FIRST, findings={"talk 0009": (codes.swapped("audio", "talk 0008"),)})
    model_diagnosis.write(folder.directory / "diagnosis" / f"{FIRST}.json", found)
    (step,) = [step for step in advice.next_steps(read(folder.directory)) if "swapped" in step.title]
    assert step.text.startswith("talk 0009, audio: what was heard is the text of folder talk 0008. Exchange the")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["snakemake", "-c4", "--forcerun", "heal", "--quiet", "all"], ["snakemake", "-c4"]),
        (["a/snakemake", "--cores=2", "-d", "w", "report"], ["a/snakemake", "--cores=2", "-d", "w"]),
        (["s", "-C", "retry_failed=True", "-j", "3"], ["s", "-j", "3"]),
        (["s", "--configfile", "a.yaml", "b.yaml", "-k"], ["s", "--configfile", "a.yaml", "b.yaml", "-k"]),
        (["s", "--rerun-incomplete", "--profile", "p", "x"], ["s", "--profile", "p"]),
    ],
)
def test_what_a_run_was_asked_for_once_is_not_asked_again(given: list[str], kept: list[str]) -> None:
    assert repeatable(given) == kept


def test_the_command_keeps_no_account(tmp_path: Path) -> None:
    invocation.write(tmp_path, ["snakemake", "--config", "transcribe={role_arn: 'arn:aws:iam::123456789012:role/x'}"])
    assert "123456789012" not in (tmp_path / "invocation.json").read_text()
    assert invocation.read(tmp_path)[:2] == ("snakemake", "--config")
    assert invocation.read(tmp_path / "none") == invocation.USUAL
