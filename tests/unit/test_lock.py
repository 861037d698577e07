"""One run at a time for each results folder; a lock ends with its process."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clm.base import lock
from clm.base.errors import UserError
from runner import CHECKOUT

_BEGIN = "import sys; from pathlib import Path; from clm.base import lock; results = Path(sys.argv[1]);"
_HOLD = f"{_BEGIN} lock.take(results); print('held', flush=True); sys.stdin.read()"
_LOOK = f"{_BEGIN} print(lock.holder(results))"


def start(code: str, results: Path) -> subprocess.Popen[str]:
    """Another process that does something with the results folder."""
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT / "scripts")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", code, str(results)]
    return subprocess.Popen(command, env=environment, cwd=results.parent, text=True, **pipes)


@contextmanager
def another(results: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the results folder."""
    process = start(_HOLD, results)
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_the_second_run_is_told_who_holds_it_and_gets_it_after_a_kill(tmp_path: Path) -> None:
    results = tmp_path / "results"
    (tmp_path / "link").symlink_to(results)
    with another(results) as process:
        for path in (results, tmp_path / "link"):
            with pytest.raises(UserError, match=f"another run is using .* \\(process {process.pid} on ") as caught:
                lock.take(path)
            assert str(tmp_path) in caught.value.message
            assert "config results=" in caught.value.hint
            assert f"process {process.pid}" in lock.holder(path)
        lock.take(tmp_path / "others")
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lock.holder(results) == ""
        lock.take(results)
        lock.take(results)  # of this process already
        assert lock.holder(results) == ""
        assert f"process {os.getpid()} on " in start(_LOOK, results).communicate()[0]


def test_looking_changes_nothing(tmp_path: Path) -> None:
    assert lock.holder(tmp_path / "results") == ""
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_holder_that_has_not_said_who_it_is(tmp_path: Path, text: str) -> None:
    with another(tmp_path):
        (tmp_path / lock.NAME).write_text(text, encoding="utf-8")
        assert lock.holder(tmp_path) == "a process that has just begun"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("in the way")
    with pytest.raises(UserError, match="cannot write to"):
        lock.take(tmp_path / "results")
