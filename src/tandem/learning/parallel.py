"""Jobs over processes, each of which computes with one thread."""

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_RESTARTS = 3


def run_jobs(function: Callable[[Job], Result], jobs: Sequence[Job], workers: int) -> Iterator[tuple[Job, Result]]:
    """Results as they come; with one worker all runs in this process. Processes that were killed are replaced a few times.

    Args:
        function: of a module, so that it can be found in another process.
        jobs: its arguments, each hashable.
        workers: processes.

    Raises:
        BrokenProcessPool: processes die again and again.
    """
    if workers <= 1:
        yield from ((job, function(job)) for job in jobs)
        return
    left = list(jobs)
    for restart in range(_RESTARTS + 1):
        try:
            for job, result in _in_pool(function, list(left), workers):
                left.remove(job)
                yield job, result
            return
        except BrokenProcessPool:
            if restart == _RESTARTS:
                raise


def _in_pool(function: Callable[[Job], Result], jobs: list[Job], workers: int) -> Iterator[tuple[Job, Result]]:
    spawn = multiprocessing.get_context("spawn")
    with _one_thread_each(), ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        try:
            pending = {pool.submit(function, job): job for job in jobs}
            for done in as_completed(pending):
                yield pending[done], done.result()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes that are started meanwhile compute with one thread each: several on few cores only hinder one another."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
