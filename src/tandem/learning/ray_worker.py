"""What a Ray worker runs: sent by value, since the worker finds Tandem's source only once this has told it where that is."""

import pickle
from collections.abc import Iterator


def work(packed: bytes) -> bytes:
    """One job: its pickled function and argument; returns the pickled result."""
    _find_source()
    function, job = pickle.loads(packed)
    return pickle.dumps(function(job))


def stream(packed: bytes) -> Iterator[bytes]:
    """One long job, a function of an argument and of whom to tell: pickled pairs, of "told" or at last "done" and a message.

    The job runs in a thread of its own, so that what it tells is on its way while it goes on.
    """
    import queue
    import threading

    _find_source()
    function, job = pickle.loads(packed)
    told: queue.Queue[tuple[str, object]] = queue.Queue()

    def run() -> None:
        try:
            told.put(("done", function(job, lambda message: told.put(("told", message)))))
        except BaseException as error:
            told.put(("failed", error))

    threading.Thread(target=run, daemon=True).start()
    while True:
        kind, message = told.get()
        if kind == "failed":
            assert isinstance(message, BaseException)
            raise message
        yield pickle.dumps((kind, message))
        if kind == "done":
            return


def _find_source() -> None:
    """The source that the driver sent lies in the working directory; before any that the machine has itself."""
    import os
    import sys

    source = os.path.join(os.getcwd(), "src")
    if os.path.isdir(os.path.join(source, "tandem")) and source not in sys.path:
        sys.path.insert(0, source)
