"""The import rule of DESIGN.md ("Directions"), read from the source."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("heart/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "streamlit_app.py"])

# a room imports rooms of its own rank or below
RANKS = {
    "errors": 0,
    "files": 0,
    "places": 0,
    "markup": 0,
    "schema": 0,
    "config": 0,
    "data": 1,
    "preprocessing": 1,
    "evaluation": 1,
    "network": 2,
    "noise": 2,
    "adamw": 2,
    "step": 2,
    "batches": 2,
    "masking": 2,
    "stopping": 2,
    "epochs": 2,
    "inference": 2,
    "training": 2,
    "classifier": 2,
    "joint": 2,
}
RANKS |= {"export": 1, "bundle": 3, "experiment": 3, "overlap": 3, "scoring": 3, "batch": 3, "patient": 3, "charts": 4, "ui": 5, "pages": 6}
RANKS |= {
    "models": 2,
    "validation": 3,
    "hospitals": 3,
    "learning": 3,
    "out_of_fold": 3,
    "lessons": 3,
    "onnx_export": 3,
    "registry": 3,
    "comparison": 3,
    "card": 4,
    "commands": 7,
    "arguments": 7,
    "cli": 7,
    "__main__": 7,
    "": 0,
}
CHARTS_SEE = {"charts", "schema"}
TORCH_ROOMS = {"network", "noise", "adamw", "step", "batches", "masking", "stopping", "epochs", "inference", "training", "classifier"}
TORCH_ROOMS |= {"joint", "bundle", "patient", "lessons"}
TORCH, HEAVY = {"torch", "safetensors"}, {"torch", "safetensors", "sklearn", "altair"}


class Import(NamedTuple):
    name: str
    at_load: bool  # not inside a function or `if TYPE_CHECKING`


def imports_in(node: ast.AST, *, at_load: bool = True) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, at_load) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (Import(f"{'.' * child.level}{child.module or ''}.{alias.name}", at_load) for alias in child.names)
        later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        later |= isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from imports_in(child, at_load=at_load and not later)


def room_of(module: str) -> str:
    """ "heart.data.split" lives in "data"; heart itself in ""; a page and the entry in "pages"."""
    top, _, rest = module.partition(".")
    room = rest.partition(".")[0]
    return ("" if room == "__version__" else room) if top == "heart" else "pages"


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def violations(module: str, source: str) -> list[str]:
    room = room_of(module)
    return [f"{module} imports {entry.name}" for entry in imports_in(ast.parse(source)) if not is_allowed(room, entry)]


def is_allowed(room: str, entry: Import) -> bool:
    top = entry.name.partition(".")[0]
    if top == "heart":
        target = room_of(entry.name)
        return RANKS[target] <= RANKS[room] and (room != "charts" or target in CHARTS_SEE)
    if top in TORCH and entry.at_load:
        return room in TORCH_ROOMS
    if top == "streamlit":
        return room in {"ui", "pages"}
    stdlib_only = RANKS[room] == 0 and top not in sys.stdlib_module_names
    return bool(top) and not stdlib_only and not (room == "pages" and top in HEAVY)


def loaded_with(modules: dict[str, str], start: str) -> set[str]:
    """What importing a module imports at once, packages on the way included."""
    seen, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        prefixes = {name[:i] for i, letter in enumerate(f"{name}.") if letter == "."}
        for found in (prefixes & set(modules)) - seen:
            waiting += [entry.name for entry in imports_in(ast.parse(modules[found])) if entry.at_load]
        seen |= prefixes
    return seen


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_go_one_way(path):
    assert violations(module_of(path), path.read_text()) == []


def test_opening_the_app_does_not_wait_for_torch():
    modules = {module_of(path): path.read_text() for path in FILES}
    starts = [name for name in modules if room_of(name) in {"pages", "ui"}]
    assert {name for name in starts if "torch" in loaded_with(modules, name)} == set()
    assert "torch" in loaded_with(modules, "heart.experiment")


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("heart.data.cohort", "from heart.network import HeartMLP"),
        ("heart.data.cohort", "import heart.training as t"),
        ("heart.data.cohort", "def f():\n    from heart import bundle"),
        ("heart.evaluation.metrics", "if TYPE_CHECKING:\n    from heart.bundle import Bundle"),
        ("heart.schema", "import numpy"),
        ("heart.config", "from heart.data import Cohort"),
        ("heart.scoring", "import torch"),
        ("heart.experiment", "try:\n    from torch import nn\nexcept ImportError:\n    raise"),
        ("heart.scoring", "import streamlit as st"),
        ("heart.charts.cohort", "from heart.data import Cohort"),
        ("heart.charts", "from streamlit import altair_chart"),
        ("heart.ui.cache", "import safetensors.torch"),
        ("heart.bundle.bundle", "from heart.cli import main"),
        ("heart.data.split", "from .cohort import Cohort"),
        ("pages.patient", "def f():\n    import torch"),
        ("pages.patient", "from sklearn.metrics import f1_score"),
        ("streamlit_app", "import altair as alt"),
    ],
)
def test_rule_finds_what_it_forbids(module, line):
    assert len(violations(module, line)) == 1


def test_rule_lets_pass_what_it_allows():
    lines = "import streamlit\nfrom heart.scoring import predict_patient\nif TYPE_CHECKING:\n    import torch\ndef f():\n    import torch"
    assert violations("heart.ui.main", lines) == []
    assert violations("heart.bundle.bundle", "import heart\nimport torch\nfrom heart import __version__") == []
