"""The examples in the docstrings are run."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATHS = [
    path.relative_to(ROOT)
    for path in sorted(ROOT.glob("heart/**/*.py"))
    if "ui" not in path.parts and ">>> " in path.read_text()
]
MODULES = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in PATHS]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_say(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_public_modules_have_examples():
    public = {
        "schema",
        "model.preprocessing",
        "model.network",
        "model.classifier",
        "evaluation.figures",
        "evaluation.judged",
        "evaluation.thresholds",
    }
    assert {f"heart.{name}" for name in public} <= set(MODULES)
