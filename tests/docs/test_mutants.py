"""scripts/mutants.py makes mistakes, sees which are noticed, and its list of those that change
nothing is up to date. What it finds in the rooms stands in docs/TESTING.md.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import mutants
import pytest
from mutation.coverage import Covered, Room, choose_tests
from mutation.make import make_mutants

ROOT = Path(__file__).parents[2]

MISTAKES = {
    "return a < b": {"return a <= b", "return None"},
    "return a and not b": {"return a or not b", "return a and b", "return None"},
    "return f(a, axis=0)": {"return f(a, axis=1)", "return None"},
    "return f(a, b, k=c)": {"return f(b, a, k=c)", "return f(a, b, )", "return None"},
    "return min(a, -b)": {"return max(a, -b)", "return min(a, b)", "return None"},
    "return a[b:]": {"return a[(b) + 1:]", "return a[(b) - 1:]", "return None"},
    "return a['x'] / a['y']": {
        "return a['y'] / a['y']",
        "return a['x'] / a['x']",
        "return a['x'] * a['y']",
        "return None",
    },
    "return a.tp + a.fp": {
        "return a.fp + a.fp",
        "return a.tp + a.tp",
        "return a.tp - a.fp",
        "return None",
    },
    "return f'{a + b}'": {"return f'{a - b}'", "return None"},
    "return 0.5": {"return 1.0", "return 0.0", "return None"},
    "f(a)": {"pass"},
    "'what it does'": set(),
}


@pytest.mark.parametrize("line", MISTAKES)
def test_each_mistake_is_made_once(line):
    made = make_mutants("m.py", f"def g(a, b, c):\n    {line}\n".encode())
    assert sorted(mutant.after for mutant in made) == sorted(MISTAKES[line])
    assert {mutant.before for mutant in made} <= {line}


def test_a_mutant_is_known_by_its_lines_wherever_they_stand():
    source = b"class A:\n    def f(self):\n        return 1 + self.x\n"
    here, there = (make_mutants("m.py", b"\n" * rows + source) for rows in (0, 40))
    assert [mutant.key for mutant in here] == [mutant.key for mutant in there]
    assert {mutant.scope for mutant in here} == {"A.f"}
    assert {mutant.line for mutant in there} == {43}


def test_a_sample_is_the_same_for_the_same_seed():
    made = make_mutants("heart/units.py", (ROOT / "heart/units.py").read_bytes())
    assert mutants.sample(made, 5, 1) == mutants.sample(made, 5, 1) != mutants.sample(made, 5, 2)
    assert mutants.sample(made, None, 1) == made


def test_only_tests_that_run_the_line_are_tried_the_modules_own_first():
    source = b"def f(a):\n    b = a < 1\n    return b\n"
    mutant = make_mutants("heart/m.py", source)[0]
    lines = {"t/test_x.py::x": {2}, "t/test_m.py::slow": {2, 3}, "t/test_m.py::quick": {1, 2}}
    tests = {name: {"heart/m.py": numbers} for name, numbers in lines.items()}
    tests["t/test_m.py::elsewhere"] = {"heart/m.py": {3}}
    seconds = dict.fromkeys(tests, 0.1) | {"t/test_m.py::slow": 2.0}
    room = Room({"heart/m.py": source}, {"heart/m.py": ["t/test_m.py"]}, ["t"])
    chosen = choose_tests(mutant, Covered(tests, seconds, []), room)
    assert chosen == ["t/test_m.py::quick", "t/test_m.py::slow", "t/test_x.py::x"]


def test_accepted_mutants_are_still_made():
    assert mutants.stale(mutants.read_accepted()) == []


def test_an_accepted_mutant_whose_line_changed_is_stale():
    gone = mutants.Equivalent("heart/units.py", "to_shown", "return 0", "return 1", "no such line")
    assert mutants.stale([gone]) == [gone]


def test_tool_kills_what_a_module_s_tests_notice():
    """In a copy of the environment without what this suite started under."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    command = [sys.executable, "scripts/mutants.py", "heart/markdown.py", "--sample", "6", "--by"]
    done = subprocess.run(
        command, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "killed by tests/unit/test_markdown.py::" in done.stdout
    assert re.search(r"\| heart/markdown.py \| 6 \| [1-6] \| 0 \|", done.stdout)
