"""The one place where a user's mistakes are shown, and the rule that no patient's value reaches a
log.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from heart.errors import HeartError
from heart.events import describe_fault
from heart.paths import FOLDER_VARIABLE, ROOT

ABSOLUTE = re.compile(r"(?<![\w./:])/(?:[^\s/]+/)+([^\s/]+)")
"""An absolute path, and the name at its end."""


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a `HeartError` where it happens; anything else fails loudly."""
    try:
        yield
    except HeartError as error:
        show_error(error)


def show_error(*errors: HeartError) -> None:
    """What was expected, what was found and what to do, of each error. A file's or a user's text
    goes through `st.text`, never through markup.
    """
    with st.container(border=True):
        st.error("That did not work. Nothing was lost.", icon=":material/warning:")
        for error in errors:
            show_parts(error)


def show_parts(error: HeartError) -> None:
    """What was expected, what was found and what to do, as they are."""
    text = f"Expected: {error.expected}\nFound: {error.found}\nWhat to do: {error.action}"
    st.text(hide_folders(text))


def hide_folders(text: str) -> str:
    """The text with the names of this server's files, without where they are."""
    for folder in (str(ROOT), str(Path.home()), os.environ.get(FOLDER_VARIABLE, "")):
        if len(folder) > 1:
            text = text.replace(f"{folder.rstrip('/')}/", "")
    return ABSOLUTE.sub(r"\1", text)


class WithoutValues(logging.Filter):
    """Keeps an exception's kind and place in the log and drops its message and traceback, which
    quote values of patients.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record stays, without its values."""
        if record.exc_info and record.exc_info[1] is not None:
            record.msg, record.args = "%s in %s", describe_fault(record.exc_info[1])
            record.exc_info = record.exc_text = None
        return True


def keep_values_out_of_logs() -> None:
    """Put the filter on the logger that Streamlit reports uncaught exceptions with; calling it
    again changes nothing.
    """
    logger = logging.getLogger("streamlit.error_util")
    if not any(isinstance(present, WithoutValues) for present in logger.filters):
        logger.addFilter(WithoutValues())
