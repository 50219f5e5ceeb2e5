"""One thread inside, the caller's number outside: on every way out, in every order of leaving."""

from threading import Event, Thread

import pytest
import torch
from threadpoolctl import ThreadpoolController, threadpool_limits

from heart.model.threads import _Shared, one_library_thread, one_thread

OUTSIDE = 3


@pytest.fixture(autouse=True)
def outside():
    """A number that nobody else sets, for this thread and those that begin in it."""
    before = torch.get_num_threads()
    torch.set_num_threads(OUTSIDE)
    yield
    torch.set_num_threads(before)


def numbers():
    """Of this thread, and of a thread that begins now."""
    new = []
    thread = Thread(target=lambda: new.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return torch.get_num_threads(), new[0]


def blas():
    return {each["num_threads"] for each in ThreadpoolController().select(user_api="blas").info()}


def test_one_inside_and_as_before_outside():
    with one_thread():
        assert numbers() == (1, 1)
    assert numbers() == (OUTSIDE, OUTSIDE)


def test_as_before_after_an_error():
    with pytest.raises(KeyboardInterrupt), one_library_thread():
        raise KeyboardInterrupt
    assert numbers() == (OUTSIDE, OUTSIDE)


def test_the_inner_of_two_ends_nothing():
    with one_thread():
        with one_thread():
            pass
        assert numbers() == (1, 1)
    assert numbers() == (OUTSIDE, OUTSIDE)


class Visitor:
    """Another thread, of another number, that is inside from its beginning until it is told."""

    def __init__(self, own):
        self.inside, self.leave, self.after = Event(), Event(), None
        self._thread = Thread(target=self._stay, args=(own,))
        self._thread.start()
        assert self.inside.wait(10)

    def _stay(self, own):
        torch.set_num_threads(own)
        with one_thread():
            self.inside.set()
            assert self.leave.wait(10)
        self.after = torch.get_num_threads()

    def end(self):
        self.leave.set()
        self._thread.join()


def test_who_leaves_first_leaves_the_other_alone():
    with one_thread():
        visitor = Visitor(2)
    found = numbers()
    visitor.end()
    assert found == (OUTSIDE, 1)  # ours was back; what threads begin with was not yet
    assert visitor.after == 2
    assert numbers() == (OUTSIDE, OUTSIDE)


def test_each_thread_gets_its_own_number_back():
    with one_thread():
        visitor = Visitor(2)
        visitor.end()
        assert visitor.after == 2
        assert numbers() == (1, 1)
    assert numbers() == (OUTSIDE, OUTSIDE)


def test_blas_has_one_thread_until_the_last_has_left():
    with threadpool_limits(limits=2, user_api="blas"):  # the tests themselves run with one
        with one_library_thread():
            with one_library_thread():
                assert blas() == {1}
            assert blas() == {1}
        assert blas() == {2}
        with one_library_thread():  # and again
            assert blas() == {1}
        assert blas() == {2}


def test_nobody_is_inside_at_first():
    shared = _Shared()
    assert (shared.inside, shared.fitting, shared.blas) == (0, 0, None)
