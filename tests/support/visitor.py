"""What a visitor of the app does and sees, without a browser."""

import sys
from itertools import chain
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


TABLES = {"table", "arrow_table", "dataframe", "data_frame", "arrow_data_frame"}
DRAWN = TABLES | {"vega_lite_chart", "arrow_vega_lite_chart"}
REPORT = "Download a report"
HEADS = {"title", "header", "subheader"}


def undownloadable(app):
    """Charts and tables of the page after which no download stands before the next heading; what
    can be edited is no answer.
    """
    waiting, missed = [], []
    for element in leaves(app.main):
        if element.type in DRAWN and not getattr(element.proto, "editing_mode", 0):
            waiting.append(element)
        elif element.type == "download_button" and element.proto.label != REPORT:
            waiting = []
        elif element.type in HEADS:
            missed += waiting
            waiting = []
    return missed + waiting


def leaves(block):
    """Its elements in their order."""
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from leaves(child)
        else:
            yield child


def forget_lessons():
    """Empty what the lessons' screens keep for all visitors."""
    modules = [m for name, m in sys.modules.items() if name.startswith("heart.ui.lessons.")]
    for each in chain.from_iterable(vars(module).values() for module in modules):
        getattr(each, "cache_clear", int)()
