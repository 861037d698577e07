"""Memory that a model needs, and that this process can get."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from clm.base.errors import PassingError

HINT = "take a smaller model, end other programs, or run fewer jobs at once: --cores 1"
#: Memory besides the weights, in bytes: the general language model, keys and values of the audio, and Python.
_BESIDES = 400 << 20
#: Limits of the container that this program runs in, where there is one (cgroup v2).
_CONTAINER = Path("/sys/fs/cgroup")


def check(name: str, weights: int) -> None:
    """Refuse a model that does not fit into memory, before it is loaded.

    Raises:
        PassingError: less memory is free than the model needs.

    """
    needed = int(1.5 * weights) + _BESIDES
    free = _free_memory()
    if free is not None and free < needed:
        raise PassingError(
            f"whisper.model {name} needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free",
            HINT,
        )


def _free_memory() -> int | None:
    """Bytes that this process can still get, None where the system does not say."""
    found = [_of_machine(), _of_container(), _of_process()]
    return min((number for number in found if number is not None), default=None)


def _of_machine() -> int | None:
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_container() -> int | None:
    """What the limit of a container leaves, which /proc/meminfo does not know; files that are cached can go."""
    with suppress(OSError, ValueError, StopIteration):
        most, used = (int((_CONTAINER / name).read_text(encoding="ascii")) for name in ("memory.max", "memory.current"))
        lines = (_CONTAINER / "memory.stat").read_text(encoding="ascii").splitlines()
        cached = next(int(line.split()[1]) for line in lines if line.startswith("inactive_file "))
        return most - used + cached
    return None


def _of_process() -> int | None:
    """What `ulimit -v`, as schedulers of clusters set it, leaves."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        return None if most == resource.RLIM_INFINITY else most - pages * resource.getpagesize()
    return None
