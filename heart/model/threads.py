"""How many threads PyTorch, OpenMP and BLAS use: one, around what this library does itself.

Their threads wait for each other by spinning. Beside any other busy process one of them is always
waiting for a core while the rest spin: a fit of 3 s took 40 to 98 s (docs/PERFORMANCE.md). What can
be done side by side is done by Python's own threads instead, which meet only at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import torch
from threadpoolctl import ThreadpoolController, threadpool_limits


class _Shared:
    """What all threads of the process share; whoever changes it, or the libraries' settings, holds
    the lock.

    Attributes:
        lock: guards the rest.
        inside: calls of `one_thread` that have not ended, of all threads.
        outside: the number that new threads began with before the first of them.
        fitting: calls of `one_library_thread` that have not ended, of all threads.
        blas: gives BLAS its number of before the first of those back.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self.inside, self.outside = 0, 1
        self.fitting = 0
        self.blas: threadpool_limits | None = None


_shared = _Shared()


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it PyTorch computes in the calling thread alone; afterwards all is as before.

    PyTorch's number belongs to the thread that sets it, and becomes the one that new threads begin
    with. So a thread gets its own number back when it leaves, and new threads begin with more than
    1 again when the last thread has left.
    """
    with _shared.lock:
        own = torch.get_num_threads()
        if not _shared.inside:
            _shared.outside = own
        _shared.inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _shared.lock:
            _shared.inside -= 1
            torch.set_num_threads(own)
            begin_with = 1 if _shared.inside else _shared.outside
            if begin_with != own:
                _set_for_new_threads(begin_with)


def _set_for_new_threads(number: int) -> None:
    """The number that threads begin with, and not the calling thread's: one that ends sets both."""
    setter = Thread(target=torch.set_num_threads, args=(number,))
    setter.start()
    setter.join()


@contextmanager
def one_library_thread() -> Iterator[None]:
    """As `one_thread`, for scikit-learn's OpenMP and for the BLAS of NumPy and SciPy too.

    OpenMP's number belongs to the thread that sets it, BLAS's to the process.
    """
    with one_thread():
        with _shared.lock:
            libraries = ThreadpoolController()  # those that are loaded by now; 1 ms
            if not _shared.fitting:
                _shared.blas = libraries.select(user_api="blas").limit(limits=1)
            _shared.fitting += 1
            openmp = libraries.select(user_api="openmp").limit(limits=1)
        try:
            yield
        finally:
            with _shared.lock:
                openmp.restore_original_limits()
                _shared.fitting -= 1
                if not _shared.fitting and _shared.blas is not None:
                    _shared.blas.restore_original_limits()
