"""One visitor of the app, without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

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


def go(app, page):
    """The same visitor at another page."""
    return app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()


def press(app, label):
    """The visitor after pressing a button."""
    (button,) = (button for button in app.button if button.label == label)
    return button.click().run()


def said(app):
    """Everything the page says, as one text."""
    kinds = (
        app.title,
        app.header,
        app.markdown,
        app.caption,
        app.text,
        app.error,
        app.warning,
        app.info,
        app.success,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def figures(app):
    """What the page's metrics show, by label."""
    return {metric.label: metric.value for metric in app.metric}
