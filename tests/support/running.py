"""The command line inside this process."""

import io
import json

from heart.cli import main


def run(*words):
    """Exit status, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    status = main([str(word) for word in words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def answer(*words):
    """What --json prints."""
    status, out, err = run(*words, "--json")
    assert (status, err) == (0, "")
    return json.loads(out)
