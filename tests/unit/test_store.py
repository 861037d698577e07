"""The store answers for what was done before."""

import datetime
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

from clm.base.notices import Notice
from clm.results.store import Store
from clm.types import Failure, Model, Recording, Transcript, result_key

RECORDING = Recording("a", Path("a.wav"), "1" * 64)
RETRIED = replace(RECORDING, retries=1)
STOCK = Model("engine")
RESULT = Transcript({"results": {}}, 1.5)


def store(directory: Path, **settings: object) -> Store:
    engine = SimpleNamespace(name="engine", transcription_settings=lambda: settings, versions=lambda: {"engine": "1.0"})
    return Store(directory, engine)


def test_key_depends_on_content_model_settings_and_repetition_only(tmp_path: Path) -> None:
    settings = {"language": "en-US"}
    key = result_key(settings, RECORDING, STOCK)
    known = replace(RECORDING, name="other name", audio=Path("b.wav"), seconds=3.0, exact=False, retries=2)
    assert key == result_key(settings, known, STOCK)
    others = {
        result_key(settings, replace(RECORDING, sha256="2" * 64), STOCK),
        result_key(settings, RECORDING, Model("engine-clm-001", tmp_path, "digest")),
        result_key(settings, replace(RECORDING, repeats=1), STOCK),
        result_key({"language": "en-GB"}, RECORDING, STOCK),
    }
    assert len(others | {key}) == 5


def test_results_are_kept(tmp_path: Path) -> None:
    one = store(tmp_path)
    assert one.get(RECORDING, STOCK) is None
    assert not one.has(RECORDING, STOCK)
    one.put(RECORDING, STOCK, RESULT)
    found = store(tmp_path).get(RECORDING, STOCK)
    assert found == RESULT
    assert found.versions == {"engine": "1.0"}
    assert datetime.date.fromisoformat(found.made) <= datetime.datetime.now(datetime.UTC).date()
    assert one.get(RETRIED, STOCK) == RESULT
    assert one.has(RECORDING, STOCK)
    assert one.has(RETRIED, STOCK)


def test_notices_are_kept_with_the_result(tmp_path: Path) -> None:
    said = (
        Notice("cut_short", {"promised": 9.0, "found": 3.0}),
        Notice("narrowband", {"rate": 8000, "expected": 16000}),
    )
    store(tmp_path).put(RECORDING, STOCK, replace(RESULT, notices=said))
    assert store(tmp_path).get(RECORDING, STOCK).notices == said
    store(tmp_path).put(RECORDING, STOCK, RESULT)
    assert store(tmp_path).get(RECORDING, STOCK).notices == ()


def test_failures_hold_until_a_retry_is_asked_for(tmp_path: Path) -> None:
    one = store(tmp_path)
    one.put(RECORDING, STOCK, Failure("broken", "mend it"))
    assert one.get(RECORDING, STOCK) == Failure("broken", "mend it")
    assert one.has(RECORDING, STOCK)
    assert one.get(RETRIED, STOCK) is None
    assert not one.has(RETRIED, STOCK)
    one.put(RETRIED, STOCK, Failure("still broken", "mend it"))
    assert one.get(RETRIED, STOCK) == one.get(RECORDING, STOCK) == Failure("still broken", "mend it")
    assert one.has(RETRIED, STOCK)
