"""Files of which only parts are available: first or last bytes of an object in S3, or ranges fetched on demand."""

from __future__ import annotations

import io
from collections.abc import Callable

#: The part of a remote file that is fetched from its beginning, and again from its end where that is needed.
HEAD_BYTES = 65536
#: The least that is fetched at once, and the most of a file that is: the index of a day of AAC has 16 MB.
_BLOCK = 1 << 18
_MOST = 1 << 24


class Excerpt(io.RawIOBase):
    """A file of `size` bytes of which `first` and `last` are known.

    Reading other parts returns what `fetch(offset, count)` returns, or, without it, nothing, as at the end of the file.
    """

    def __init__(
        self, first: bytes, size: int, last: bytes = b"", fetch: Callable[[int, int], bytes] | None = None
    ) -> None:
        super().__init__()
        self.size = size
        self._parts = {0: first[:size]}
        if last:
            self._parts[max(0, size - len(last))] = last[-size:]
        self._fetch, self._fetched = fetch, 0
        self._at = 0

    @property
    def known(self) -> int:
        """Bytes that are known from the beginning without a gap."""
        end = 0
        for offset, part in sorted(self._parts.items()):
            if offset > end:
                break
            end = max(end, offset + len(part))
        return end

    @property
    def ends(self) -> bool:
        """True if the last bytes are known or can be fetched."""
        return self._fetch is not None or any(at + len(part) >= self.size for at, part in self._parts.items())

    def readable(self) -> bool:
        """As any file."""
        return True

    def seekable(self) -> bool:
        """As any file."""
        return True

    def tell(self) -> int:
        """Offset in the whole file."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Move as in the whole file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Read the bytes that follow without a gap."""
        found = self._known_at(self._at, len(buffer)) or self._fetched_at(self._at, len(buffer))
        buffer[: len(found)] = found
        self._at += len(found)
        return len(found)

    def read(self, size: int = -1, /) -> bytes:
        """Read up to a gap, the end or `size` bytes, whichever comes first."""
        left = self.size - self._at if size is None or size < 0 else size
        found = bytearray()
        while left > 0 and (part := super().read(left)):
            found += part
            left -= len(part)
        return bytes(found)

    def _known_at(self, at: int, count: int) -> bytes:
        return next((part[at - o :][:count] for o, part in self._parts.items() if o <= at < o + len(part)), b"")

    def _fetched_at(self, at: int, count: int) -> bytes:
        if self._fetch is None or at >= self.size or self._fetched >= _MOST:
            return b""
        part = self._fetch(at, min(max(count, _BLOCK), self.size - at))
        self._fetched += len(part)
        self._parts[at] = part
        return part[:count]


#: The beginning of a file alone.
Head = Excerpt
