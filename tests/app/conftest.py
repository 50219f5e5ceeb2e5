"""One visitor of the app, without a browser."""

import gc
import importlib
import pickle
import sys
from functools import partial
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner

from heart.schema import EXAMPLE_PATIENT, FEATURES
from heart.ui.forms import NOT_KNOWN, field_key
from heart.ui.session import Origin, Session
from heart.ui.warmup import load_lessons
from heart.units import MG_DL, to_shown
from heart.work import Pool
from tests.support.brief.brief_lessons import BRIEF
from tests.support.visitor import DRAWN, forget_lessons, go, leaves, undownloadable

MAIN = Path(__file__).parents[2] / "heart" / "ui" / "main.py"

LARGE = {"altair", "onnx", "pandas", "pandera", "scipy", "sklearn", "sympy", "torch"}
FEW = 30
"""So many modules of those packages may be imported by a page itself: each rerun of every visitor
looks through them from then on.
"""


@pytest.fixture(scope="session", autouse=True)
def warm():
    """As on a server: the libraries are there, and out of sight of the garbage collector, which
    Streamlit calls after every run; and what is installed is looked through for components once,
    not for every visitor (there are none).
    """
    load_lessons()
    gc.collect()
    gc.freeze()
    components = manifest_scanner.scan_component_manifests()
    ask = local_script_runner.require_widgets_deltas

    def wait(runner, timeout):
        runner._script_thread.join(timeout)
        ask(runner, timeout if runner.script_stopped() else 0)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: components)
        # which would ask a thousand times a second whether the page is there
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture(autouse=True)
def own_server(monkeypatch):
    """What is made once for all visitors of a server is made anew for each test: tests put other
    things in its place.
    """
    monkeypatch.setattr("heart.ui.for_all._made", {})


class HerePool(Pool):
    """Works in threads of this process, which know what tests have put in the place of functions;
    what another process would be asked has to be able to travel there all the same.
    """

    def __init__(self):
        super().__init__(2, module=None)
        self.asked = []

    def join(self, request):
        self.asked.append(request)
        for part in (*request.call.args, *request.call.keywords.values()):
            pickle.dumps(part)
        function = request.call.func
        if "<" not in function.__qualname__:  # else it is a test's own
            assert pickle.loads(pickle.dumps(function)) is function
        return super().join(request)


@pytest.fixture(autouse=True)
def pool(monkeypatch):
    """Where long work is done."""
    here = HerePool()
    monkeypatch.setattr("heart.ui.progress.get_pool", lambda: here)
    monkeypatch.setattr("heart.ui.train.get_pool", lambda: here)
    return here


@pytest.fixture(autouse=True)
def open_tables(monkeypatch):
    """Folded tables and charts are open, or nothing would be in them."""
    monkeypatch.setattr("heart.ui.forest.OPEN_AT_FIRST", True)
    monkeypatch.setattr("heart.ui.cohort_profile.OPEN_AT_FIRST", True)


@pytest.fixture(scope="module")
def brief_lessons():
    """Lessons learn in brief, for a whole module."""
    forget_lessons()
    with pytest.MonkeyPatch.context() as patch:
        for module, constants in BRIEF.items():
            for name, value in constants.items():
                patch.setattr(f"{module}.{name}", value)
        yield
    forget_lessons()


@pytest.fixture(scope="session")
def pages(warm):  # noqa: ARG001  the first run imports nothing
    """What the app registers with `st.navigation`, by which a visitor comes to a page by its own
    address, as with a link: AppTest knows it only after a run, which would be of another page.
    """
    return AppTest.from_file(MAIN, default_timeout=60).run()._registered_pages


@pytest.fixture
def come(pages):
    """A visitor who has not opened a page yet; a test fails if any run ended in an exception."""
    visitors, imported = [], set(sys.modules)

    def make():
        app = AppTest.from_file(MAIN, default_timeout=60)
        app._registered_pages = pages
        visitors.append(app)
        return app

    yield make
    for app in visitors:
        assert not app.exception, app.exception
    late = [name for name in set(sys.modules) - imported if name.partition(".")[0] in LARGE]
    assert len(late) < FEW, "the garbage collector was frozen before these were imported"


@pytest.fixture
def visit(come):
    """Opens the app at a page: `visit("train")`."""
    return lambda page="patient": go(come(), page)


@pytest.fixture
def look(come):
    """The Patient page with a patient's answer, its part of this title open, for a model and what
    else the session holds: `look("Why", bundle, patient, upload=cohort)`.
    """

    def open_part(title, bundle, patient=EXAMPLE_PATIENT, *, units=MG_DL, **state):
        app = come()
        session = Session(asked=True, used=True, units=units, **state)
        session.use(bundle, Origin.LOADED)
        app.session_state["heart"] = session
        app.session_state["patient_parts"] = title
        for entry in FEATURES:
            value = patient.get(entry.name)
            if not entry.is_coded and value is not None:
                session.precise[entry.name] = float(value)
                value = float(to_shown(entry.name, value, units))
            key = field_key(entry)
            app.session_state[key] = NOT_KNOWN if entry.is_coded and value is None else value
        go(app, "patient")
        squares = next((each for each in leaves(app.main) if each.type in DRAWN), None)
        assert [each for each in undownloadable(app) if each is not squares] == []  # in the report
        return app

    return open_part


@pytest.fixture
def count_calls(monkeypatch):
    """Notes the calls of a module's functions: `count_calls("heart.ui.models_comparison",
    "roc_frame")` is the list of their names, which grows.
    """

    def count(module, *names):
        calls = []
        for name in names:
            function = getattr(importlib.import_module(module), name)
            monkeypatch.setattr(f"{module}.{name}", partial(_note, calls, name, function))
        return calls

    return count


def _note(calls, name, function, *arguments, **options):
    calls.append(name)
    return function(*arguments, **options)
