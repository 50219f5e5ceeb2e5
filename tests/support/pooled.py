"""Asking a pool for work, and waiting for what comes of it."""

import time
from functools import partial

from heart.work import Request

SOON = 30.0


def ask(function, *arguments):
    return Request(partial(function, *arguments), "on_share")


def until(holds):
    end = time.monotonic() + SOON
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)
