"""Which tests run which statements: one run of a room as it is, and the choice for a mutant."""

from __future__ import annotations

import ast
import builtins
import functools
import gc
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from mutation.loaded import ROOT, Functions, exchange
from mutation.make import Mutant
from mutation.processes import result_of

PROBE = "__mutants_ran__"


ENOUGH_SECONDS = 15.0
"""Processor seconds that the tests of one mutant may take together, as long as nothing fails."""


class Covered(NamedTuple):
    """What one run of the unchanged room says.

    Attributes:
        tests: by test, the lines of each file that it or a fixture of its ran.
        seconds: how long each took.
        failed: tests that fail as it is.
    """

    tests: dict[str, dict[str, set[int]]]
    seconds: dict[str, float]
    failed: list[str]


class Room(NamedTuple):
    """Modules and the tests that are theirs."""

    modules: dict[str, bytes]
    own: dict[str, list[str]]
    tests: list[str]


def trace(
    session: pytest.Session, items: list[pytest.Item], room: Room, functions: Functions
) -> Covered:
    """In a process of its own: which test runs which lines, and how long it takes."""
    found = json.loads(
        result_of(lambda: _traced(session, items, _Watch(room, functions)), 3600.0) or "{}"
    )
    tests: dict[str, dict[str, set[int]]] = {}
    for test, owners in found.get("owners", {}).items():
        lines: dict[str, set[int]] = defaultdict(set)
        for owner in [test, *owners]:
            for file, numbers in found["lines"].get(owner, {}).items():
                lines[file].update(numbers)
        tests[test] = dict(lines)
    return Covered(tests, found.get("seconds", {}), found.get("failed", ["the run itself"]))


def _traced(session: pytest.Session, items: list[pytest.Item], watch: _Watch) -> str:
    report = Report()
    session.config.pluginmanager.register(watch)
    session.config.pluginmanager.register(report)
    cached = [one for one in gc.get_objects() if type(one) is type(functools.cache(len))]
    cached = [one for one in cached if str(one.__module__).startswith("heart")]
    owners, seconds = {}, {}
    for item, following in zip(items, [*items[1:], None], strict=True):
        for one in cached:  # else only the first test of a cached value would seem to run it
            one.cache_clear()
        begun = time.process_time()
        watch.owners = [item.nodeid]
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        seconds[item.nodeid] = time.process_time() - begun
        fixtures = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009  private
        owners[item.nodeid] = [str(id(one)) for several in fixtures for one in several]
    lines = {
        owner: {file: sorted(numbers) for file, numbers in files.items()}
        for owner, files in watch.lines.items()
    }
    found = {"owners": owners, "seconds": seconds, "lines": lines, "failed": report.failed}
    return json.dumps(found)


class Report:
    """Which tests failed."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Pytest's hook."""
        if report.failed:
            self.failed.append(report.nodeid)


class _Watch:
    """Notes the statements that run, for the test or the fixture that is at work.

    Each statement of the room's functions is preceded by a call, which costs nothing elsewhere:
    `sys.settrace` would slow down every library.
    """

    def __init__(self, room: Room, functions: Functions) -> None:
        self.lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.owners = [""]
        setattr(builtins, PROBE, self._note)
        for module, source in room.modules.items():
            tree = ast.fix_missing_locations(_Probes(module).visit(ast.parse(source)))
            exchange(compile(tree, str(ROOT / module), "exec", dont_inherit=True), functions)

    def _note(self, module: str, line: int) -> None:
        self.lines[self.owners[-1]][module].add(line)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        self.owners.append(str(id(fixturedef)))
        yield
        self.owners.pop()


class _Probes(ast.NodeTransformer):
    """Puts a call before each statement inside of functions."""

    def __init__(self, module: str) -> None:
        self.module, self.depth = module, 0

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        if self.depth and not isinstance(node, ast.Lambda | ast.IfExp):
            for part in ("body", "orelse", "finalbody"):
                if statements := getattr(node, part, None):
                    setattr(node, part, [new for one in statements for new in self._with(one)])
        return node

    def _with(self, statement: ast.stmt) -> list[ast.stmt]:
        if isinstance(statement, ast.Global | ast.Nonlocal):
            return [statement]
        place: list[ast.expr] = [ast.Constant(self.module), ast.Constant(statement.lineno)]
        call = ast.Expr(ast.Call(ast.Name(PROBE, ast.Load()), place, []))
        return [ast.copy_location(call, statement), statement]


def choose_tests(mutant: Mutant, covered: Covered, room: Room) -> list[str]:
    """The tests that run the mutant's statement, the module's own first, then the quick ones."""
    places = _places(mutant, room)
    own = tuple(room.own.get(mutant.module, []))
    # a table's own tests may compare it without running a line of any module
    beside = () if mutant.inside else own
    chosen = [
        test
        for test, lines in covered.tests.items()
        if (beside and test.startswith(beside))
        or any(not lines.get(file, set()).isdisjoint(numbers) for file, numbers in places)
    ]
    chosen.sort(key=lambda test: (not (own and test.startswith(own)), covered.seconds[test]))
    spent = 0.0
    enough: list[str] = []
    for test in chosen:
        spent += covered.seconds[test]
        if enough and spent > ENOUGH_SECONDS:
            break
        enough.append(test)
    return enough


def _places(mutant: Mutant, room: Room) -> list[tuple[str, set[int]]]:
    """Where a mutant can be noticed: at its statement, or where what it changes is named."""
    if mutant.inside:
        return [(mutant.module, {mutant.statement})]
    names = _reached(frozenset(mutant.names), tuple(room.modules.values()))
    return [(file, _lines_with(source, names)) for file, source in room.modules.items()]


@functools.cache
def _reached(names: frozenset[str], sources: tuple[bytes, ...]) -> frozenset[str]:
    """These names, and those of the tables that are made from them when modules are loaded."""
    reached = set(names)
    statements = [one for source in sources for one in ast.parse(source).body]
    made = [one for one in statements if isinstance(one, ast.Assign | ast.AnnAssign)]
    for _ in made:
        before = len(reached)
        for one in made:
            targets = one.targets if isinstance(one, ast.Assign) else [one.target]
            if reached & _named(one):
                reached |= {part.id for part in targets if isinstance(part, ast.Name)}
        if len(reached) == before:
            break
    return frozenset(reached)


def _named(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


@functools.cache
def _lines_with(source: bytes, names: frozenset[str]) -> set[int]:
    """The lines that name one of these, and the bodies of functions of that name."""
    found: set[int] = set()
    tree = ast.parse(source)
    starts: dict[int, int] = {}
    for node in ast.walk(tree):  # outer statements come first
        if isinstance(node, ast.stmt):
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            starts.update(dict.fromkeys(lines, node.lineno))
    for node in ast.walk(tree):
        if names & {getattr(node, part, None) for part in ("id", "attr", "arg")}:
            found.add(starts.get(getattr(node, "lineno", 0), 0))
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in names:
            found.update(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))
    return found
