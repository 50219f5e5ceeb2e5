"""Puts small mistakes into modules, one at a time, and tells which of them no test notices.

    python scripts/mutants.py heart/evaluation --sample 10 --seed 0

A mistake is a comparison's edge, an operator, a constant, an argument or a statement left out
(`scripts/mutation/edits.py` has them). The tests are those of the room, `tests/unit/NAME/`, of them
what runs the line, the module's own file first. Nothing in the tree is edited. Survivors that
change nothing are in `tests/equivalent_mutants.toml`, each with the reason.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, TextIO

from mutation.coverage import Room
from mutation.loaded import ROOT
from mutation.make import Mutant, make_mutants
from mutation.runs import Outcome, run_room

ACCEPTED = ROOT / "tests" / "equivalent_mutants.toml"
DOCTESTS = "tests/unit/test_doctests.py"

ALSO: dict[str, list[str]] = {
    "heart/card": ["tests/cli/test_card.py"],
}
"""Tests of a module or a room that stand elsewhere than in the mirror."""

Key = tuple[str, str, str, str]


class Equivalent(NamedTuple):
    """A survivor that changes nothing: module, function, the lines before and after, and why."""

    module: str
    scope: str
    before: str
    after: str
    why: str

    @property
    def key(self) -> Key:
        """As of a mutant."""
        return self[:4]


def read_accepted(path: Path = ACCEPTED) -> list[Equivalent]:
    """The accepted survivors, in the file's order."""
    entries = tomllib.loads(path.read_text("utf-8")).get("mutant", [])
    return [Equivalent(**entry) for entry in entries]


def stale(accepted: Iterable[Equivalent]) -> list[Equivalent]:
    """Accepted survivors that are no longer made: their lines changed."""
    made: dict[str, set[Key]] = {}
    for entry in accepted:
        path = ROOT / entry.module
        if entry.module not in made:
            source = path.read_bytes() if path.exists() else b""
            made[entry.module] = {mutant.key for mutant in make_mutants(entry.module, source)}
    return [entry for entry in accepted if entry.key not in made[entry.module]]


