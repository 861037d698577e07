"""Work for several processes whose results come back in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: Items under way for each process: enough that none waits, few enough that memory stays bounded.
_AHEAD = 2
_worker: Callable[..., Any]


def cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(
    make_worker: Callable[[], Callable[[Item], Result]], items: Iterable[Item], processes: int
) -> Iterator[tuple[Item, Result]]:
    """Yield every item with what a worker made of it, in order.

    Each process has one worker from `make_worker`, which must be picklable. A single item needs no further process.
    What a worker raises is raised here.
    """
    items = iter(items)
    first = list(islice(items, 2))
    if processes <= 1 or len(first) < 2:
        worker = make_worker()
        for item in chain(first, items):
            yield item, worker(item)
        return
    from concurrent.futures import Future, ProcessPoolExecutor

    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ProcessPoolExecutor(processes, initializer=_prepare, initargs=(make_worker,)) as pool:
        try:
            for item in chain(first, items):
                waiting.append((item, pool.submit(_work, item)))
                if len(waiting) > _AHEAD * processes:
                    done, result = waiting.popleft()
                    yield done, result.result()
            while waiting:
                done, result = waiting.popleft()
                yield done, result.result()
        finally:
            pool.shutdown(cancel_futures=True)


def in_threads(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[tuple[Item, Result]]:
    """Yield every item with what `work` made of it, in order; for work that is done outside of Python.

    What it raises is raised here.
    """
    if threads <= 1:
        for item in items:
            yield item, work(item)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) > _AHEAD * threads:
                    done, result = waiting.popleft()
                    yield done, result.result()
            while waiting:
                done, result = waiting.popleft()
                yield done, result.result()
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def aside(processes: int, call: Callable[..., Result], *args: Any) -> Iterator[Callable[[], Result]]:
    """Make a call in a process of its own; return a function that waits for its result.

    With a single process allowed, the call is made when its result is asked for. What it raises is raised then.
    """
    if processes <= 1:
        yield lambda: call(*args)
        return
    from concurrent.futures import ProcessPoolExecutor

    # As the worker, not as a task: where processes fork, large arguments then need not be pickled.
    with ProcessPoolExecutor(1, initializer=_prepare, initargs=(partial(partial, call, *args),)) as pool:
        try:
            yield pool.submit(_call).result
        finally:
            pool.shutdown(cancel_futures=True)


def _prepare(make_worker: Callable[[], Callable[..., Any]]) -> None:
    from threading import Thread

    global _worker
    Thread(target=_end_with_parent, daemon=True).start()
    _worker = make_worker()


def _end_with_parent() -> None:
    """End this process as soon as the one that started it is gone.

    Where processes fork, each of them holds both ends of the queue, so that nothing else would signal that their parent
    was killed: they would wait for work, with all their memory, until the machine is switched off.
    """
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
    os._exit(1)


def _call() -> Any:
    return _worker()


def _work(item: Any) -> Any:
    return _worker(item)
