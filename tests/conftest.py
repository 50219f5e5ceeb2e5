"""How the suite runs: side by side on all cores when much is asked for, else in one process."""

import gc
import os
import sys
from pathlib import Path

import pytest

# the matrices are tiny: on a busy machine threads only wait for each other
os.environ.setdefault("OMP_NUM_THREADS", "1")
gc.disable()  # until the libraries are imported, see pytest_collection_finish

FEW = 12
"""So many files run sooner in one process than workers start, each with imports of its own."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """The whole suite, or a large part of it, is shared out; -n on the command line decides first.

    A file stays on one worker: some of its tests build on each other.
    """
    if getattr(config.option, "numprocesses", 0) is None and count_files(config) > FEW:
        config.option.numprocesses = "auto"
        config.option.dist = "loadfile"


def count_files(config):
    """How many test files the arguments name, folders included."""
    paths = [config.invocation_params.dir / word.partition("::")[0] for word in config.args]
    return sum(
        len(list(path.rglob("test_*.py"))) if path.is_dir() else path.exists()
        for path in map(Path, paths)
    )


def pytest_collection_finish():
    """What is imported now stays: the garbage collector need not look through it again and again,
    least of all after every run of a page, where Streamlit calls it.
    """
    gc.freeze()
    gc.enable()


def pytest_sessionfinish(session):
    """Hypothesis's plugin imports hypothesis at the end, which takes as long as many a test file,
    to find that there is nothing to tell.
    """
    if "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(name="hypothesispytest")
