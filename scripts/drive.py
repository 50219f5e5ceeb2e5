"""A server of this app and a browser on it, for what drives the app: screenshots, benchmarks and
the tests of journeys.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 60


@contextmanager
def serve(
    log: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    options: Sequence[str] = (),
    tree: Path = ROOT,
) -> Iterator[str]:
    """The address of a fresh server; it answers its health check when this returns. Its output goes
    to `log`, or nowhere.

    Args:
        log: where its output goes.
        environment: variables beside those of this process.
        port: where it listens; one that is free by default.
        options: of `streamlit run`, beside the port.
        tree: the checkout whose app it is.
    """
    port = port or free_port()
    server = start(port, log, environment=environment, options=options, tree=tree)
    try:
        wait_for_health(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def start(
    port: int,
    log: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    tree: Path = ROOT,
) -> subprocess.Popen[bytes]:
    """A server that begins to start, as `serve` has one; whoever asked for it ends it."""
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    with (log or Path(os.devnull)).open("wb") as output:
        return subprocess.Popen(
            [*command, "--server.port", str(port), *options],
            cwd=tree,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
        )


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_health(port: int) -> None:
    """Wait until the server that listens there answers its health check.

    Raises:
        TimeoutError: if it does not.
    """
    url = f"http://127.0.0.1:{port}/_stcore/health"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as response:
                if response.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


def launch(playwright: Playwright) -> Browser:
    """Chromium: Debian's where it is installed, else Playwright's own."""
    return playwright.chromium.launch(
        executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"]
    )


@contextmanager
def browse() -> Iterator[Browser]:
    """A browser, for as long as the block lasts."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


def fill_example(page: Page) -> None:
    """Put the example patient into the form and wait until it is there."""
    page.get_by_role("button", name="Fill in an example patient").click()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value(
        "80", timeout=PATIENCE_S * 1000
    )
    # the fields below Age arrive one by one; on a busy machine Calculate could come before them
    expect(page.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning", timeout=PATIENCE_S * 1000
    )


def calculate(page: Page) -> None:
    """Press Calculate and wait for the decision."""
    page.get_by_role("button", name="Calculate").click()
    page.get_by_text("Decision:").wait_for(timeout=PATIENCE_S * 1000)
