"""Work for several processes comes back in order, and no more of it is under way than memory allows."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest

from clm.base.parallel import aside, in_order


class Square:
    def __init__(self) -> None:
        self.process = os.getpid()

    def __call__(self, item: int) -> tuple[int, int]:
        if item == 13:
            raise MemoryError("thirteen")
        return item * item, self.process


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_results_come_in_order(processes: int) -> None:
    done = list(in_order(Square, range(12), processes))
    assert [(item, square) for item, (square, _) in done] == [(item, item * item) for item in range(12)]
    workers = {process for _, (_, process) in done}
    assert (os.getpid() in workers) == (processes == 1)


def test_one_item_starts_no_process() -> None:
    assert list(in_order(Square, [3], 4)) == [(3, (9, os.getpid()))]
    assert list(in_order(Square, [], 4)) == []


@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_worker_raises_is_raised(processes: int) -> None:
    results = in_order(Square, range(10, 20), processes)
    assert [next(results)[0] for _ in range(3)] == [10, 11, 12]
    with pytest.raises(MemoryError, match="thirteen"):
        next(results)


@pytest.mark.parametrize("processes", [1, 2])
def test_items_are_taken_as_they_are_needed(processes: int) -> None:
    taken = []

    def items() -> Iterator[int]:
        for item in range(1000, 1100):
            taken.append(item)
            yield item

    results = in_order(Square, items(), processes)
    next(results)
    assert len(taken) <= 2 * processes + 3
    results.close()


@pytest.mark.parametrize("processes", [1, 2])
def test_a_call_is_made_meanwhile(processes: int) -> None:
    square = Square()
    with aside(processes, square, 12) as found:
        assert found()[0] == 144
    with aside(processes, os.getpid) as found:
        assert (found() == os.getpid()) == (processes == 1)
    with aside(processes, square, 13) as found, pytest.raises(MemoryError, match="thirteen"):
        found()


@pytest.mark.parametrize(
    ("call", "processes"),
    [("list(in_order(partial(partial, time.sleep), [60] * 9, 2))", 2), ("aside(2, time.sleep, 60).__enter__()()", 1)],
)
def test_workers_end_with_a_killed_program(call: str, processes: int) -> None:
    code = f"import time; from functools import partial; from clm.base.parallel import aside, in_order; {call}"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", code], env=environment) as process:
        program = psutil.Process(process.pid)
        while len(workers := program.children()) < processes:
            assert process.poll() is None
            time.sleep(0.05)
        process.kill()
    _, alive = psutil.wait_procs(workers, timeout=30)
    for worker in alive:
        worker.kill()
    assert not alive
