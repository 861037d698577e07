"""Files of a Whisper model, in a folder of the user or fetched once from a hub, and the graphs made of them.

What is on the hub is pinned by revision, its files are checked by digest, and no network is needed afterwards.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from clm.base import files
from clm.base.digests import Digests
from clm.base.errors import UserError
from clm.engines.whisper.model import free_memory, hub, weights
from clm.engines.whisper.model.layout import CONFIGURATIONS, missing
from clm.engines.whisper.model.weights import Size

_SIZES = (
    "tiny",
    "tiny.en",
    "base",
    "base.en",
    "small",
    "small.en",
    "medium",
    "medium.en",
    "large-v1",
    "large-v2",
    "large-v3",
)
_REPOSITORIES = {
    **{size: f"Systran/faster-whisper-{size}" for size in _SIZES},
    "large": "Systran/faster-whisper-large-v3",
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
}


@dataclass(frozen=True)
class ModelFolder:
    """A folder with `weights` (files), a tokenizer and configurations; `name` for display."""

    name: str
    folder: Path
    weights: tuple[Path, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights, of several files that of their digests; remembered by the files' status."""
        digests = Digests(cache_folder() / "digests.json")
        found = [digests.sha256(path.resolve()) for path in self.weights]
        digests.save()
        return found[0] if len(found) == 1 else hashlib.sha256(" ".join(found).encode()).hexdigest()

    @cached_property
    def configuration(self) -> dict[str, Any]:
        """Contents of the configuration files, merged."""
        found: dict[str, Any] = {}
        for name in CONFIGURATIONS:
            with suppress(FileNotFoundError):
                try:
                    found |= json.loads((self.folder / name).read_text(encoding="utf-8"))
                except ValueError as error:
                    raise UserError(f"{self.folder / name}: not JSON ({error})", "fetch the model again") from error
        return found

    @property
    def alignment_heads(self) -> list[tuple[int, int]]:
        """Layer and head of the decoder whose attention shows when a word was said; often empty in own models."""
        return [(int(layer), int(head)) for layer, head in self.configuration.get("alignment_heads") or ()]

    @property
    def suppressed(self) -> dict[str, list[int]]:
        """Tokens that are never said (`suppress`), or not at the beginning (`suppress_first`)."""
        about = self.configuration
        everywhere = about.get("suppress_ids") or about.get("suppress_tokens") or []
        first = about.get("suppress_ids_begin") or about.get("begin_suppress_tokens") or []
        return {"suppress": [int(n) for n in everywhere if int(n) >= 0], "suppress_first": [int(n) for n in first]}

    def graphs(self, version: int) -> Path:
        """The folder of the model's graphs, made at the first call.

        Raises:
            UserError: the weights cannot be read, or the disk has no room for the graphs.

        """
        from clm.engines.whisper.model import graph

        def write(folder: Path) -> None:
            free_memory.check(self.name, 4 * self.size.parameters)
            found = weights.read(self.folder)
            try:
                graph.write_encoder(folder / graph.ENCODER, found)
                graph.write_bridge(folder / graph.BRIDGE, found)
                graph.write_decoder(folder / graph.DECODER, found, self.alignment_heads)
            except KeyError as error:
                raise UserError(
                    f"{self.weights[0]}: not a Whisper model as others have it, there is no {error}",
                    "fetch it again, or take it in another format",
                ) from error

        return made_once(f"{self.digest[:24]}-{version}", write)

    @cached_property
    def size(self) -> Size:
        """Number of parameters and of tokens."""
        return weights.size(self.folder)


def made_once(name: str, write: Callable[[Path], None]) -> Path:
    """The folder `name` of the cache, into which `write` puts files at the first call."""
    target = cache_folder() / name
    with files.locked(target.with_suffix(".lock")):  # without locks it is done twice, and the last one wins
        if not target.is_dir():
            with tempfile.TemporaryDirectory(dir=target.parent, prefix="unfinished-") as temporary:
                made = Path(temporary) / "graphs"
                made.mkdir()
                write(made)
                made.replace(target)
    return target


def cache_folder() -> Path:
    """Folder of the graphs, for all projects of this user."""
    given = os.environ.get("CLM_CACHE") or os.environ.get("XDG_CACHE_HOME")
    folder = (Path(given) if given else Path.home() / ".cache") / "clm-proof" / "whisper"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def find(model: str, revision: str | None) -> ModelFolder:
    """The files of a model: a folder here, or one of this name on a hub.

    Raises:
        UserError: the folder lacks files, or the hub has no such model; a `PassingError` if the hub cannot be reached.

    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return _checked(model, folder)
    repository = _REPOSITORIES.get(model, model)
    if repository.count("/") != 1 or model.startswith((".", "/", "~")):
        raise UserError(
            f"config: whisper.model: there is no folder {model!r}, and no model of this name is known",
            f"a folder, a repository of huggingface.co such as Systran/faster-whisper-base, or one of "
            f"{', '.join(_REPOSITORIES)}",
        )
    return _checked(model, hub.fetched(repository, revision))


def _checked(name: str, folder: Path) -> ModelFolder:
    if lacking := missing(folder):
        raise UserError(
            f"config: whisper.model: {folder} is not the folder of a Whisper model: it has no {', no '.join(lacking)}",
            "name the folder that faster-whisper, transformers or optimum use, or fetch the model again",
        )
    return ModelFolder(name, folder, tuple(weights.files(folder)))
