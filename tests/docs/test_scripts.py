"""The benchmarks run in their short form; their times are not judged here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_recipes_benchmark_runs_and_leaves_its_document_alone():
    document = ROOT / "docs" / "RECIPES.md"
    before = document.read_bytes()
    command = [sys.executable, "benchmarks/recipes.py", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "| logistic regression |" in run.stdout
    assert document.read_bytes() == before


def test_files_benchmark_runs():
    command = [sys.executable, "benchmarks/files.py", "--rows", "3000", "--rounds", "1"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "| everything after the parse |" in run.stdout


def test_trainer_benchmark_runs():
    command = [sys.executable, "benchmarks/trainer.py", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert all(f"| {name} |" in run.stdout for name in ("Heart", "the tutorial's loop", "skorch", "MLPClassifier", "together"))
    assert "times the arrays" in run.stdout


def test_evaluation_benchmark_runs_and_leaves_its_document_alone():
    document = ROOT / "docs" / "EVALUATION.md"
    before = document.read_bytes()
    command = [sys.executable, "benchmarks/evaluation.py", "--quick"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "| logistic regression |" in run.stdout
    assert document.read_bytes() == before


def test_recipes_document_names_the_command_that_made_it():
    text = (ROOT / "docs" / "RECIPES.md").read_text()
    assert "Made by `python benchmarks/recipes.py" in text
