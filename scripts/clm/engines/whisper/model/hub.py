"""Models of a hub, fetched once with its own client: pinned by revision, checked by digest, kept for all projects."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlparse

from clm.base import files
from clm.base.errors import PassingError, UserError
from clm.engines.whisper.model import onnx_export, weights
from clm.engines.whisper.model.layout import CONFIGURATIONS, TOKENIZER_FILE, missing

log = logging.getLogger(__name__)

_TEXTS = (*CONFIGURATIONS, TOKENIZER_FILE)
#: Weights in the order in which they are looked for; a repository may have several, of which one is fetched.
_WEIGHTS = (
    (weights.CTRANSLATE2_FILE,),
    (weights.SAFETENSORS_FILE,),
    *(
        (f"{place}{onnx_export.ENCODERS[0]}", f"{place}{decoder}")
        for place in (f"{onnx_export.SUBFOLDER}/", "")
        for decoder in onnx_export.DECODERS[:2]
    ),
)
#: Large files are named by their SHA-256, others by git's.
_LENGTH_OF_SHA256 = 64


def fetched(repository: str, revision: str | None) -> Path:
    """Folder of a model of the hub, fetched if it is not here yet; a fetch that broke off is resumed.

    Raises:
        UserError: there is no such model or revision; a `PassingError` where the network or the disk fails.

    """
    try:
        from huggingface_hub import HfApi, snapshot_download
        from huggingface_hub.errors import (
            HFValidationError,
            LocalEntryNotFoundError,
            RepositoryNotFoundError,
            RevisionNotFoundError,
        )
    except ImportError as error:
        raise UserError(
            f"config: whisper.model: {repository} is a model of a hub, and the package huggingface-hub is missing",
            "pip install huggingface-hub, or name a folder with the model",
        ) from error

    def snapshot(names: Sequence[str], *, local: bool = False) -> Path:
        patterns = [*_TEXTS, *names, *(f"{name}_data*" for name in names)]
        found = snapshot_download(repository, revision=revision, allow_patterns=patterns, local_files_only=local)
        return Path(found)

    for names in _WEIGHTS:
        with suppress(LocalEntryNotFoundError, OSError):
            folder = snapshot(names, local=True)
            if not missing(folder):
                return folder
    try:
        there = [file.rfilename for file in HfApi().model_info(repository, revision=revision).siblings or ()]
        names = next((names for names in _WEIGHTS if set(names) <= set(there)), ())
        for name in there:
            if any(fnmatch(name, pattern) for wanted in names for pattern in (wanted, f"{wanted}_data*")):
                _fetch(repository, revision, name)
        return snapshot(names)
    except (RepositoryNotFoundError, RevisionNotFoundError, HFValidationError) as error:
        at = f" at revision {revision}" if revision else ""
        raise UserError(
            f"config: whisper.model: the hub has no model {repository}{at}, or it is not public",
            "correct the name; for private models log in with `hf auth login`",
        ) from error
    except UserError:
        raise
    except Exception as error:  # the hub's client passes on what its network library raises
        raise PassingError(
            f"config: whisper.model: {repository} cannot be fetched ({str(error).splitlines()[0]})",
            "run again with network (what was fetched is kept), or name a folder with the model",
        ) from error


def _fetch(repository: str, revision: str | None, name: str) -> None:
    """Put a large file where the client keeps it, going on where an earlier transfer broke off; its own begin anew.

    Raises:
        PassingError: what came is not what the hub says.

    """
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
    from huggingface_hub.file_download import http_get, repo_folder_name
    from huggingface_hub.utils._headers import build_hf_headers

    url = hf_hub_url(repository, name, revision=revision)
    about = get_hf_file_metadata(url)
    cache, own = Path(constants.HF_HUB_CACHE), repo_folder_name(repo_id=repository, repo_type="model")
    folder = cache / own / "blobs"
    blob = folder / str(about.etag)
    if not about.etag or blob.exists():
        return
    partial = folder / f"{about.etag}.partial"
    lock = cache / ".locks" / own / f"{about.etag}.lock"  # as the client's own
    for needed in (folder, lock.parent):
        needed.mkdir(parents=True, exist_ok=True)
    headers = build_hf_headers()
    if urlparse(about.location).netloc != urlparse(url).netloc:
        headers.pop("authorization", None)  # another machine, which has no need to know who asks
    log.warning("fetching %s of %s, %.1f MB, once", name, repository, (about.size or 0) / 1e6)
    with files.locked(lock):
        if blob.exists():  # another run was first
            return
        with partial.open("ab") as file:
            begun = partial.stat().st_size
            http_get(about.location, file, resume_size=begun, headers=headers, expected_size=about.size)
        if len(about.etag) == _LENGTH_OF_SHA256 and files.sha256_of_file(partial) != about.etag:
            partial.unlink()
            raise PassingError(f"{name} of {repository}: damaged on the way, its digest is wrong", "run again")
        partial.replace(blob)
