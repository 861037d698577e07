"""Location of the audio for the page: beside it on disk, or, if so configured, inside it."""

import base64
import os
from pathlib import Path
from urllib.parse import quote

from clm.base import files
from clm.base.errors import UserError
from clm.base.s3_path import is_address

BITS_PER_SECOND = 32_000
MOST_BYTES = 10_000_000  # of embedded audio; with it the page stays below 30 MB


class Addresses:
    """Addresses of recordings, relative to the folder of the report.

    `missing` counts recordings whose file is not on this machine.
    """

    def __init__(self, results: Path) -> None:
        self._results = results
        self._paths: dict[str, dict[str, Path]] = {}
        self.missing = 0

    def path(self, folder: str, name: str) -> Path | None:
        """The audio file of a recording, or None if there is none here."""
        if folder not in self._paths:
            try:
                manifest = files.read_json(self._results / "inputs" / f"{folder}.json")
            except (OSError, UserError):
                manifest = {"recordings": []}
            self._paths[folder] = {
                item["recording"]: Path(item["audio"])
                for item in manifest["recordings"]
                if item.get("audio") and not is_address(item["audio"])
            }
        path = self._paths[folder].get(name)
        return path if path and path.is_file() else None

    def relative(self, folder: str, name: str) -> str | None:
        """The address of a recording for a page in the results folder."""
        path = self.path(folder, name)
        if path is None:
            self.missing += 1
            return None
        return quote(Path(os.path.relpath(path.absolute(), self._results.absolute())).as_posix())


class Embedded(Addresses):
    """Recordings as data inside the page, until `MOST_BYTES` are reached; the others stay beside it."""

    def __init__(self, results: Path, most: int = MOST_BYTES) -> None:
        super().__init__(results)
        self._room = most
        self.left_out = 0

    def relative(self, folder: str, name: str) -> str | None:
        """The recording itself as a data address, else its location."""
        path = self.path(folder, name)
        if path is not None and self._room > 0:
            try:
                data = compressed(path)
            except UserError:  # the recogniser could not read it either
                return super().relative(folder, name)
            text = base64.b64encode(data).decode("ascii")
            if len(text) <= self._room:
                self._room -= len(text)
                return f"data:audio/mpeg;base64,{text}"
            self._room = 0
        if path is not None:
            self.left_out += 1
        return super().relative(folder, name)


def compressed(path: Path) -> bytes:
    """A recording as mono MP3 of 32 kbit/s, which every browser plays and can seek in.

    Raises:
        UserError: the file cannot be decoded.

    """
    import io

    import soundfile

    from clm.audio.decode import RATE, read_audio

    audio = read_audio(path)
    out = io.BytesIO()
    # For mono at 16 kHz, MPEG-2 layer III has rates from 8 to 160 kbit/s; the level counts down from the highest.
    level = 1 - (BITS_PER_SECOND - 8_000) / (160_000 - 8_000)
    with soundfile.SoundFile(
        out, "w", RATE, 1, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode="CONSTANT", compression_level=level
    ) as file:
        file.write(audio.samples)
    return out.getvalue()
