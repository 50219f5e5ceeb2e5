"""docs/ARCHITECTURE.md shows the house as it is."""

import re
from pathlib import Path

import pytest
from imports import DOCUMENT, draw_house, drawn_in, read_modules, stack, without_detours

ROOT = Path(__file__).parents[2]
CHAIN = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}


def test_drawing_is_that_of_the_imports():
    assert drawn_in(DOCUMENT.read_text()) == draw_house(read_modules()), "python scripts/imports.py"


def test_room_stands_on_the_highest_that_it_imports_from():
    assert stack(CHAIN) == [["c"], ["b"], ["a"]]


def test_arrow_that_another_way_makes_up_for_is_left_out():
    assert without_detours(CHAIN) == {
        "a": frozenset("b"),
        "b": frozenset("c"),
        "c": frozenset(),
    }


def test_circle_is_an_error():
    with pytest.raises(ValueError, match="cycle"):
        stack({"a": frozenset("b"), "b": frozenset("a")})


DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md")])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_a_document_names_are_there(document):
    named = re.findall(r"`([\w.*-]+(?:/[\w.*-]+)+/?)`", document.read_text())
    roots = {path.name for path in ROOT.iterdir()}
    patterns = {name: re.sub("NAME|FORMAT", "*", name.rstrip("/")) for name in named}
    absent = [
        name
        for name, pattern in patterns.items()
        if name.split("/")[0] in roots and not [*ROOT.glob(pattern)]
    ]
    assert absent == []
