"""The benchmarks run in their short form; their times are not judged here. Those that measure in
Chromium are run by tests/browser/test_benchmarks.py.
"""

import io
import runpy
import subprocess
import sys
import tracemalloc
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from heart.cli import main
from heart.config import RECIPES
from heart.model import step

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"


TRAINERS = ("Heart", "the tutorial's loop", "skorch", "MLPClassifier", "together")
QUICK = {
    "recipes.py --quick": ["| logistic regression |"],
    "busy.py --quick": ["| the lesson's recipe |"],
    "coverage.py --quick": ["| 300 | 5 |"],
    "files.py --rows 3000 --rounds 1": ["| everything after the parse |"],
    "trainer.py --quick": [*(f"| {name} |" for name in TRAINERS), "times the arrays"],
    "optimiser.py --quick": ["| lesson, 242 patients |"],
    "evidence.py --quick": ["| who is alike |", "Gower's distance value by value takes"],
    "evaluation.py --quick": [
        "| logistic regression |",
        "| va_long_beach | switzerland |",
        "| platt |",
    ],
    "explain.py --quick": ["| Heart, with every member |", "| start |", "3 patients of Cleveland"],
    "unknown.py --quick": ["| 13 | 1 |", "| members on the other side |"],
    "bundles.py --patients 20 --rounds 1 --listed 5 --no-reader": [
        "| the tutorial's way |",
        "| of that our own code |",
    ],
}


@pytest.fixture
def run_here(monkeypatch):
    """Runs a script in this process, which has imported already what it needs; what it prints. The
    processes of its own that it starts for memory's sake run here too: nothing is measured.
    """
    monkeypatch.syspath_prepend(BENCHMARKS)
    monkeypatch.setattr(step, "FlatAdamW", step.FlatAdamW)  # optimiser.py tries another
    monkeypatch.setitem(RECIPES, "default", replace(RECIPES["default"], members=2, max_epochs=8))
    threads, start = torch.get_num_threads(), subprocess.run

    def run(command, **options):
        script, *words = map(str, command[1:])
        if [script, *words][:2] == ["-X", "importtime"]:  # of a part of what would be imported
            command = [*command[:3], "-c", "import heart.schema; print(0.1)"]
        module = (script, words[:1]) == ("-m", ["heart"])
        if not module and Path(script).parent != BENCHMARKS:
            return start(command, **options)
        with monkeypatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
            if module:
                assert main(words[1:]) == 0
            else:
                patch.setattr(sys, "argv", [script, *words])
                runpy.run_path(script, run_name="__main__")
        return subprocess.CompletedProcess(command, 0, printed.getvalue())

    monkeypatch.setattr(subprocess, "run", run)
    yield lambda script, *words: run([sys.executable, BENCHMARKS / script, *words]).stdout
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("quick_tuning")
@pytest.mark.parametrize("words", QUICK)
def test_benchmark_runs_and_leaves_the_documents_alone(words, run_here):
    if words.startswith("trainer"):
        pytest.importorskip("skorch")
    documents = sorted((ROOT / "docs").glob("*.md"))
    before = [document.read_bytes() for document in documents]
    printed = run_here(*words.split())
    assert all(expected in printed for expected in QUICK[words])
    assert [document.read_bytes() for document in documents] == before
    assert not tracemalloc.is_tracing()  # which would make all that follows four times as slow


def test_recipes_document_names_the_command_that_made_it():
    text = (ROOT / "docs" / "RECIPES.md").read_text()
    assert "Made by `python benchmarks/recipes.py" in text
