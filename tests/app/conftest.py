"""One visitor of the app, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.visitor import go

ROOT = Path(__file__).parents[2]


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
