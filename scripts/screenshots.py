"""The README's screenshots: `python scripts/screenshots.py` writes docs/images/; with names, as in
`python scripts/screenshots.py patient bundle`, only those.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from drive import ROOT, browse, calculate, fill_example, serve
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 1000}
DRAWN = "[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg"


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(PICTURES))
    names = parser.parse_args().names or list(PICTURES)
    with serve() as address, browse() as browser:
        for name in names:
            PICTURES[name](browser, address)


def take_patient(browser: Browser, address: str) -> None:
    """The answer and why, in light and in dark; what to measure next."""
    for scheme in ("light", "dark"):
        page = _open(browser, address, scheme)
        fill_example(page)
        calculate(page)
        page.get_by_text("The line below a bar").wait_for()
        _take(page, IMAGES / f"patient-{scheme}.png")
    page = _open(browser, address, "light")
    page.get_by_role("spinbutton", name="Age").fill("55")
    for name, option in (("Sex", "male"), ("Chest pain", "non-anginal pain")):
        page.get_by_role("combobox", name=name).click()
        page.get_by_role("option", name=option, exact=True).click()
    calculate(page)
    page.get_by_role("tab", name="What next").click()
    page.get_by_text("Tried are the results").wait_for()
    _take(page, IMAGES / "patient-next.png")


def take_threshold(browser: Browser, address: str) -> None:
    """The whole page."""
    page = _open(browser, f"{address}/threshold", "light")
    page.get_by_text("Report on the test part").wait_for()
    _take(page, IMAGES / "threshold.png")


def take_evaluate(browser: Browser, address: str) -> None:
    """What is stored is shown at once."""
    page = _open(browser, f"{address}/evaluate", "light")
    page.get_by_role("heading", name="Subgroups").wait_for()
    page.locator(DRAWN).nth(3).wait_for()
    _take_window(page, IMAGES / "evaluate.png")


def take_bundle(browser: Browser, address: str) -> None:
    """The model in use."""
    page = _open(browser, f"{address}/bundle", "light")
    page.get_by_text("Model in use:").wait_for()
    _take_window(page, IMAGES / "bundle.png")


def take_learn(browser: Browser, address: str) -> None:
    """The lessons."""
    page = _open(browser, f"{address}/learn", "light")
    page.get_by_text("lessons done in this session").wait_for()
    _take_window(page, IMAGES / "learn.png")


def take_cohort(browser: Browser, address: str) -> None:
    """A file that was recognised."""
    page = _open(browser, f"{address}/cohort", "light")
    page.get_by_text("Model in use").wait_for()
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(_inverted_file())
    page.get_by_text("inverted in the file, put right here").wait_for()
    _take_window(page, IMAGES / "cohort.png")


PICTURES: dict[str, Callable[[Browser, str], None]] = {
    "patient": take_patient,
    "threshold": take_threshold,
    "evaluate": take_evaluate,
    "bundle": take_bundle,
    "learn": take_learn,
    "cohort": take_cohort,
}
"""By the page's name."""


def _inverted_file() -> FilePayload:
    """Cleveland as it circulates on Kaggle: other codes, and a target that is upside down."""
    frame = pd.read_csv(ROOT / "data" / "cleveland.csv").dropna()
    maps: dict[str, dict[Any, int]] = {
        "cp": {4: 0, 2: 1, 3: 2, 1: 3},
        "restecg": {2: 0, 0: 1, 1: 2},
        "slope": {3: 0, 2: 1, 1: 2},
        "thal": {"fixed": 1, "normal": 2, "reversible": 3},
    }
    coded = frame.assign(
        **{name: frame[name].map(codes) for name, codes in maps.items()},
        target=(frame["num"] == 0).astype(int),
    )
    return {
        "name": "heart.csv",
        "mimeType": "text/csv",
        "buffer": coded.drop(columns="num").to_csv(index=False).encode(),
    }


def _open(browser: Browser, address: str, scheme: str) -> Page:
    page = browser.new_page(viewport=SIZE, color_scheme="dark" if scheme == "dark" else "light")
    page.goto(address)
    return page


def _take(page: Page, path: Path) -> None:
    """The whole page, from its top; charts draw late, so wait for them."""
    page.locator(DRAWN).first.wait_for()
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": SIZE["width"], "height": height})
    page.mouse.move(5, 400)
    page.wait_for_timeout(800)
    page.screenshot(path=path)
    page.set_viewport_size(SIZE)


def _take_window(page: Page, path: Path) -> None:
    """What is seen at first, once the charts are drawn."""
    page.wait_for_timeout(800)
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