def sample(mutants: list[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """So many of a module's mutants, the same for the same seed, in the order of the text."""
    if size is None or size >= len(mutants):
        return mutants
    drawn = random.Random(f"{seed} {mutants[0].module}").sample(range(len(mutants)), size)  # noqa: S311  no secret
    return [mutants[at] for at in sorted(drawn)]


def own_tests(module: str) -> list[str]:
    """The test file of the module's name, where there is one, and what `ALSO` names."""
    path = Path(module)
    mirror = Path("tests/unit", *path.parts[1:-1], f"test_{path.stem}.py")
    flat = Path("tests/unit", *path.parts[1:2], f"test_{path.stem}.py")
    files = [str(file) for file in dict.fromkeys((mirror, flat)) if (ROOT / file).exists()]
    return files + ALSO.get(module, [])


def room_tests(room: str, modules: Iterable[str]) -> list[str]:
    """The tests of a room: its folder of `tests/unit`, and its examples in docstrings."""
    found = own_tests(f"heart/{room}") if room.endswith(".py") else [f"tests/unit/{room}"]
    found += ALSO.get(f"heart/{room}", [])
    examples = any(">>> " in (ROOT / module).read_text("utf-8") for module in modules)
    return [*found, DOCTESTS] if examples else found


class Tally:
    """Counts what became of the mutants and writes each survivor down as it is found."""

    def __init__(self, accepted: Iterable[Equivalent], out: TextIO, *, by: bool = False) -> None:
        self.accepted = {entry.key for entry in accepted}
        self.out, self.by = out, by
        self.counts: dict[str, Counter[str]] = {}

    def __call__(self, mutant: Mutant, outcome: Outcome) -> None:
        """Takes one in."""
        status = outcome.status
        if status == "survived" and mutant.key in self.accepted:
            status = "accepted"
        self.counts.setdefault(mutant.module, Counter())[status] += 1
        if status == "survived":
            ran = f"{outcome.tried} tests ran it" if outcome.tried else "no test runs it"
            print(f"{mutant.module}:{mutant.line}: {mutant.kind}, {ran}", file=self.out)
            lines = [f"- {line}" for line in mutant.before.splitlines()]
            lines += [f"+ {line}" for line in mutant.after.splitlines()]
            print("    " + "\n    ".join(lines), file=self.out, flush=True)
        elif self.by:
            print(f"{mutant.module}:{mutant.line}: {status} by {outcome.by}", file=self.out)

    def table(self) -> str:
        """By module: made, killed (by time included), survived, accepted; and by room."""
        rows = ["| module | tried | killed | survived | change nothing | share |"]
        rows.append("| --- | ---: | ---: | ---: | ---: | ---: |")
        rooms: dict[str, Counter[str]] = {}
        for module, counts in self.counts.items():
            rows.append(_row(module, counts))
            rooms.setdefault("/".join(module.split("/")[:2]), Counter()).update(counts)
        rows += [_row(f"**{room}**", counts) for room, counts in rooms.items()]
        return "\n".join(rows)


def _row(name: str, counts: Counter[str]) -> str:
    """The share is of the mutants that change something."""
    killed, survived = counts["killed"] + counts["timeout"], counts["survived"]
    share = f"{100 * killed / (killed + survived):.0f} %" if killed + survived else ""
    figures = (counts.total(), killed, survived, counts["accepted"], share)
    return f"| {name} | " + " | ".join(map(str, figures)) + " |"


def try_modules(
    paths: list[Path], tally: Tally, *, size: int | None, seed: int, jobs: int
) -> list[str]:
    """Tries the modules room by room; gives back what went wrong."""
    problems = []
    for room, files in group_paths(paths).items():
        chosen = {str(path.relative_to(ROOT)) for path in files}
        folder = ROOT / "heart" / room
        every = sorted(folder.rglob("*.py")) if folder.is_dir() else files
        sources = {str(path.relative_to(ROOT)): path.read_bytes() for path in every}
        mutants = [
            mutant
            for module in sorted(chosen)
            for mutant in sample(make_mutants(module, sources[module]), size, seed)
        ]
        own = {module: own_tests(module) for module in sources}
        tests = room_tests(room, sources)
        problems += run_room(Room(sources, own, tests), mutants, tally, jobs=jobs)
    return problems


def group_paths(paths: Iterable[Path]) -> dict[str, list[Path]]:
    """Modules by room: the folder below `heart`, or the file itself."""
    rooms: dict[str, list[Path]] = defaultdict(list)
    for path in sorted(set(paths)):
        rooms[path.relative_to(ROOT / "heart").parts[0]].append(path)
    return dict(rooms)


def find_modules(words: list[str]) -> list[Path]:
    """The modules that files and folders name."""
    paths = [(ROOT / word).resolve() for word in words]
    return [
        file for path in paths for file in (sorted(path.rglob("*.py")) if path.is_dir() else [path])
    ]


def main() -> int:
    """Reads the command line, tries, prints; 1 if a mutant survived or an accepted one is stale."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("modules", nargs="+", help="files or folders below heart/")
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("--sample", type=int, default=10, help="mutants of each module")
    amount.add_argument("--all", action="store_true", help="every mutant")
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--by", action="store_true", help="tell which test killed a mutant")
    options = parser.parse_args()
    os.chdir(ROOT)
    accepted = read_accepted()
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as out:
        tally = Tally(accepted, out, by=options.by)
        size = None if options.all else options.sample
        paths = find_modules(options.modules)
        problems = try_modules(paths, tally, size=size, seed=options.seed, jobs=options.jobs)
        problems += [
            f"stale in {ACCEPTED.name}: {one.scope}: {one.before}" for one in stale(accepted)
        ]
        print(tally.table(), *problems, sep="\n", file=out)
    survived = sum(counts["survived"] for counts in tally.counts.values())
    return 1 if problems or survived else 0


if __name__ == "__main__":
    sys.exit(main())
