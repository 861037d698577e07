"""The store answers for what was done before."""

from pathlib import Path
from types import SimpleNamespace

from clm.engines import Failure, Model, Recording, Transcript
from clm.store import Store

RECORDING = Recording("a", Path("a.wav"), "1" * 64)
STOCK = Model("engine")
RESULT = Transcript({"results": {}}, 1.5)


def store(directory: Path, **settings: object) -> Store:
    engine = SimpleNamespace(name="engine", transcription_settings=lambda: settings, versions=dict)
    return Store(directory, engine)


def test_key_depends_on_content_model_settings_and_repetition_only(tmp_path: Path) -> None:
    one = store(tmp_path, language="en-US")
    key = one.key(RECORDING, STOCK)
    assert key == one.key(Recording("other name", Path("b.wav"), RECORDING.sha256), STOCK)
    others = {
        one.key(Recording("a", Path("a.wav"), "2" * 64), STOCK),
        one.key(RECORDING, Model("engine-clm-001", tmp_path, "digest")),
        one.key(RECORDING, STOCK, repeats=1),
        store(tmp_path, language="en-GB").key(RECORDING, STOCK),
    }
    assert len(others | {key}) == 5


def test_results_are_kept(tmp_path: Path) -> None:
    one = store(tmp_path)
    key = one.key(RECORDING, STOCK)
    assert one.get(key) is None
    one.put(key, RECORDING, STOCK, RESULT)
    assert store(tmp_path).get(key) == RESULT
    assert one.get(key, retries=1) == RESULT


def test_failures_hold_until_a_retry_is_asked_for(tmp_path: Path) -> None:
    one = store(tmp_path)
    key = one.key(RECORDING, STOCK)
    one.put(key, RECORDING, STOCK, Failure("broken", "mend it"))
    assert one.get(key) == Failure("broken", "mend it")
    assert one.get(key, retries=1) is None
    one.put(key, RECORDING, STOCK, Failure("still broken", "mend it"), retries=1)
    assert one.get(key, retries=1) == one.get(key) == Failure("still broken", "mend it")
