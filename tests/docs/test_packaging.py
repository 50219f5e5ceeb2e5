"""What pyproject.toml promises: ranges that the lock satisfies, every import declared, a wheel with
all that the app needs inside.
"""

import ast
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from uvicorn.loops.auto import auto_loop_factory

from heart import __version__
from heart.commands.extras import EXTRAS, FILES, MissingExtraError

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = PROJECT["optional-dependencies"]


def requirements(lines):
    """Name to requirement, without the other extras that an extra brings."""
    parsed = map(Requirement, lines)
    return {canonicalize_name(entry.name): entry for entry in parsed if entry.name != "heart"}


CORE = requirements(PROJECT["dependencies"])
APP = CORE | requirements([*OPTIONAL["app"], *OPTIONAL["export"]])
RANGES = APP | requirements([name for extra in FILES for name in OPTIONAL[extra]])


def locked(file):
    lines = (ROOT / file).read_text().splitlines()
    return {
        canonicalize_name(name): version
        for name, _, version in (line.partition(";")[0].partition("==") for line in lines)
        if version
    }


def test_lock_satisfies_the_ranges():
    lock = locked("requirements.txt")
    assert set(lock) == set(APP)
    for file in FILES.values():
        lock |= locked(file)
    assert set(lock) == set(RANGES)
    outside = [name for name, version in lock.items() if version not in RANGES[name].specifier]
    assert outside == []


@pytest.mark.skipif(sys.platform == "win32", reason="there is no uvloop for Windows")
def test_server_takes_the_loop_that_is_installed_for_it():
    uvloop = pytest.importorskip("uvloop", reason="not installed: the lock's environment has it")
    assert auto_loop_factory() is uvloop.new_event_loop


def test_development_needs_what_the_lock_pins():
    assert set(requirements(OPTIONAL["dev"])) == set(locked("requirements-dev.txt"))


def imported(folder):
    """The top names of all that the Python files below a folder import."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and not node.level:
                yield node.module.partition(".")[0]


def known_without_being_installed():
    """Packages whose tests are left out where they are not; .ci/run has them."""
    return {name: [name] for name, extra in EXTRAS.items() if extra in FILES}


@pytest.mark.parametrize("folder", ["heart", "pages"])
def test_every_package_that_is_imported_is_declared(folder):
    names = set(imported(folder)) - sys.stdlib_module_names - {"heart"}
    known = packages_distributions() | known_without_being_installed()
    assert names <= set(known)
    assert not [n for n in names if not {canonicalize_name(d) for d in known[n]} & set(RANGES)]


def test_packages_of_the_extras_are_those_whose_absence_is_explained():
    known = packages_distributions() | known_without_being_installed()
    for extra in ("app", "export", *FILES):
        modules = [module for module, name in EXTRAS.items() if name == extra]
        dists = {canonicalize_name(dist) for module in modules for dist in known[module]}
        assert dists == set(requirements(OPTIONAL[extra]))


@pytest.mark.parametrize(
    ("in_clone", "command"),
    [(True, "pip install -r requirements.txt"), (False, 'pip install "heart[export]"')],
)
def test_missing_extra_says_what_to_install(monkeypatch, in_clone, command):
    monkeypatch.setattr("heart.commands.extras.IN_CLONE", in_clone)
    assert str(MissingExtraError("onnx")).endswith(command)
    assert "\n" not in str(MissingExtraError("onnx"))


@pytest.mark.parametrize(
    ("in_clone", "command"),
    [(True, "pip install -r requirements-api.txt"), (False, 'pip install "heart[api]"')],
)
def test_missing_api_says_what_to_install(monkeypatch, in_clone, command):
    monkeypatch.setattr("heart.commands.extras.IN_CLONE", in_clone)
    assert str(MissingExtraError("fastapi")).endswith(command)
    dask = str(MissingExtraError("distributed"))
    assert dask.endswith(command.replace("api", "cluster"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return zipfile.ZipFile(path)


def test_wheel_holds_what_lies_beside_the_package_in_a_clone(wheel):
    shipped = [
        *(ROOT / "data").iterdir(),
        *(ROOT / "pages").glob("*.py"),
        *(ROOT / "models").glob("cleveland*"),
        *(ROOT / "models" / "evaluation").iterdir(),
        ROOT / "streamlit_app.py",
        ROOT / ".streamlit" / "config.toml",
    ]
    inside = {name for name in wheel.namelist() if "/_shipped/" in name}
    assert inside == {f"heart/_shipped/{path.relative_to(ROOT)}" for path in shipped}
    for path in shipped:
        assert wheel.read(f"heart/_shipped/{path.relative_to(ROOT)}") == path.read_bytes()


PAGE = (".css", ".html", ".js")
"""Of the calculator, and the browser's script."""
PICTURES = (".svg", ".webp")
"""The app's own, and the lessons'."""


def test_wheel_holds_every_module_and_nothing_else(wheel):
    kinds = {".py", *PICTURES, *PAGE}
    paths = [path for path in (ROOT / "heart").rglob("*") if path.suffix in kinds]
    modules = {str(path.relative_to(ROOT)) for path in paths}
    assert {path.suffix for path in paths} == kinds
    others = {name for name in wheel.namelist() if "/_shipped/" not in name}
    assert {name for name in others if ".dist-info/" not in name} == modules
    assert f"heart-{__version__}.dist-info/entry_points.txt" in others
