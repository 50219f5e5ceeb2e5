"""What a visitor of the app does and sees, without a browser."""

from pathlib import Path

PAGES = Path(__file__).parents[2] / "pages"


def go(app, page):
    """The same visitor at another page."""
    return app.switch_page(str(PAGES / f"{page}.py")).run()


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
        app.toast,
    )
    return "\n".join(element.value for kind in kinds for element in kind)


def figures(app):
    """What the page's metrics show, by label."""
    return {metric.label: metric.value for metric in app.metric}
