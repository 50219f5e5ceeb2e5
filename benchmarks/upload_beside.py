"""How long another visitor's form waits while a file that is made to cost is uploaded and read:
from the press of Calculate to the changed probability, in the browser.

`python benchmarks/upload_beside.py` prints a Markdown table; --only NAME takes the families of
`tests/support/hostile_files.py` whose name contains it.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from drive import browse, calculate, fill_example, serve  # noqa: E402
from first_prediction import time_submit  # noqa: E402
from playwright.sync_api import Page  # noqa: E402

from tests.support.hostile_files import FAMILIES  # noqa: E402

AGES = (30, 75, 35, 70, 40, 65)
MEANWHILE, ALONE = 0.5, 10
"""Seconds at least that are watched, and submits while nothing else happens."""


def submit_while_read(uploader: Page, form: Page, file: Path) -> Iterator[float]:
    """Seconds of each submit until the page that got the file has run to its end."""
    ages, start = itertools.cycle(AGES), time.perf_counter()
    uploader.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    while time.perf_counter() - start < MEANWHILE or is_busy(uploader):
        yield time_submit(form, next(ages))


def is_busy(page: Page) -> bool:
    """Whether the file is still on its way or the page still runs."""
    state = page.get_by_test_id("stApp").get_attribute("data-test-script-state")
    return state != "notRunning" or page.get_by_role("progressbar").count() > 0


def describe(name: str, size: int, seconds: list[float]) -> str:
    """A line of the table."""
    middle, longest = (f"{1000 * figure(seconds):.0f} ms" for figure in (statistics.median, max))
    return f"| {name} | {size / 1e6:,.1f} MB | {len(seconds)} | {middle} | {longest} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print("| file | size | submits meanwhile | median | longest |")
    print("| --- | --- | --- | --- | --- |")
    with serve() as address, browse() as browser, tempfile.TemporaryDirectory() as folder:
        form, uploader = browser.new_page(), browser.new_page()
        form.goto(address)
        fill_example(form)
        calculate(form)
        alone = [time_submit(form, age) for age, _ in zip(itertools.cycle(AGES), range(ALONE))]
        print(describe("none", 0, alone), flush=True)
        for name, (make, size) in FAMILIES.items():
            if options.only not in name:
                continue
            content = make(size)
            suffix = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet"}.get(content[:4], ".csv")
            file = Path(folder) / f"hostile{suffix}"
            file.write_bytes(content)
            uploader.goto(f"{address}/cohort")
            uploader.get_by_text("Model in use:").wait_for(timeout=60_000)
            seconds = list(submit_while_read(uploader, form, file))
            print(describe(name, len(content), seconds), flush=True)


if __name__ == "__main__":
    main()
