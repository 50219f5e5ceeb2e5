"""The command line inside this process."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout

from heart.cli import main


def run(*words, program="heart"):
    """Exit status, standard output and standard error."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(word) for word in words], program=program)
    return status, *map(_content, (out, err))


def _content(stream):
    stream.flush()
    return stream.buffer.getvalue().decode()


def answer(*words):
    """What --json prints."""
    status, out, err = run(*words, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)
