"""The README's screenshots: `python scripts/screenshots.py` writes docs/images/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from drive import ROOT, browse, calculate, fill_example, serve
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize

IMAGES = ROOT / "docs" / "images"
SIZE: ViewportSize = {"width": 1280, "height": 1000}
JUDGING_MS = 600_000


def main() -> None:
    """Take every picture, the patient page in light and in dark."""
    with serve() as address, browse() as browser:
        for scheme in ("light", "dark"):
            page = _open(browser, address, scheme)
            fill_example(page)
            calculate(page)
            _take(page, IMAGES / f"patient-{scheme}.png")
        page = _open(browser, f"{address}/threshold", "light")
        page.get_by_text("Report on the test part").wait_for()
        _take(page, IMAGES / "threshold.png")
        page = _open(browser, f"{address}/evaluate", "light")
        page.get_by_role("button", name="Judge all models").click()
        page.get_by_role("heading", name="Subgroups").wait_for(timeout=JUDGING_MS)
        page.locator("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg").nth(
            3
        ).wait_for()
        page.wait_for_timeout(800)
        page.screenshot(path=IMAGES / "evaluate.png")
        page = _open(browser, f"{address}/bundle", "light")
        page.get_by_text("Model in use:").wait_for()
        page.wait_for_timeout(800)
        page.screenshot(path=IMAGES / "bundle.png")
        page = _open(browser, f"{address}/learn-overfitting", "light")
        page.get_by_text("Model in use:").wait_for(timeout=JUDGING_MS)
        page.wait_for_timeout(2500)
        page.screenshot(path=IMAGES / "learn.png")
        page = _open(browser, f"{address}/cohort", "light")
        page.get_by_text("Model in use").wait_for()
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(_inverted_file())
        page.get_by_text("inverted in the file, put right here").wait_for()
        page.wait_for_timeout(800)
        page.screenshot(path=IMAGES / "cohort.png")


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
    page.locator(
        "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"
    ).first.wait_for()
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": SIZE["width"], "height": height})
    page.mouse.move(5, 400)
    page.wait_for_timeout(800)
    page.screenshot(path=path)
    page.set_viewport_size(SIZE)


if __name__ == "__main__":
    main()
