"""The rule that nothing is unpickled, evaluated or rendered as markup, read from the source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob("heart/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "streamlit_app.py"])

FORBIDDEN_NAMES = {
    "eval",
    "exec",
    "builtins.eval",
    "builtins.exec",
    "joblib.load",
    "torch.load",
    "pandas.read_pickle",
    "marshal.loads",
}
FORBIDDEN_NAMES |= {
    f"{library}.{name}"
    for library in ("pickle", "_pickle", "dill", "cloudpickle")
    for name in ("load", "loads", "Unpickler")
}
EXCEPTED = {"heart/work/request.py": ["pickle.loads"]}
"""Between processes of this program, on a socket that nobody else has."""

FORBIDDEN_OPTIONS = {"allow_pickle", "unsafe_allow_html", "unsafe_allow_javascript"}


def full_names(tree):
    """Each name that an import gives, and what it stands for."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {
                alias.asname or alias.name.partition(".")[0]: alias.name
                if alias.asname
                else alias.name.partition(".")[0]
                for alias in node.names
            }
        elif isinstance(node, ast.ImportFrom):
            names |= {
                alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names
            }
    return names


def dotted(node):
    """`a.b.c` of an attribute of a name, else nothing."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def forbidden_in(source):
    """Forbidden names and options that the source uses."""
    tree = ast.parse(source)
    names = full_names(tree)
    found = [name for name in names.values() if name in FORBIDDEN_NAMES]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = dotted(node).partition(".")
            full = names.get(first, first) + (f".{rest}" if rest else "")
            found += [full] if full in FORBIDDEN_NAMES else []
        elif isinstance(node, ast.keyword) and node.arg in FORBIDDEN_OPTIONS:
            found.append(node.arg)
    return found


def test_nothing_is_unpickled_evaluated_or_rendered_as_markup():
    found = {path.relative_to(ROOT).as_posix(): forbidden_in(path.read_text()) for path in FILES}
    assert {name: used for name, used in found.items() if used} == EXCEPTED


@pytest.mark.parametrize(
    "line",
    [
        "import joblib\njoblib.load(path)",
        "import joblib as j\nread = j.load",
        "from joblib import load",
        "import pickle\npickle.loads(b)",
        "import pickle\nclass U(pickle.Unpickler): ...",
        "import torch\ndef f():\n    torch.load(path)",
        "import pandas as pd\npd.read_pickle(path)",
        "import numpy as np\nnp.load(path, allow_pickle=True)",
        "import numpy as np\nnp.load(path, allow_pickle=flag)",
        "eval(text)",
        "f = exec",
        "import streamlit as st\nst.markdown(x, unsafe_allow_html=True)",
    ],
)
def test_rule_finds_what_it_forbids(line):
    assert forbidden_in(line) != []


@pytest.mark.parametrize(
    "line",
    [
        "network.eval()",
        "import joblib\njoblib.dump(x, y)",
        "safetensors.torch.load(b)",
        "load(b)",
        "np.load(path)",
    ],
)
def test_rule_lets_pass_what_is_harmless(line):
    assert forbidden_in(line) == []
