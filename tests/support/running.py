"""The command line inside this process."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from heart.cli import main
from heart.schema import EXAMPLE_PATIENT

ROOT = Path(__file__).parents[2]
OLD = ROOT / "tests" / "unit" / "bundle" / "version_1.joblib"

SMALL = ["--members", "2", "--max-epochs", "3"]
"""Settings that train in a moment."""

EXAMPLE = [word for name, value in EXAMPLE_PATIENT.items() for word in (f"--{name}", str(value))]
"""A patient in options."""


def run(*words, program="heart", terminal=False):
    """Exit status, standard output and standard error; the output may be a terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    out.isatty = lambda: terminal
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
