"""The directions of docs/ARCHITECTURE.md, read from the source."""

import graphlib
import sys
from collections import Counter

import pytest
from imports import (
    floor_of,
    imports_in,
    loaded_with,
    module_files,
    module_imports,
    read_modules,
    room_of,
)

MODULES = read_modules()
ROOT_MODULES = {"__init__", "__main__", "cli"}
ROOT_MODULES |= {
    "atomic",
    "config",
    "environment",
    "errors",
    "events",
    "markdown",
    "paths",
    "schema",
    "shares",
    "units",
}
CHARTS_SEE = {"charts", "schema", "shares"}
STDLIB_ONLY = ROOT_MODULES - {"cli"}
HEAVY = {"torch", "safetensors", "sklearn", "altair"}


def violations(module, source):
    return [
        f"{module} imports {entry.name}"
        for entry in imports_in(source)
        if not is_allowed(module, entry.name)
    ]


def is_allowed(module, name):
    room, top = room_of(module), name.partition(".")[0]
    if top == "heart":
        target = room_of(name)
        below = target == room or floor_of(target) < floor_of(room)
        return below and (room != "charts" or target in CHARTS_SEE)
    if top == "streamlit":
        return room in {"ui", "pages", "streamlit_app"}
    if room in STDLIB_ONLY:
        return top in sys.stdlib_module_names or (room, top) == ("paths", "platformdirs")
    return bool(top) and not (room in {"pages", "streamlit_app"} and top in HEAVY)


def test_imports_go_one_way():
    found = (violations(module, source) for module, source in MODULES.items())
    assert [line for lines in found for line in lines] == []


def test_no_modules_import_each_other_in_a_circle():
    graph = module_imports(MODULES)
    facades = {name for name, path in module_files().items() if path.stem == "__init__"}
    facades -= {"heart"}  # which imports nothing
    # a package's own list of names imports its modules; a module that used it would go in a circle
    inner = {name: targets - facades for name, targets in graph.items() if name not in facades}
    assert list(graphlib.TopologicalSorter(inner).static_order())
    for name, targets in graph.items():
        assert not [package for package in targets & facades if name.startswith(f"{package}.")]


def test_no_module_lies_loose_at_the_root():
    loose = {path.stem for path in module_files().values() if path.parent.name == "heart"}
    assert loose == ROOT_MODULES


def test_no_folder_holds_a_single_file():
    files = [path for path in module_files().values() if path.stem != "__init__"]
    counts = Counter(path.parent for path in files if "heart" in path.parts)
    assert [folder.name for folder, n in counts.items() if n == 1] == []


def test_first_paint_of_the_patient_page_does_not_wait_for_torch_or_scikit_learn():
    for start in ("streamlit_app", "heart.ui.main", "pages.patient"):
        assert loaded_with(MODULES, start) & {"torch", "sklearn"} == set()
    assert "torch" in loaded_with(MODULES, "heart.experiments.run")


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("heart.data.cohort", "from heart.model.network import HeartMLP"),
        ("heart.data.cohort", "import heart.model.training as t"),
        ("heart.data.cohort", "def f():\n    from heart import bundle"),
        ("heart.data.formats.text", "from heart.data.dialects.cells import Parsed"),
        ("heart.data.dialects.cells", "from heart.data.recognition.known import Reference"),
        ("heart.data.cohort", "from heart.data import read_cohort"),
        ("heart.evaluation.metrics", "if TYPE_CHECKING:\n    from heart.bundle import Bundle"),
        ("heart.evaluation.metrics", "from heart.data import Cohort"),
        ("heart.schema", "import numpy"),
        ("heart.schema", "from heart.config import Settings"),
        ("heart.config", "from heart.data import Cohort"),
        ("heart.scoring.patient", "from heart.experiments.run import run_experiment"),
        ("heart.scoring.patient", "import streamlit as st"),
        ("heart.charts.cohort", "from heart.data import Cohort"),
        ("heart.charts", "from streamlit import altair_chart"),
        ("heart.bundle.bundle", "from heart.cli import main"),
        ("heart.data.split", "from .cohort import Cohort"),
        ("heart.ui.cache", "from heart.commands.output import format_answer"),
        ("pages.patient", "def f():\n    import torch"),
        ("pages.patient", "from sklearn.metrics import f1_score"),
        ("streamlit_app", "import altair as alt"),
    ],
)
def test_rule_finds_what_it_forbids(module, line):
    assert len(violations(module, line)) == 1


def test_rule_lets_pass_what_it_allows():
    lines = "import streamlit\nfrom heart.scoring.patient import predict_patient\nimport torch"
    assert violations("heart.ui.main", lines) == []
    lines = "import heart\nimport torch\nfrom heart import __version__"
    assert violations("heart.bundle.bundle", lines) == []
