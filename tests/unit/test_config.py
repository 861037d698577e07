"""Defaults, schema and README in step; what users write, and what they get wrong."""

from pathlib import Path

import pytest

import config_reference
from clm import config
from clm.base.errors import UserError
from runner import CHECKOUT

SCHEMA = config.load_yaml(CHECKOUT / "config" / "config.schema.yaml")
DEFAULTS = config.load_yaml(CHECKOUT / "config" / "config.yaml")


def keys(value: object, schema: dict, prefix: str = "") -> set[str]:
    """Dotted keys of a configuration; a free mapping is one key."""
    if not isinstance(value, dict) or "properties" not in schema:
        return {prefix.rstrip(".")}
    sections = {prefix.rstrip(".")} - {""}
    return sections.union(*(keys(item, schema["properties"][key], f"{prefix}{key}.") for key, item in value.items()))


def test_every_key_has_a_default_and_a_description_and_nothing_is_open() -> None:
    leaves = dict(config.leaves(SCHEMA))
    assert keys(DEFAULTS, SCHEMA) == set(leaves)
    for key, item in leaves.items():
        assert item["description"].endswith("."), key
        if "properties" in item:
            assert item["additionalProperties"] is False, key
    assert SCHEMA["additionalProperties"] is False


def test_readme_shows_the_keys_as_they_are() -> None:
    assert config_reference.table() in config_reference.README.read_text(encoding="utf-8"), "run `make docs`"


def test_shipped_configuration_is_valid_and_finds_the_demo() -> None:
    settings = config.load({}, CHECKOUT, CHECKOUT)
    assert settings.input == "sample-data/input"
    assert settings.keywords == "sample-data/keywords/keywords.txt"
    assert settings.corpus.source == "folder"


def test_heldout_folders_of_the_demo_exist() -> None:
    for name in DEFAULTS["evaluation"]["heldout"]:
        assert (CHECKOUT / "sample-data" / "input" / name).is_dir()


def test_nothing_of_the_demo_leaks_into_a_users_run(tmp_path: Path) -> None:
    settings = config.load({"input": "mine/input"}, CHECKOUT, tmp_path)
    assert settings.input == "mine/input"
    assert settings.keywords is None
    assert (settings.corpus.source, settings.corpus.folder) == ("wikipedia", None)
    assert settings.evaluation.heldout == ()
    assert settings.results == "results"


def test_shipped_paths_count_from_the_checkout(tmp_path: Path) -> None:
    settings = config.load({}, CHECKOUT, tmp_path)
    assert Path(settings.input) == CHECKOUT / "sample-data" / "input"
    assert settings.results == "results"


def test_auto_looks_beside_the_input(tmp_path: Path) -> None:
    (tmp_path / "mine" / "keywords").mkdir(parents=True)
    (tmp_path / "mine" / "keywords" / "keywords.txt").write_text("cell")
    (tmp_path / "mine" / "articles").mkdir()
    settings = config.load({"input": "mine/input"}, CHECKOUT, tmp_path)
    assert settings.keywords == "mine/keywords/keywords.txt"
    assert settings.corpus.source == "folder"
    off = config.load({"input": "mine/input", "keywords": "null"}, CHECKOUT, tmp_path)
    assert off.keywords is None


@pytest.mark.parametrize(
    ("changes", "key", "hint"),
    [
        ({"inptu": "x"}, "inptu", "'input'"),
        ({"evaluation": {"held_out": []}}, "evaluation.held_out", "'evaluation.heldout'"),
        ({"self_heal": "perhaps"}, "self_heal", "Hint"),
        ({"corpus": "wikipedia"}, "corpus", "Hint"),
        ({"evaluation": {"confidence": 95}}, "evaluation.confidence", "Hint"),
        ({"training_data": "nowhere.txt"}, "training_data", "nowhere.txt"),
        ({"corpus": {"zim": "wiki.zim"}}, "corpus.zim", "no file or folder wiki.zim"),
    ],
)
def test_mistakes_name_the_key_and_help(changes: dict, key: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        config.load(changes, CHECKOUT, tmp_path)
    assert key in str(caught.value)
    assert hint in str(caught.value)


def test_examples_are_valid(tmp_path: Path) -> None:
    for path in (CHECKOUT / "config" / "examples").glob("*.yaml"):
        config.load(config.load_yaml(path), CHECKOUT, tmp_path)


@pytest.mark.parametrize(
    ("written", "quoted"),
    [
        ("heldout: [2020-01-05]", "2020-01-05"),
        ("heldout: [a, 1999-12-31, b]", "1999-12-31"),
        ("heldout: [2020-01-05 10:30:00]", "2020-01-05 10:30:00"),
        ("heldout: [yes]", "yes"),
        ("baseline: 2020-01-05", "2020-01-05"),
    ],
)
def test_what_yaml_takes_for_a_date_or_a_truth_value_is_to_be_quoted(tmp_path, written, quoted):
    (tmp_path / "my.yaml").write_text(f"evaluation: {{{written}}}\n", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        config.load(config.load_yaml(tmp_path / "my.yaml"), CHECKOUT, tmp_path)
    assert caught.value.hint == f'quote it: "{quoted}"'


@pytest.mark.parametrize(
    ("changes", "meant"),
    [
        ({"heldout": "auto"}, "evaluation.heldout"),
        ({"held_out": "auto"}, "evaluation.heldout"),
        ({"profile": "spoken"}, "normalizer.profile"),
        ({"labels": "keep"}, "transcripts.labels"),
        ({"region": "eu-west-1"}, "transcribe.region"),
        ({"max_cost": 5}, "transcribe.max_cost"),
        ({"articles_per_keyword": 3}, "corpus.wikipedia.articles_per_keyword"),
        ({"evaluation": {"profile": "spoken"}}, "normalizer.profile"),
        ({"zim": "x.zim"}, "corpus.zim"),
    ],
)
def test_a_key_at_the_wrong_place_is_found_where_it_belongs(tmp_path, changes, meant):
    with pytest.raises(UserError) as caught:
        config.load(changes, CHECKOUT, tmp_path)
    assert f"did you mean {meant}?" in caught.value.hint
