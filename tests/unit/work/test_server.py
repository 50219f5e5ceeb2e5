"""How a working process tells what it does."""

import socket

import pytest

from heart.work.request import Message, read_messages, unpack
from heart.work.server import Teller

DONE = Message("done", 42)


@pytest.fixture
def sides():
    here, there = socket.socketpair()
    there.settimeout(20)
    with here, there:
        yield here, there


def heard(there):
    return list(map(unpack, read_messages(there)))


def test_what_is_told_soon_after_a_message_comes_with_the_next(sides):
    here, there = sides
    teller = Teller(here, interval=3600)
    for number in range(1000):
        teller.tell(number, "done")
    teller.end(DONE)
    here.shutdown(socket.SHUT_WR)

    first, others, last = heard(there)

    assert first == Message("told", [(0, "done")])
    assert others == Message("told", [(number, "done") for number in range(1, 1000)])
    assert last == DONE


def test_what_is_told_last_does_not_wait_for_more_words(sides):
    here, there = sides
    teller = Teller(here, interval=0.05)
    teller.tell("first")
    teller.tell("second")
    teller.tell("third")

    messages = map(unpack, read_messages(there))  # nothing more is told, and nothing has ended

    assert next(messages) == Message("told", [("first",)])
    assert next(messages) == Message("told", [("second",), ("third",)])


def test_what_is_told_long_after_a_message_is_one_of_its_own(sides):
    here, there = sides
    teller = Teller(here, interval=0)
    for number in range(3):
        teller.tell(number)
    teller.end(DONE)
    here.shutdown(socket.SHUT_WR)

    assert heard(there) == [*(Message("told", [(number,)]) for number in range(3)), DONE]


def test_an_end_without_a_word_before_is_one_message(sides):
    here, there = sides
    Teller(here).end(DONE)
    here.shutdown(socket.SHUT_WR)

    assert heard(there) == [DONE]


def test_work_hears_that_nobody_listens_any_more(sides):
    here, there = sides
    there.close()
    with pytest.raises(OSError, match="pipe"):
        Teller(here).tell("still there?")
