"""Runs a room's tests against mutants, each in a process forked from one that has collected them.

A mutant inside a function replaces the code of the function that is loaded; any other is imported
anew in its process. Files of the tree are only read.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import gc
import importlib.util
import json
import select
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from mutation.coverage import Covered, Report, Room, choose_tests, trace
from mutation.loaded import OURS, ROOT, Finder, Functions, exchange, loaded_functions
from mutation.make import Mutant
from mutation.processes import Child

LEAST_SECONDS, TIMES = 4.0, 4.0
"""Processor time that a mutant may take: so long, and so many times what its tests take."""


class Outcome(NamedTuple):
    """What the tests made of a mutant.

    Attributes:
        status: killed, timeout (which counts as killed), or survived.
        by: the test that failed.
        tried: how many tests ran its line and were run.
    """

    status: str
    by: str = ""
    tried: int = 0


def run_room(
    room: Room, mutants: list[Mutant], tell: Callable[[Mutant, Outcome], None], *, jobs: int
) -> list[str]:
    """Tries the mutants and tells of each; gives back why nothing was tried, if so."""
    driver = _Driver(room, mutants, tell, jobs)
    words = ["-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-n0"]
    code = pytest.main([*words, *_seeded(), *room.tests], plugins=[driver])
    return driver.problems if driver.ran else [f"pytest collected nothing: exit code {code}"]


def _seeded() -> list[str]:
    """The random examples of hypothesis are the same for each mutant."""
    return ["--hypothesis-seed=0"] if importlib.util.find_spec("hypothesis") else []


class _Driver:
    """Takes the place of pytest's loop over the tests, once they are collected."""

    def __init__(
        self,
        room: Room,
        mutants: list[Mutant],
        tell: Callable[[Mutant, Outcome], None],
        jobs: int,
    ) -> None:
        self.room, self.mutants, self.tell, self.jobs = room, mutants, tell, jobs
        self.problems: list[str] = []
        self.ran = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items if self._is_ours(item)}
        self.ran = bool(items)
        gc.unfreeze()
        functions = loaded_functions()
        gc.freeze()
        covered = trace(session, list(items.values()), self.room, functions)
        self.problems = [f"fails unchanged: {test}" for test in covered.failed]
        if self.ran and not self.problems:
            bench = _Bench(session, items, functions, covered, self.room)
            _in_turn(self.mutants, bench, self.tell, self.jobs)
        return True

    def _is_ours(self, item: pytest.Item) -> bool:
        """Of the docstrings' examples, those of the room."""
        if "test_doctests.py" not in item.nodeid:
            return True
        names = {module.removesuffix(".py").replace("/", ".") for module in self.room.modules}
        return item.nodeid.partition("[")[2].rstrip("]") in names


class _Bench(NamedTuple):
    """All that a mutant is tried with."""

    session: pytest.Session
    items: dict[str, pytest.Item]
    functions: Functions
    covered: Covered
    room: Room


def _in_turn(
    mutants: list[Mutant], bench: _Bench, tell: Callable[[Mutant, Outcome], None], jobs: int
) -> None:
    """Tries the mutants, `jobs` at a time, and tells of them in their order."""
    waiting = list(enumerate(mutants))[::-1]
    running: dict[int, tuple[int, Child]] = {}
    outcomes: dict[int, Outcome] = {}
    told = 0
    while waiting or running:
        while waiting and len(running) < jobs:
            at, mutant = waiting.pop()
            tests, here = (
                choose_tests(mutant, bench.covered, bench.room),
                _is_exchangeable(mutant, bench),
            )
            if not tests:
                outcomes[at] = Outcome("survived")
                continue
            seconds = sum(bench.covered.seconds[test] for test in tests)
            limit = LEAST_SECONDS + TIMES * seconds + (0 if here else LEAST_SECONDS)
            work = functools.partial(_try, mutant, tests, bench, here=here)
            running[at] = len(tests), Child(work, limit)
        for at, (tried, child) in list(running.items()):
            if child.is_done():
                del running[at]
                outcomes[at] = _read(child, tried)
        while told in outcomes:
            tell(mutants[told], outcomes[told])
            told += 1
        if running:
            select.select([child.pipe for _, child in running.values()], [], [], 0.2)


def _read(child: Child, tried: int) -> Outcome:
    if child.late:
        return Outcome("timeout", tried=tried)
    if not child.text:  # the process died
        return Outcome("killed", "the process ended", tried)
    failed = json.loads(child.text)
    return Outcome("killed", failed[0], tried) if failed else Outcome("survived", tried=tried)


def _is_exchangeable(mutant: Mutant, bench: _Bench) -> bool:
    """Whether exchanging the loaded function's code puts the mutant in place.

    It does not when the function already ran while modules were loaded: what it made then stays.
    """
    name = mutant.scope.rpartition(".")[2]
    file = str(ROOT / mutant.module)
    loaded = any(key[:2] == (file, mutant.scope) for key in bench.functions)
    at_import = any(name in _named_at_import(source) for source in bench.room.modules.values())
    return mutant.inside and loaded and not at_import


@functools.cache
def _named_at_import(source: bytes) -> frozenset[str]:
    """Names that statements outside of functions use."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute):
            found.add(getattr(node, "attr", getattr(node, "id", "")))
        for name, value in ast.iter_fields(node):
            if name == "annotation" or (name == "body" and isinstance(node, ast.FunctionDef)):
                continue
            parts = value if isinstance(value, list) else [value]
            waiting += [part for part in parts if isinstance(part, ast.AST)]
    return frozenset(found)


def _try(mutant: Mutant, tests: list[str], bench: _Bench, *, here: bool) -> str:
    """The tests that fail with the mutant in place, up to the first, as JSON."""
    source = mutant.apply(bench.room.modules[mutant.module])
    file = str(ROOT / mutant.module)
    if here:
        exchange(compile(source, file, "exec", dont_inherit=True), bench.functions)
        failed = _run_items([bench.items[test] for test in tests], bench.session)
    else:
        failed = _run_anew(source, file, tests)
    return json.dumps(failed)


def _run_items(items: list[pytest.Item], session: pytest.Session) -> list[str]:
    report = Report()
    session.config.pluginmanager.register(report)
    factory = session.config._tmp_path_factory  # type: ignore[attr-defined]  # noqa: SLF001  pytest has no other way
    with _folder() as folder:
        factory._basetemp = folder  # noqa: SLF001
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if report.failed:
                break
    return report.failed


def _run_anew(source: bytes, file: str, tests: list[str]) -> list[str]:
    """Imports the tree again, the mutant among it, and runs the tests by a pytest of its own."""
    for name in [name for name in sys.modules if name.split(".")[0] in OURS]:
        del sys.modules[name]
    sys.meta_path.insert(0, Finder(source, file))
    report = Report()
    with _folder() as folder:
        words = ["-x", "-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler"]
        words += ["-n0", f"--basetemp={folder / 'base'}", *_seeded()]
        code = pytest.main([*words, *tests], plugins=[report])
    return report.failed or ([] if code == pytest.ExitCode.OK else [f"pytest: {code}"])


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mutant"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
