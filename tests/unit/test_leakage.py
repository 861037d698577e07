"""References in a training text are found, related text is not, whatever the lines."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import leakage as program
from clm.base import files
from clm.scoring import leakage

GENERATOR = random.Random(5)
VOCABULARY = [f"w{number}" for number in range(400)]


def text(seed, sentences=30):
    generator = random.Random(seed)
    return ". ".join(" ".join(generator.choices(VOCABULARY, k=12)) for _ in range(sentences)) + "."


def find(tmp_path, corpus, **references):
    path = tmp_path / "corpus.txt"
    path.write_text(corpus, encoding="utf-8")
    return leakage.find({"training_data": path}, {name: [part] for name, part in references.items()})


def test_a_corpus_that_holds_a_reference_is_found_and_another_folder_is_not(tmp_path):
    found = find(tmp_path, text(1) + "\n" + text(2).upper().replace(". ", "!\n"), spoken=text(2), other=text(3))
    assert found["spoken"].leaked
    assert found["spoken"].ngram_share == found["spoken"].sentence_share == 1
    assert found["spoken"].sources["training_data"].sentences == 30
    assert found["spoken"].example in " ".join(leakage.words(text(2)))
    assert not found["other"].leaked
    assert found["other"].ngram_share == 0


def test_lines_that_are_broken_anywhere_hide_nothing(tmp_path):
    found = find(tmp_path, text(2).replace(" ", "\n"), spoken=text(2))
    assert found["spoken"].leaked


def test_a_few_shared_phrases_are_no_leak(tmp_path):
    shared = " ".join(text(2).split()[:8])
    found = find(tmp_path, text(1) + " " + shared, spoken=text(2))["spoken"]
    assert 0 < found.ngram_share < leakage.NGRAM_SHARE
    assert not found.leaked


def test_a_part_of_the_sentences_is_a_leak(tmp_path):
    part = ". ".join(text(2).split(". ")[:6])
    assert find(tmp_path, text(1) + " " + part, spoken=text(2))["spoken"].leaked


@pytest.mark.parametrize("reference", ["", "too short", "..."])
def test_references_without_ngrams_say_nothing(tmp_path, reference):
    found = find(tmp_path, text(1), spoken=reference)["spoken"]
    assert (found.ngram_share, found.sentence_share, found.leaked) == (None, None, False)


def test_long_sentences_are_found_across_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(leakage._blocks, "__defaults__", (2,))
    assert find(tmp_path, text(2).replace(" ", "\n"), spoken=text(2))["spoken"].sentence_share == 1


@given(st.text(max_size=200), st.text(max_size=200))
def test_total_on_any_text(tmp_path_factory, corpus, reference):
    find(tmp_path_factory.mktemp("leakage"), corpus.replace("\ud800", ""), spoken=reference)


def test_talks_whose_every_word_is_in_the_training_text_are_found(shared_data):
    talks = shared_data / "speech" / "custom-speech"
    corpora = {path.stem: path for path in (talks / "training_data").glob("*.txt")}
    texts = {
        path.name: [path.read_text(encoding="utf-8")] for path in talks.rglob("*.txt") if "training" not in str(path)
    }
    found = leakage.find(corpora, texts)
    assert found
    assert all(report.leaked for report in found.values() if report.ngrams)


def test_the_articles_of_the_demo_do_not_hold_its_lectures():
    from runner import CHECKOUT, SAMPLE

    articles = {path.stem: path for path in (CHECKOUT / "sample-data" / "articles").glob("*.txt")}
    texts = {path.parent.name: [path.read_text(encoding="utf-8")] for path in SAMPLE.glob("*/transcript.txt")}
    assert len(texts) == 12
    assert not any(report.leaked for report in leakage.find(articles, texts).values())


def test_the_program_looks_at_what_a_model_was_trained_and_tuned_with(tmp_path, caplog):
    spoken, tuned, other = text(2), text(4), text(3)
    corpus = tmp_path / "models" / "clm" / "corpus"
    corpus.mkdir(parents=True)
    (corpus / "keywords.txt").write_text(f"{text(1)}\n{spoken}", encoding="utf-8")
    (corpus / "tuning_data.txt").write_text(tuned, encoding="utf-8")
    (corpus / "articles.txt").write_text(other, encoding="utf-8")  # collected, not trained from
    files.write_json(corpus.parent / "model.json", {"sources": {"keywords": 9}})
    manifests = {}
    for name, reference in (("spoken", spoken), ("tuned", tuned), ("other", other)):
        path = tmp_path / f"{name}.txt"
        path.write_text(reference, encoding="utf-8")
        item = {"recording": "r", "text": str(path), "text_sha256": files.sha256_of_file(path)}
        manifests[name] = [item]
    files.write_json(tmp_path / "inputs.json", {"manifests": manifests})
    arguments = ["--index", str(tmp_path / "inputs.json"), "--model", "clm"]
    arguments += ["--model-file", str(corpus.parent / "model.json"), "--corpora", *map(str, corpus.glob("*.txt"))]
    program.main([*arguments, "--output", str(tmp_path / "leakage.json")])
    found = leakage.read(tmp_path / "leakage.json")
    assert {name: report.leaked for name, report in found.items()} == {
        "spoken": True, "tuned": True, "other": False,
    }  # fmt: skip
    assert list(found["spoken"].sources) == ["keywords"]
    assert list(found["tuned"].sources) == ["tuning_data"]
    assert "clm holds its text" in caplog.text
