"""One visitor of the app, without a browser."""

import gc
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from heart.ui.warmup import load_all
from tests.support.visitor import go

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def warm():
    """As on a server: the libraries are there, and out of sight of the garbage collector, which
    Streamlit calls after every run; and what is installed is looked through for components once,
    not for every visitor (there are none).
    """
    load_all()
    gc.collect()
    gc.freeze()
    components = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: components)
        yield


@pytest.fixture
def visit():
    """Opens the app at a page: `visit("train")`; a test fails if any run ended in an exception."""
    visitors = []

    def open_at(page="patient"):
        app = AppTest.from_file(ROOT / "heart" / "ui" / "main.py", default_timeout=60).run()
        visitors.append(app)
        return go(app, page)

    yield open_at
    for app in visitors:
        assert not app.exception, app.exception
