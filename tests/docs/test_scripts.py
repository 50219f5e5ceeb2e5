"""The benchmarks run in their short form; their times are not judged here."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


TRAINERS = ("Heart", "the tutorial's loop", "skorch", "MLPClassifier", "together")
QUICK = {
    "recipes.py --quick": ["| logistic regression |"],
    "files.py --rows 3000 --rounds 1": ["| everything after the parse |"],
    "trainer.py --quick": [*(f"| {name} |" for name in TRAINERS), "times the arrays"],
    "optimiser.py --quick": ["| lesson, 242 patients |"],
    "evaluation.py --quick": [
        "| logistic regression |",
        "| va_long_beach | switzerland |",
        "| platt |",
    ],
    "threshold_slider.py --moves 2": ["2 moves: median"],
    "bundles.py --patients 20 --rounds 1 --no-reader": [
        "| the tutorial's way |",
        "| of that our own code |",
    ],
}


@pytest.mark.parametrize("words", QUICK)
def test_benchmark_runs_and_leaves_the_documents_alone(words, request):
    if words.startswith("threshold_slider"):
        request.getfixturevalue("browser")  # it starts one of its own, where there is one
    if words.startswith("trainer"):
        pytest.importorskip("skorch")
    documents = sorted((ROOT / "docs").glob("*.md"))
    before = [document.read_bytes() for document in documents]
    script, *options = words.split()
    command = [sys.executable, f"benchmarks/{script}", *options]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert all(expected in run.stdout for expected in QUICK[words])
    assert [document.read_bytes() for document in documents] == before


def test_recipes_document_names_the_command_that_made_it():
    text = (ROOT / "docs" / "RECIPES.md").read_text()
    assert "Made by `python benchmarks/recipes.py" in text
