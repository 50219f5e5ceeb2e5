"""The server's log: as Streamlit writes it, or one line of JSON a record, Streamlit's and
uvicorn's own among them.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from types import TracebackType

import streamlit.logger

from heart.environment import Environment, wants_json_log
from heart.events import JsonLines

_handler = logging.StreamHandler()
_handler.setFormatter(JsonLines())

SERVERS = ("uvicorn", "websockets", "asyncio")
"""Whose warnings are to be read, beside all that Streamlit says; the rest has addresses in it."""

ACCESS = "uvicorn.access"
"""Every request with its client and its query, which Streamlit turns off and so do we."""


def begin_log(environment: Environment = os.environ) -> None:
    """Write lines of JSON to standard error, where the environment asks for it. Calling it again
    takes in the loggers that have come meanwhile.

    Raises:
        SettingsError: if the environment asks for something else.
    """
    if not wants_json_log(environment):
        return
    logging.root.handlers[:] = [_handler]
    logging.captureWarnings(capture=True)
    logging.getLogger("heart").setLevel(logging.INFO)
    # Streamlit gives each logger a handler of its own, also those that it makes later
    streamlit.logger.setup_formatter = _hand_on
    streamlit.logger.update_formatter()
    for name in {*logging.root.manager.loggerDict, ACCESS}:
        if name.partition(".")[0] in SERVERS:
            _hand_on(logging.getLogger(name))
    sys.excepthook = _tell_fault
    threading.excepthook = _tell_threads_fault


def _hand_on(logger: logging.Logger) -> None:
    """Leave the writing to our handler, which no other one repeats."""
    logger.handlers.clear()
    logger.propagate = False
    if logger.name == ACCESS:  # uvicorn writes as soon as it has a handler
        return
    logger.addHandler(_handler)
    if logger.name.startswith(SERVERS):
        logger.setLevel(logging.WARNING)


def _tell_fault(
    kind: type[BaseException], error: BaseException, place: TracebackType | None
) -> None:
    logging.getLogger("heart").critical("a fault", exc_info=(kind, error, place))


def _tell_threads_fault(fault: threading.ExceptHookArgs) -> None:
    if fault.exc_value is not None:
        _tell_fault(fault.exc_type, fault.exc_value, fault.exc_traceback)
