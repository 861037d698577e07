"""Fetching a model with the hub's own client, from a hub on loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub_server import COMMIT, Hub, serving
from runner import CHECKOUT

pytest.importorskip("huggingface_hub")

FIND = """
import sys
from clm.base.errors import UserError
from clm.engines.whisper.model import model_folder
try:
    print(model_folder.find(sys.argv[1], sys.argv[2] or None).folder)
except UserError as error:
    print(type(error).__name__, error)
"""
FILES = {"model.bin": b"weights" * 1000, "config.json": b"{}", "tokenizer.json": b"{ }", "README.md": b"not needed"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serving(Hub("lab/whisper-own", dict(FILES))) as found:
        yield found


def find(home: Path, address: str, name: str = "lab/whisper-own", revision: str = "") -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT / "scripts"),
        "HF_ENDPOINT": address,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    for key in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "HF_HUB_OFFLINE"):
        environment.pop(key, None)
    command = [sys.executable, "-c", FIND, name, revision]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_model_is_fetched_once_and_needs_no_network_afterwards(hub: Hub, tmp_path: Path) -> None:
    folder = Path(find(tmp_path, hub.address))
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert not (folder / "README.md").exists()
    asked = len(hub.asked)
    assert Path(find(tmp_path, hub.address)) == folder
    assert Path(find(tmp_path, "http://127.0.0.1:9")) == folder
    assert len(hub.asked) == asked


def test_a_transfer_that_broke_off_is_resumed(hub: Hub, tmp_path: Path) -> None:
    # The client writes 10 MB at a time.
    hub.files["model.bin"] = bytes(range(256)) * 60_000
    hub.cut["model.bin"] = 12_000_000
    broken = find(tmp_path, hub.address)
    assert broken.startswith("PassingError config: whisper.model: lab/whisper-own cannot be fetched")
    assert "what was fetched is kept" in broken
    assert not list(tmp_path.rglob("snapshots/*/model.bin"))
    del hub.cut["model.bin"]
    hub.ranges.clear()
    folder = Path(find(tmp_path, hub.address))
    assert (folder / "model.bin").read_bytes() == hub.files["model.bin"]
    assert hub.ranges[0] >= 10_000_000, "it was fetched from the beginning"


def test_a_fetch_that_ended_between_two_files_goes_on(hub: Hub, tmp_path: Path) -> None:
    hub.cut["tokenizer.json"] = 0
    assert "what was fetched is kept" in find(tmp_path, hub.address)
    assert list(tmp_path.rglob("snapshots/*/config.json"))
    hub.cut.clear()
    hub.asked.clear()
    assert (Path(find(tmp_path, hub.address)) / "tokenizer.json").read_bytes() == FILES["tokenizer.json"]
    assert not [asked for asked in hub.asked if asked.startswith("GET") and asked.endswith("model.bin")]


def test_of_an_onnx_export_only_the_files_that_are_read_are_fetched(hub: Hub, tmp_path: Path) -> None:
    del hub.files["model.bin"]
    wanted = ["onnx/decoder_model_merged.onnx", "onnx/encoder_model.onnx", "onnx/encoder_model.onnx_data"]
    others = ["onnx/encoder_model_quantized.onnx", "onnx/decoder_model.onnx", "onnx/decoder_model_merged_q4.onnx"]
    hub.files |= {name: name.encode() for name in wanted + others}
    folder = Path(find(tmp_path, hub.address))
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.onnx*")) == wanted


def test_a_revision_is_asked_for_by_name(hub: Hub, tmp_path: Path) -> None:
    folder = Path(find(tmp_path, hub.address, revision=COMMIT))
    assert folder.name == COMMIT
    assert any(COMMIT in asked for asked in hub.asked)
    assert Path(find(tmp_path, "http://127.0.0.1:9", revision=COMMIT)) == folder


def test_a_damaged_file_is_fetched_anew(hub: Hub, tmp_path: Path) -> None:
    hub.wrong = {"model.bin"}
    assert "its digest is wrong" in find(tmp_path, hub.address)
    hub.wrong = set()
    assert (Path(find(tmp_path, hub.address)) / "model.bin").read_bytes() == FILES["model.bin"]


def test_an_unknown_model_is_said_to_be_unknown(hub: Hub, tmp_path: Path) -> None:
    found = find(tmp_path, hub.address, "lab/no-such-model")
    assert found.startswith("UserError config: whisper.model: the hub has no model lab/no-such-model")


def test_without_a_network_the_next_run_may_have_more_luck(tmp_path: Path) -> None:
    found = find(tmp_path, "http://127.0.0.1:9")
    assert found.startswith("PassingError config: whisper.model: lab/whisper-own cannot be fetched")
    assert "Hint: run again with network" in found


def test_a_repository_without_weights_is_refused(hub: Hub, tmp_path: Path) -> None:
    del hub.files["model.bin"]
    assert "it has no model.bin (CTranslate2), model.safetensors (transformers) or" in find(tmp_path, hub.address)
