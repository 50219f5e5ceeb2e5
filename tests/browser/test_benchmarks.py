"""The benchmarks that measure in Chromium run in their short form, on the server and the browser
that are there; their times are not judged here.
"""

import runpy
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def run_here(monkeypatch, browser, address, capsys):
    """Runs a script in this process; what it prints."""

    @contextmanager
    def browse():
        others = set(browser.contexts)
        yield browser
        for context in set(browser.contexts) - others:
            context.close()

    def run(script, *words):
        monkeypatch.setattr(sys, "argv", [script, *words])
        runpy.run_path(str(BENCHMARKS / script), run_name="__main__")
        return capsys.readouterr().out

    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr("drive.serve", lambda: nullcontext(address))
    monkeypatch.setattr("drive.browse", browse)
    return run


def test_benchmark_of_the_threshold_slider_runs(run_here):
    assert "2 moves: median" in run_here("threshold_slider.py", "--moves", "2")


def test_benchmark_of_opening_pages_runs(run_here):
    assert "| Cohort |" in run_here("page_open.py", "--quick")


def test_benchmark_of_the_calculator_runs(run_here):
    printed = run_here("calculator.py", "--quick")
    assert "| the shipped model | this machine |" in printed
