"""What imports what, read from the source: for the test of the layers and the drawing of the house.

`python scripts/imports.py` writes the drawing into docs/ARCHITECTURE.md.
"""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "ARCHITECTURE.md"
BEGIN, END = "<!-- drawing: begin (python scripts/imports.py) -->", "<!-- drawing: end -->"

FLOORS = (
    ("shares",),
    ("errors", "events", "paths", "atomic", "markdown", "units"),
    ("apart", "schema", "config", "environment"),
    ("cluster",),
    ("data.columns", "data.codings", "data.rows", "data.patients"),
    ("data.formats",),
    ("data.dialects",),
    ("data.report",),
    ("data.cohort",),
    ("data.shipped",),
    ("data.recognition",),
    ("data", "evaluation", "charts"),
    ("model",),
    ("bundle",),
    ("scoring", "experiments"),
    ("explain",),
    ("card", "lessons"),
    ("work",),
    ("ui", "commands"),
    ("cli", "pages", "api"),
    ("__main__", "streamlit_app"),
)
"""The rooms from the ground up. A module imports from its own room and from lower floors."""


class Import(NamedTuple):
    """One name that is imported.

    Attributes:
        name: dotted, from the top.
        at_load: whether importing the module imports it: not inside a function, not for types only.
    """

    name: str
    at_load: bool


def module_files() -> dict[str, Path]:
    """Every module of the app by its dotted name."""
    paths = [*ROOT.glob("heart/**/*.py"), *ROOT.glob("pages/*.py"), ROOT / "streamlit_app.py"]
    return {_module_of(path): path for path in sorted(paths)}


def _module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_in(source: str) -> list[Import]:
    """All imports of a source text, wherever they stand."""
    return list(_walk(ast.parse(source), at_load=True))


def _walk(node: ast.AST, *, at_load: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            yield from (Import(alias.name, at_load) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            base = f"{'.' * child.level}{child.module or ''}"
            yield from (Import(f"{base}.{alias.name}", at_load) for alias in child.names)
        later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        later |= isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
        yield from _walk(child, at_load=at_load and not later)


def room_of(name: str) -> str:
    """The room of a module or of a name in it: "heart.data.formats.text" is in "data.formats"."""
    top, _, rest = name.partition(".")
    if top != "heart":
        return top
    parts = rest.split(".")
    inner = ".".join(parts[:2])
    return inner if inner in _floor_of() else parts[0]


def floor_of(room: str) -> int:
    """On which floor a room is, 0 the ground; heart itself, with its version, is under all."""
    return -1 if room in {"", "__version__"} else _floor_of()[room]


@cache
def _floor_of() -> Mapping[str, int]:
    return {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def module_imports(modules: Mapping[str, str]) -> dict[str, set[str]]:
    """For each module (by name, with its source) the modules of ours that it imports anywhere."""
    return {
        name: {target for entry in imports_in(source) if (target := _resolve(entry.name, modules))}
        for name, source in modules.items()
    }


def _resolve(name: str, modules: Mapping[str, str]) -> str | None:
    """The module that an imported name is, or is in."""
    if name in modules:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in modules else None


def loaded_with(modules: Mapping[str, str], start: str) -> set[str]:
    """Everything that importing a module imports at once, packages on the way included."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        prefixes = {name[:i] for i, letter in enumerate(f"{name}.") if letter == "."}
        for module in (prefixes & set(modules)) - seen:
            waiting += [entry.name for entry in imports_in(modules[module]) if entry.at_load]
        seen |= prefixes
    return seen


def read_modules() -> dict[str, str]:
    """The source of every module by its dotted name."""
    return {name: path.read_text(encoding="utf-8") for name, path in module_files().items()}


Arrows = Mapping[str, frozenset[str]]
"""Of each room, the rooms that it imports from."""


def draw_house(modules: Mapping[str, str]) -> str:
    """The drawing of the house, as it stands between the marks of docs/ARCHITECTURE.md."""
    arrows = room_arrows(modules)
    shown = without_detours(arrows)
    floors = stack(arrows)
    counts = f"{len(arrows)} rooms on {len(floors)} floors, {_count(arrows)} arrows"
    lines = [
        f"{counts}; drawn are the {_count(shown)} that no longer way makes up for.",
        "",
        "```mermaid",
        "flowchart TD",
        *(f"    {room} --> {target}" for room in sorted(shown) for target in sorted(shown[room])),
        "```",
        "",
        "| floor | rooms |",
        "| --- | --- |",
        *(f"| {n} | `{'` `'.join(rooms)}` |" for n, rooms in reversed(list(enumerate(floors)))),
    ]
    return "\n".join(lines)


def room_arrows(modules: Mapping[str, str]) -> Arrows:
    """What imports what, room by room; all of `data` is one here."""
    arrows: dict[str, set[str]] = {}
    for name, targets in module_imports(modules).items():
        arrows.setdefault(_drawn_room(name), set()).update(map(_drawn_room, targets))
    arrows.pop("")  # heart/__init__.py: the version, which anybody may import
    return {room: frozenset(targets - {room, ""}) for room, targets in arrows.items()}


def _drawn_room(name: str) -> str:
    return room_of(name).partition(".")[0]


def stack(arrows: Arrows) -> list[list[str]]:
    """The floors from the ground up: a room stands on the highest one that it imports from.

    Raises:
        graphlib.CycleError: if rooms import each other in a circle.
    """
    floor: dict[str, int] = {}
    for room in graphlib.TopologicalSorter(arrows).static_order():
        floor[room] = max((floor[target] + 1 for target in arrows[room]), default=0)
    return [sorted(r for r in floor if floor[r] == n) for n in range(max(floor.values()) + 1)]


def without_detours(arrows: Arrows) -> Arrows:
    """The arrows to rooms that are not reached through another room anyhow."""
    reached: dict[str, frozenset[str]] = {}
    for room in graphlib.TopologicalSorter(arrows).static_order():
        reached[room] = arrows[room].union(*(reached[target] for target in arrows[room]))
    return {
        room: frozenset(t for t in targets if not any(t in reached[other] for other in targets))
        for room, targets in arrows.items()
    }


def _count(arrows: Arrows) -> int:
    return sum(map(len, arrows.values()))


def drawn_in(document: str) -> str:
    """The drawing that a text holds between its marks."""
    return document.partition(BEGIN)[2].partition(END)[0].strip()


def main() -> None:
    """Put the drawing into the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    house = f"{BEGIN}\n\n{draw_house(read_modules())}\n\n{END}"
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    DOCUMENT.write_text(re.sub(pattern, lambda _: house, text, flags=re.DOTALL), encoding="utf-8")
    print(f"{DOCUMENT.relative_to(ROOT)}: drawn anew")


if __name__ == "__main__":
    main()
