"""A server of this app and a browser on it, for scripts that drive the app: screenshots and benchmarks."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 60


@contextmanager
def serve() -> Iterator[str]:
    """The address of a fresh server; it answers its health check when this returns."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", "--server.port", str(port)]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_health(f"http://127.0.0.1:{port}/_stcore/health")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for_health(url: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url) as response:
                if response.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


@contextmanager
def browse() -> Iterator[Browser]:
    """Chromium: Debian's where it is installed, else Playwright's own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


def fill_example(page: Page) -> None:
    """Put the example patient into the form and wait until it is there."""
    page.get_by_role("button", name="Fill in an example patient").click()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("80", timeout=PATIENCE_S * 1000)


def calculate(page: Page) -> None:
    """Press Calculate and wait for the decision."""
    page.get_by_role("button", name="Calculate").click()
    page.get_by_text("Decision:").wait_for(timeout=PATIENCE_S * 1000)
