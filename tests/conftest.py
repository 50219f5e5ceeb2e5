"""How the suite runs: side by side on all cores when much is asked for, else in one process; what
needs a browser or a package of development is skipped where that is not there.
"""

import gc
import os
import re
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path

import pytest

# the matrices are tiny: on a busy machine threads only wait for each other
os.environ.setdefault("OMP_NUM_THREADS", "1")
gc.disable()  # until the libraries are imported, see pytest_collection_finish

FEW = 12
"""So many files run sooner in one process than workers start, each with imports of its own."""

SLOW_FIRST = ["browser", "cluster", "docs", "app", "cli"]
"""Folders whose files take long: a worker that came to one last would keep the others waiting."""

TOGETHER = ("tests/browser/", "tests/cluster/")
"""Folders whose files share something that takes long to start: a browser, a scheduler."""

MAY_BE_ABSENT = {
    "authlib",
    "axe_playwright_python",
    "fastapi",
    "hypothesis",
    "onnxruntime",
    "playwright",
}
ABSENT = {name for name in MAY_BE_ABSENT if find_spec(name) is None}
BROWSER_REQUIRED = os.environ.get("HEART_REQUIRE_BROWSER") == "1"
NO_CHROMIUM = "no Chromium on this machine"


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """The whole suite, or a large part of it, is shared out; -n on the command line decides first.

    A file stays on one worker, for some of its tests build on each other, and so do the tests with
    a browser, which share one and a server, and those with a scheduler.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # a worker has no workers
    if getattr(config.option, "numprocesses", 0) is None and count_files(config) > FEW:
        config.option.numprocesses = "auto"
        config.option.dist = "loadfile"
        config.option.loadscopereorder = False  # the order is pytest_collection_modifyitems's


def count_files(config):
    """How many test files the arguments name, folders included."""
    paths = [config.invocation_params.dir / word.partition("::")[0] for word in config.args]
    return sum(
        len(list(path.rglob("test_*.py"))) if path.is_dir() else path.exists()
        for path in map(Path, paths)
    )


def pytest_ignore_collect(collection_path):
    """Files that import a package that is not there are left out, and so is a folder whose
    conftest.py does; pytest_terminal_summary tells of them.
    """
    return True if absent_imports(collection_path) else None


def absent_imports(path):
    """The packages of `ABSENT` that a test file, or the conftest.py of a folder, imports."""
    file = path / "conftest.py" if path.is_dir() else path
    if not ABSENT or BROWSER_REQUIRED or file.suffix != ".py" or not file.exists():
        return set()
    return ABSENT & set(
        re.findall(r"^(?:from|import) (\w+)", file.read_text("utf-8"), re.MULTILINE)
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """File by file, but those of a folder of `TOGETHER` on one worker."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415

    class FoldersTogether(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file = super()._split_scope(nodeid)
            return next((folder for folder in TOGETHER if file.startswith(folder)), file)

    return FoldersTogether(config, log)


def pytest_collection_modifyitems(config, items):
    if hasattr(config, "workerinput"):
        folders = {item: item.path.relative_to(Path(__file__).parent).parts[0] for item in items}
        items.sort(key=lambda item: (*SLOW_FIRST, folders[item]).index(folders[item]))


def pytest_collection_finish():
    """What is imported now stays: the garbage collector need not look through it again and again,
    least of all after every run of a page, where Streamlit calls it.
    """
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own(tmp_path_factory):
    """`train` writes its runs down in a folder of the suite's, not in that of whoever runs it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="module")
def quick_tuning():
    """The leaderboard's other models are tuned over two settings only, for a whole module."""
    from tests.support.tuning import tuned_quickly  # noqa: PLC0415  imports scikit-learn

    with tuned_quickly():
        yield


@pytest.fixture(scope="session")
def parts(tmp_path_factory):
    """A folder with a table in three files, which no test changes; what is made of it may lie
    beside it.
    """
    from tests.support.parts_of_tables import write_parts  # noqa: PLC0415  imports pandas

    return write_parts(tmp_path_factory.mktemp("table") / "parts")


@pytest.fixture(scope="session")
def browser():
    """Chromium; without it the test is skipped, or fails where HEART_REQUIRE_BROWSER=1."""
    if "playwright" in ABSENT and not BROWSER_REQUIRED:
        pytest.skip(f"{NO_CHROMIUM}: playwright is not installed")
    from drive import browse  # noqa: PLC0415
    from playwright.sync_api import Error  # noqa: PLC0415

    with ExitStack() as until_the_end:
        try:
            launched = until_the_end.enter_context(browse())
        except Error as error:
            if BROWSER_REQUIRED:
                raise
            pytest.skip(f"{NO_CHROMIUM} ({error.message.splitlines()[0]})")
        yield launched


def pytest_sessionfinish(session):
    """Hypothesis's plugin imports hypothesis at the end, which takes as long as many a test file,
    to find that there is nothing to tell.
    """
    if "hypothesis" not in sys.modules:
        session.config.pluginmanager.unregister(name="hypothesispytest")


def pytest_terminal_summary(terminalreporter, config):
    """What was not run, and how to have it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if unseen := sum(NO_CHROMIUM in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(
            f"{unseen} tests need a browser and were skipped. To have it: apt-get install chromium,"
            " or playwright install chromium",
            yellow=True,
        )
    if ABSENT and not BROWSER_REQUIRED:
        files = [path for path in config.rootpath.rglob("tests/**/*.py") if absent_imports(path)]
        terminalreporter.write_line(
            f"{len(files)} files need {', '.join(sorted(ABSENT))} and were left out. To have all:"
            " pip install -r requirements-dev.txt",
            yellow=True,
        )
